"""Runs mmig for the action: its outcome becomes the job's summary, its findings become annotations.

Reads MMIG_RUN (the command line without the program), MMIG_PROGRAM, and GitHub's GITHUB_OUTPUT, GITHUB_STEP_SUMMARY and
RUNNER_TEMP. Ends with the command's exit code."""

import json
import os
import pathlib
import subprocess
import sys

# GitHub shows no more than a few annotations of a step; the rest is in the document.
SHOWN = 50
# A summary is at most a megabyte.
LONGEST = 20_000


def escaped(text, more=()):
    """A text inside a workflow command: whoever wrote it cannot end the command or begin another."""
    for character in ["%", "\r", "\n", *more]:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def annotation(finding):
    """A finding of `check` as GitHub shows it beside its line."""
    kind = "error" if finding.get("severity") == "error" else "warning"
    where = {"file": finding["file"], "line": finding["line"], "col": finding["column"], "title": finding["rule"]}
    where = ",".join(f"{name}={escaped(str(value), [':', ','])}" for name, value in where.items())
    fix = f" ({finding['fix']})" if finding.get("fix") else ""
    return f"::{kind} {where}::{escaped(finding['message'] + fix)}"


def findings(document):
    """What is wrong with the campaign's files, wherever the document has it."""
    return document.get("problems") or document.get("error", {}).get("problems") or []


def summary(line, code, document, screen):
    """The job's summary, in Markdown."""
    parts = [f"### `mmig {line}` ended with {code}\n"]
    error = document.get("error")
    if error:
        hint = f" Next: {error['hint']}" if error.get("hint") else ""
        parts.append(f"**{error['kind']}**: {error['message']}.{hint}\n")
    numbers = {name: value for name, value in document.items() if type(value) is int and name != "schema"}
    if numbers:
        rows = "".join(f"| {name} | {value} |\n" for name, value in numbers.items())
        parts.append("| what | number |\n|---|---|\n" + rows)
    if screen.strip():
        parts.append(f"~~~~\n{screen.replace('~~~~', '~~~ ~')[-LONGEST:]}\n~~~~\n")
    return "\n".join(parts)


def main():
    line = os.environ["MMIG_RUN"]
    words = line.split()
    command = [os.environ.get("MMIG_PROGRAM", "mmig"), *words, "--json", "--no-input"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    # Lines of the program are no workflow commands, whatever customers are called.
    sys.stderr.write("".join(f" {said}" for said in ended.stderr.splitlines(keepends=True)))
    path = pathlib.Path(os.environ.get("RUNNER_TEMP", ".")) / f"mmig-{words[0] if words else 'help'}.json"
    path.write_text(ended.stdout)
    try:
        document = json.loads(ended.stdout)
    except ValueError:
        document = {}
    for finding in findings(document)[:SHOWN]:
        print(annotation(finding))
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        output.write(f"json={path}\ncode={ended.returncode}\n")
    with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as page:
        page.write(summary(line, ended.returncode, document, ended.stderr))
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
