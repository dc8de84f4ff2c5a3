"""The use case's own flow, through the reference client: find, compose, draft, plan, submit; then, once a person has approved, track.

    flow.py MMIG PHASE (author|track)

Runs in the campaign's folder with its environment; prints the result of each step as JSON. Needs the package `mcp`.
"""

import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters, stdio_client


async def main(mmig, phase, part):
    import os

    server = StdioServerParameters(command=mmig, args=["mcp", "--toolset", "submit"], env=dict(os.environ))
    seen = {"progress": 0}

    async def progress(*_):
        seen["progress"] += 1

    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        greeted = await session.initialize()
        seen["revision"] = greeted.protocol_version
        seen["tools"] = [tool.name for tool in (await session.list_tools()).tools]

        async def call(tool, **arguments):
            result = await session.call_tool(tool, arguments, progress_callback=progress)
            if result.is_error:
                raise SystemExit(f"{tool}: {result.content[0].text}")
            assert json.loads(result.content[0].text) == result.structured_content
            return result.structured_content

        if part == "track":
            seen["track"] = await call("track")
            seen["status"] = await call("status")
        else:
            seen["segment"] = await call("segment")
            seen["record"] = await call("track")
            seen["facts"] = await call("facts")
            seen["compose"] = await call("compose")
            seen["check"] = await call("check")
            seen["draft"] = await call("draft", phases=[phase])
            seen["resources"] = [str(one.uri) for one in (await session.list_resources()).resources]
            plan = await call("plan", phase=phase)
            seen["submit"] = await call("submit", phase=phase, plan=plan["digest"])
            seen["again"] = await call("submit", phase=phase, plan=plan["digest"])
            seen["prompts"] = [one.name for one in (await session.list_prompts()).prompts]
    print(json.dumps(seen))


asyncio.run(main(*sys.argv[1:]))
