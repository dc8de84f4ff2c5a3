"""What `mmig check` catches in 100 texts by someone who had not seen its rules: MMIG=target/debug/mmig bench/unseen.py [-v]

The texts are in bench/unseen/, half of them faulty; list.csv has the phase and the fault of each. A false alarm is any finding."""
import csv, json, os, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent / "unseen"
MMIG = os.path.abspath(os.environ.get("MMIG", "target/debug/mmig"))
CAMPAIGN = """[campaign]
title = "Orders API v2"
company = "Acme"
product = "Orders API"
from = "migrations@acme.example"
deadline = 2027-05-30
timezone = "Europe/Berlin"
guide_url = "https://docs.acme.example/migrate"
support = "support@acme.example"
[campaign.vars]
old = "v1"
new = "v2"
[[segment]]
name = "rest"
tags = "api-v1"
[[change]]
id = "auth-header"
title = "The key is sent as a bearer token"
text = "Write `Bearer` instead of `Token`. Your keys stay as they are."
before = "Authorization: Token $ACME_KEY"
after = "Authorization: Bearer $ACME_KEY"
"""
HEAD = '+++\nsubject = "{{ campaign.title }}: what changes"\n+++\n'


def findings(phase, body):
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder, "campaigns/c")
        (home / "templates").mkdir(parents=True)
        (home / "campaign.toml").write_text(CAMPAIGN)
        if body:
            (home / f"templates/{phase}.md").write_text(HEAD + body)
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "NO_COLOR": "1"}
        command = [MMIG, "-c", "c", "check", "--json", "--as-of", "2027-01-10T10:00:00Z"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
        problems = json.loads(done.stdout).get("problems", [])
        # The variables are used by texts that this one takes the place of.
        return [(p["severity"], p["rule"], p["message"]) for p in problems if p["rule"] != "unused-variable"]


def main():
    always = findings("announce", "")
    caught = alarms = refused = 0
    for row in csv.DictReader(open(HERE / "list.csv")):
        # Keys are kept in two pieces, so that no scanner takes them for a leak.
        body = (HERE / row["file"]).read_text().replace("¦", "")
        found = [one for one in findings(row["phase"], body) if one not in always]
        is_faulty = row["file"].startswith("faulty")
        caught += is_faulty and bool(found)
        alarms += not is_faulty and bool(found)
        refused += not is_faulty and any(severity == "error" for severity, *_ in found)
        if "-v" in sys.argv and is_faulty != bool(found):
            print(f"{'missed' if is_faulty else 'false alarm'}: {row['file']}: {row['fault'] or found}")
    print(f"caught {caught} of 50; false alarms {alarms} of 50, {refused} of them errors")


main()
