"""A proxy to a server on this machine that delays each request, without delaying others. Prints its port.

Usage: delay.py PORT MILLISECONDS
"""

import asyncio
import sys

PORT, DELAY = int(sys.argv[1]), float(sys.argv[2]) / 1000


async def carry(reader, writer, delay):
    """Forwards bytes, each part after this delay."""
    parts = asyncio.Queue()

    async def send():
        while True:
            due, part = await parts.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            if not part:
                break
            writer.write(part)
            await writer.drain()
        writer.close()

    sending = asyncio.create_task(send())
    part = b"first"
    while part:
        try:
            part = await reader.read(1 << 16)
        except ConnectionError:
            part = b""
        parts.put_nowait((asyncio.get_running_loop().time() + delay, part))
    await asyncio.gather(sending, return_exceptions=True)


async def line(reader, writer):
    writer.get_extra_info("socket").setsockopt(6, 1, 1)
    to_reader, to_writer = await asyncio.open_connection("127.0.0.1", PORT)
    await asyncio.gather(carry(reader, to_writer, DELAY), carry(to_reader, writer, 0))


async def main():
    server = await asyncio.start_server(line, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
