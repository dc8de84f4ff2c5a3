"""Plays a campaign of this folder from its first mail to its last, on `mmig sandbox`, with a clock that moves, and records the mails
it sent: python3 run.py MMIG NAME RECORD. Then facts.py compares every mail with the facts."""

import csv
import datetime as dt
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.request

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
from facts import Campaign  # noqa: E402  (the days on which something is due: on others, too, nothing may leave)

# The parts of changes that the built-in templates contain; a campaign's own templates are read.
FULL, TASKS = ["prepare", "window", "final"], ["announce"]


class Run:
    def __init__(self, mmig, name):
        self.mmig, self.name, self.home = os.path.abspath(mmig), name, pathlib.Path(tempfile.mkdtemp(prefix="mmig-migration."))
        self.story = tomllib.loads((HERE / name / "story.toml").read_text("utf-8"))
        self.folder = self.home / "campaigns" / name
        shutil.copytree(HERE / name, self.folder, ignore=shutil.ignore_patterns("story.toml"))
        self.file = self.folder / "campaign.toml"
        self.versions, self.usage, self.environment = [], {}, {"HOME": str(self.home), "NO_COLOR": "1", "PATH": os.environ["PATH"]}
        self.contacts = {}
        for group in self.story["group"]:
            for number in range(group["count"]):
                address = f"{group.get('name', group['tags'][-1])}-{number}@customer.example"
                self.contacts[address] = {"name": f"Customer {len(self.contacts)}", "email": address, "tags": group["tags"]}

    def __enter__(self):
        (self.home / "contacts.json").write_text(json.dumps(list(self.contacts.values())))
        campaign = self.campaign()
        self.now = self.morning(self.story["start"], campaign)
        command = [self.mmig, "sandbox", "--contacts-file", "contacts.json", "--from", campaign.head["from"]]
        self.sandbox = subprocess.Popen(command, cwd=self.home, env=self.environment, stdout=subprocess.PIPE, text=True)
        while "MULTIMAIL_OVERSIGHT_KEY" not in self.environment:
            line = self.sandbox.stdout.readline()
            if not line:
                raise SystemExit("the sandbox did not start")
            if found := re.match(r"export (\w+)=(.*)", line):
                self.environment[found[1]] = found[2].strip("'\"")
        self.server = self.environment["MULTIMAIL_API_URL"]
        return self

    def __exit__(self, *_):
        self.sandbox.terminate()
        self.sandbox.wait()
        if "KEEP" in os.environ:
            print(self.home, self.environment, file=sys.stderr)
        else:
            shutil.rmtree(self.home)

    def campaign(self):
        return Campaign(self.file.read_text("utf-8"))

    def morning(self, day, campaign):
        """Before anything is due: people edit, then the day's mails are sent."""
        return dt.datetime.combine(day, dt.time(6), campaign.zone).astimezone(dt.timezone.utc)

    def at(self, day, campaign):
        """Half an hour after the last of the campaign's mails is due on a day."""
        due = [campaign.send_time] + [phase["send_time"] for phase in campaign.phases.values() if "send_time" in phase]
        return dt.datetime.combine(day, max(due), campaign.zone).astimezone(dt.timezone.utc) + dt.timedelta(minutes=30)

    def people(self, what, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.server}/_sandbox/{what}", data, {"content-type": "application/json"})
        return json.load(urllib.request.urlopen(request, timeout=60))

    def tell(self, *words, codes=(0,)):
        """Runs a command; the JSON it prints."""
        command = [self.mmig, "-c", self.name, "--json", *words]
        done = subprocess.run(command, cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=120)
        if done.returncode not in codes:
            raise SystemExit(f"{self.now:%Y-%m-%d} mmig {' '.join(words)} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return json.loads(done.stdout)

    def clock(self, moment):
        self.now = moment
        text = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.environment["MMIG_AS_OF"] = text
        self.people("clock", {"now": text})

    def settle(self):
        self.people("approve", {"all": True})
        self.tell("track")

    def version(self):
        text = self.file.read_text("utf-8")
        if not self.versions or self.versions[-1]["toml"] != text:
            self.versions.append({"from": self.now.isoformat(), "toml": text})

    def take(self, event):
        for old, new in event.get("edit", []):
            text = self.file.read_text("utf-8")
            if old not in text:
                raise SystemExit(f"{event['on']}: there is no {old!r}")
            self.file.write_text(text.replace(old, new), "utf-8")
        tags = self.campaign().toml["tags"]
        for stage in ("completed", "started"):
            for who in event.get({"completed": "complete", "started": "started"}[stage], []):
                address = who.replace(":", "-") + "@customer.example"
                self.contacts[address][stage] = self.now.isoformat()
                self.people("contact", {"email": address, "add_tags": [tags[stage]]})
        if "usage" in event:
            for row in csv.DictReader(open(self.folder / event["usage"], encoding="utf-8")):
                known = self.usage.setdefault(row["contact"], {"old_calls": 0, "last_seen": ""})
                known["old_calls"] += int(row["old_calls"])
                known["last_seen"] = max(known["last_seen"], row["last_seen"])
            self.tell("track", "--usage", str(self.folder / event["usage"]))
        for command in event.get("run", []):
            self.tell(*command.split())
        if "edit" in event or "run" in event:
            self.corrected()
        self.settle()

    def corrected(self):
        """People's steps after an edit: check it, find who received something else, draft, and send the correction."""
        self.tell("check")
        correction = self.tell("correct", "--yes")["correction"]
        self.version()
        # As `draft` and `status` say: mails that wait with the old text are replaced.
        for phase in self.tell("draft", "--all")["older_text"]:
            self.tell("submit", "--phase", phase, "--replace", "--yes")
            self.settle()
        if correction:
            self.tell("submit", "--phase", correction["phase"], "--yes")
            self.settle()
            if self.tell("correct")["facts"]:
                raise SystemExit(f"{self.now:%Y-%m-%d}: something is left to correct right after a correction")

    def day(self):
        campaign = self.campaign()
        for phase in campaign.phases.values():
            readers = filter(None, (campaign.reader(contact["tags"]) for contact in self.contacts.values()))
            due = [due for due in (reader.due(phase) for reader in readers) if due]
            if not phase.get("automatic") and any(moment.date() == self.today for moment in due):
                self.tell("submit", "--phase", phase["name"], "--yes")
        self.tell("remind", "--yes")
        self.settle()

    def days(self):
        """Each day on which something is due or happens, and one more per month; the plan may change meanwhile."""
        day = self.story["start"]
        while day <= self.story["end"]:
            campaign = self.campaign()
            readers = [campaign.reader(contact["tags"]) for contact in self.contacts.values()]
            due = {due.date() for reader in readers if reader for due in map(reader.due, campaign.phases.values()) if due}
            happens = {event["on"] for event in self.story["event"]}
            if day in due | happens or day.day == 20 or day == self.story["start"]:
                yield day
            day += dt.timedelta(1)

    def play(self):
        self.clock(self.now)
        self.version()
        self.tell("check")
        self.tell("segment")
        self.tell("draft", "--all")
        for day in self.days():
            self.today = day
            events = [event for event in self.story["event"] if event["on"] == day]
            if events:
                self.clock(self.morning(day, self.campaign()))
            for event in events:
                self.take(event)
            self.clock(self.at(day, self.campaign()))
            self.day()
        return self.record()

    def record(self):
        full, tasks, other = list(FULL), list(TASKS), []
        for template in (self.folder / "templates").glob("*.md"):
            text = template.read_text("utf-8")
            (full if "partials/changes.md" in text else tasks if "partials/tasks.md" in text else other).append(template.stem)
        return {
            "name": self.name,
            "versions": self.versions,
            "end": self.now.isoformat(),
            "contacts": list(self.contacts.values()),
            "mails": [mail for mail in self.people("mails")["mails"] if mail["direction"] == "outbound"],
            "usage": self.usage,
            "full": full,
            "tasks": tasks,
            "other": other,
            "stats": self.people("stats"),
            "violations": self.people("violations")["violations"],
        }


def main():
    mmig, name, record = sys.argv[1:]
    with Run(mmig, name) as run:
        pathlib.Path(record).write_text(json.dumps(run.play()), "utf-8")


if __name__ == "__main__":
    main()
