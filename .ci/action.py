"""Runs mmig for the action: its outcome becomes the job's summary, its findings become annotations, and what a pull request
changes in the mails becomes a comment's body.

Reads MMIG_RUN (the command line without the program), MMIG_PROGRAM, MMIG_BASE (the commit that a pull request is compared
with; empty elsewhere), and GitHub's GITHUB_OUTPUT, GITHUB_STEP_SUMMARY and RUNNER_TEMP. Ends with the command's exit code."""

import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# GitHub shows only a few annotations per step; the rest is in the document.
SHOWN = 50
# A summary is at most a megabyte, a comment 65,536 characters.
LONGEST = 20_000
LONGEST_COMMENT = 60_000
# A later run finds its comment again by this line.
MARK = "<!-- mmig: the mails of this pull request -->"


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


def fenced(text, language=""):
    """A text as a code block that it cannot end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


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
        parts.append(fenced(screen[-LONGEST:]))
    return "\n".join(parts)


def run(words, **options):
    """Runs mmig, without questions."""
    command = [os.environ.get("MMIG_PROGRAM", "mmig"), *words, "--json", "--no-input"]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def git(*words):
    """What git says, or None where it fails."""
    ended = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    return ended.stdout.strip() if ended.returncode == 0 else None


def base_commit(wanted):
    """The commit that a pull request is compared with, or None where it was not checked out. GitHub's merge commit has it as its
    first parent."""
    names = ["HEAD^1"] if git("rev-parse", "--verify", "--quiet", "HEAD^2") else [wanted]
    return next(filter(None, (git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") for name in names)), None)


def texts(folder):
    """The texts in a folder, by phase and segment."""
    files = sorted(pathlib.Path(folder).glob("*/*.md"))
    return {f"{file.parent.name}: {file.stem}": file.read_text(encoding="utf-8") for file in files}


def texts_of(commit, words, folder):
    """The texts that customers could get from a commit. None where the campaign was not there, or was invalid."""
    tree = os.path.join(folder, "tree")
    if git("worktree", "add", "--detach", tree, commit) is None:
        return None
    try:
        # The same folder of the repository as here.
        here = os.path.join(tree, git("rev-parse", "--show-prefix") or "")
        if not os.path.isdir(here):
            return None
        before = os.path.join(folder, "before")
        run([*words, "--texts", before], cwd=here, env={**os.environ, "MMIG_LEDGER_URL": "local"})
        return texts(before) if os.path.isdir(before) else None
    finally:
        git("worktree", "remove", "--force", tree)


def comment(before, after):
    """What changed between two sets of texts, in Markdown; empty where nothing did."""
    parts = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        kind = "new" if old is None else "gone" if new is None else "changed"
        lines = difflib.unified_diff((old or "").splitlines(), (new or "").splitlines(), lineterm="", n=3)
        # The first two lines name files.
        parts.append((f"**{name}** ({kind})", "\n".join(list(lines)[2:])))
    if not parts:
        return ""
    body = f"{MARK}\n### What customers would read\n\n{len(parts)} of {len({*before, *after})} texts differ.\n"
    for number, (title, difference) in enumerate(parts):
        part = f"\n<details open><summary>{title.replace('**', '')}</summary>\n\n{fenced(difference, 'diff')}\n</details>\n"
        if len(body) + len(part) > LONGEST_COMMENT:
            return body + f"\n{len(parts) - number} more are not shown here: `mmig check --texts FOLDER` on both branches.\n"
        body += part
    return body


def main():
    line = os.environ["MMIG_RUN"]
    words = line.split()
    temporary = pathlib.Path(os.environ.get("RUNNER_TEMP", "."))
    base = os.environ.get("MMIG_BASE", "")
    compares = bool(base) and "check" in words and "--texts" not in words
    with tempfile.TemporaryDirectory(dir=temporary) as folder:
        after = os.path.join(folder, "after")
        ended = run([*words, "--texts", after] if compares else words)
        body = ""
        if compares:
            commit = base_commit(base)
            if commit is None:
                print("::notice::the mails were not compared: check out with `fetch-depth: 2`")
            elif os.path.isdir(after):
                body = comment(texts_of(commit, words, folder) or {}, texts(after))
    # Lines of the program must not become workflow commands, whatever a customer's name is.
    sys.stderr.write("".join(f" {said}" for said in ended.stderr.splitlines(keepends=True)))
    try:
        document = json.loads(ended.stdout)
    except ValueError:
        document = {}
    path = temporary / f"mmig-{document.get('command') or 'help'}.json"
    path.write_text(ended.stdout, encoding="utf-8")
    for finding in findings(document)[:SHOWN]:
        print(annotation(finding))
    outputs = f"json={path}\ncode={ended.returncode}\n"
    page = summary(line, ended.returncode, document, ended.stderr)
    if body:
        file = temporary / "mmig-comment.md"
        file.write_text(body, encoding="utf-8")
        outputs += f"comment={file}\n"
        page += f"\n{body}"
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        output.write(outputs)
    with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as file:
        file.write(page)
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
