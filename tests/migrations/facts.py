"""Compares every mail of a run with the facts that were valid on the day it was sent. Shares no code with mmig: the contents that a
mail must have are derived here, from the campaign files as they were edited, and from the events.

    python3 facts.py RECORD         a record that run.py wrote
    python3 facts.py RECORD --prove the same, and tests that it finds falsified mails
"""

import copy
import datetime as dt
import json
import re
import sys
import tomllib
from zoneinfo import ZoneInfo

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS)
CLOCK = r"(?P<{0}from>\d\d:\d\d)(?: to (?P<{0}to>\d\d:\d\d))?"
DATE = re.compile(
    rf"(?:(?P<weekday>{'|'.join(WEEKDAYS)}),? )?(?:(?P<day>\d{{1,2}}) (?P<month>{MONTH}) (?P<year>\d{{4}})"
    rf"|(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<y>\d{{4}})年(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日)"
    rf"(?:, {CLOCK.format('')} (?P<zone>[A-Z]{{2,5}})"
    rf"(?: \({CLOCK.format('utc_')} UTC(?P<other> the day before| the next day)?\))?)?"
)
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```\s*$", re.M | re.S)


class Campaign:
    """A campaign file as it was at a time."""

    def __init__(self, text):
        self.text = text
        self.toml = tomllib.loads(text)
        self.head = self.toml["campaign"]
        self.zone = ZoneInfo(self.head.get("timezone", "UTC"))
        self.send_time = self.head.get("send_time", dt.time(14))
        self.phases = {phase["name"]: phase for phase in self.toml["phase"]}

    def segment(self, tags):
        def fits(query):
            words = [word.strip() for word in query.split(",")]
            return all(word[1:] not in tags if word.startswith("-") else word in tags for word in words)

        return next((segment for segment in self.toml["segment"] if fits(segment["tags"])), None)

    def reader(self, tags):
        segment = self.segment(tags)
        return Reader(self, segment, tags) if segment else None


def local(value):
    """Day and time of a date, or of a date with a time."""
    return (value.date(), value.time()) if isinstance(value, dt.datetime) else (value, None)


def length(text):
    units = {"m": "minutes", "h": "hours", "d": "days"}
    return sum((dt.timedelta(**{units[unit]: int(number)}) for number, unit in re.findall(r"(\d+)([mhd])", text)), dt.timedelta())


class Reader:
    """What the campaign says to one customer."""

    def __init__(self, campaign, segment, tags):
        self.campaign, self.segment, self.tags = campaign, segment, tags
        self.deadline = local(segment.get("deadline", campaign.head["deadline"]))
        self.guide = segment.get("guide_url", campaign.head.get("guide_url"))
        self.support = segment.get("support", campaign.head.get("support"))
        self.dates = {name: self.date(value) for name, value in campaign.head.get("dates", {}).items()}
        self.changes = [change for change in campaign.toml.get("change", []) if self.concerns(change)]

    def concerns(self, change):
        if "segments" in change:
            return self.segment["name"] in change["segments"]
        return all(tag in self.tags for tag in change.get("tags", "").split(",") if tag)

    def moment(self, day, time):
        return dt.datetime.combine(day, time or dt.time(23, 59, 59), self.campaign.zone)

    def date(self, value):
        """First and last moment: (day, time or None) each; the last may be None."""
        if "days_before" in value or "days_after" in value:
            days = value.get("days_after", 0) - value.get("days_before", 0)
            start = (self.deadline[0] + dt.timedelta(days), self.deadline[1])
        else:
            start = local(value.get("at", value.get("on")))
        end = None
        if "lasts" in value:
            first = self.moment(start[0], start[1] or dt.time(0))
            last = (first.astimezone(dt.timezone.utc) + length(value["lasts"])).astimezone(self.campaign.zone)
            end = (last.date(), last.time())
        elif "until" in value:
            end = local(value["until"])
        return start, end

    def ends(self):
        return self.moment(*self.deadline)

    def due(self, phase):
        """When a phase is due; None for one without a date or for other segments."""
        if "segments" in phase and self.segment["name"] not in phase["segments"]:
            return None
        if "days_before" not in phase and "days_after" not in phase:
            return None
        start, end = self.dates[phase["of"]] if "of" in phase else (self.deadline, None)
        base = (end or start) if "days_after" in phase else start
        day = base[0] + dt.timedelta(phase.get("days_after", 0) - phase.get("days_before", 0))
        return self.moment(day, phase.get("send_time", self.campaign.send_time))

    def moments(self):
        """Every moment and every stretch of time that a mail may name with its hours."""
        found = {(self.deadline[0], (self.deadline[1] or dt.time(23, 59)).strftime("%H:%M"), None)}
        hour = lambda time: time.strftime("%H:%M")
        for start, end in self.dates.values():
            for one in (start, end):
                if one and one[1]:
                    found.add((one[0], hour(one[1]), None))
            if end and start[1] and end[1] and start[0] == end[0]:
                found.add((start[0], hour(start[1]), hour(end[1])))
        return found

    def days(self):
        days = {self.deadline[0]}
        for start, end in self.dates.values():
            days |= {start[0]} | ({end[0]} if end else set())
        return days

    def planned(self, after):
        """The days on which further mails are planned after a moment."""
        due = [self.due(phase) for phase in self.campaign.phases.values()]
        return sorted({moment.date() for moment in due if moment and moment > after})

    def facts(self):
        """The facts that may be outdated: a name, and the words by which a mail states it."""
        found = {"guide": self.guide, "support": self.support}
        for change in self.changes:
            for part in ("title", "task", "text", "before", "after", "url"):
                if part in change:
                    found[f"{change['id']}.{part}"] = change[part].strip()
        for name, (start, end) in self.dates.items():
            found[f"date.{name}"] = f"{start[0].day} {MONTHS[start[0].month - 1]} {start[0].year}"
        for name, value in self.campaign.head.get("vars", {}).items():
            found[f"var.{name}"] = value if isinstance(value, str) and len(value) > 5 else None
        return {name: words for name, words in found.items() if words}


def says(body, words):
    """Whether a text has these words, not as part of longer ones."""
    return re.search(rf"(?<![\w-]){re.escape(words)}(?![\w#/?-])", body) is not None


def spoken(fact, reader, body):
    """Whether a mail states a fact."""
    words = reader.facts().get(fact)
    return words is not None and says(body, words)


class Judge:
    """All mails of a run against all facts."""

    def __init__(self, record):
        self.record = record
        self.versions = [(dt.datetime.fromisoformat(one["from"]), Campaign(one["toml"])) for one in record["versions"]]
        self.end = dt.datetime.fromisoformat(record["end"])
        self.people = {contact["email"]: contact for contact in record["contacts"]}
        self.mails = [mail for mail in record["mails"] if mail["status"] in ("delivered", "bounced", "sent")]
        for mail in self.mails:
            mail["left"] = dt.datetime.fromisoformat(mail["sent_at"].replace("Z", "+00:00"))
            mail["phase"] = mail["tags"]["mmig-phase"]
        self.mails.sort(key=lambda mail: mail["left"])
        self.findings = {kind: [] for kind in ("date", "code", "statement", "missing mail", "missing change", "extra mail")}
        self.counts = {"mails": len(self.mails), "dates": 0, "code": 0, "changes": 0, "corrections": 0}

    def find(self, kind, mail, what):
        where = f"{mail['phase']} to {mail['to'][0]} on {mail['left']:%Y-%m-%d}: " if mail else ""
        self.findings[kind].append(where + what)

    def at(self, moment):
        return [campaign for begin, campaign in self.versions if begin <= moment][-1]

    def judge(self):
        self.full, self.tasks = self.record["full"], self.record["tasks"]
        for mail in self.mails:
            contact = self.people[mail["to"][0]]
            campaign = self.at(mail["left"])
            reader = campaign.reader(contact["tags"])
            corrects = campaign.phases[mail["phase"]].get("on") == "deadline-moved"
            before = [one for one in self.mails if one["to"] == mail["to"] and one["left"] < mail["left"]]
            body = mail["body"]
            told = []
            if corrects:
                self.counts["corrections"] += 1
                body, told = self.correction(mail, body, reader, before)
            self.dates(mail, mail["subject"] + "\n" + body, reader, corrects, before)
            self.code(mail, body, reader)
            self.statements(mail, body, reader, contact, corrects, before)
            if not corrects:
                self.changes(mail, body, reader)
        for contact in self.people.values():
            self.phases(contact)
            self.corrections(contact)
        return self

    def dates(self, mail, text, reader, corrects, before):
        """Each date, weekday, hour and zone is one of the reader's."""
        today = mail["left"].astimezone(reader.campaign.zone).date()
        allowed = reader.days() | set(reader.planned(mail["left"])) | {today}
        if corrects:
            # Their headings and the subject name the last day that was stated before.
            allowed |= {self.at(one["left"]).reader(self.people[one["to"][0]]["tags"]).deadline[0] for one in before}
        last_call = self.record.get("usage", {}).get(mail["to"][0], {}).get("last_seen")
        if last_call:
            allowed.add(dt.date.fromisoformat(last_call))
        for found in DATE.finditer(FENCE.sub("", text)):
            self.counts["dates"] += 1
            part = found.groupdict()
            try:
                if part["iso"]:
                    day = dt.date.fromisoformat(part["iso"])
                elif part["y"]:
                    day = dt.date(int(part["y"]), int(part["m"]), int(part["d"]))
                else:
                    month = next(number for number, name in enumerate(MONTHS, 1) if name[:3] == part["month"][:3])
                    day = dt.date(int(part["year"]), month, int(part["day"]))
            except ValueError:
                self.find("date", mail, f"there is no such day: {found[0]}")
                continue
            if day not in allowed:
                self.find("date", mail, f"not a date of this reader: {found[0]}")
            if part["weekday"] and WEEKDAYS[day.weekday()] != part["weekday"]:
                self.find("date", mail, f"another weekday: {found[0]}")
            if part["from"] and not self.hours_hold(part, day, reader):
                self.find("date", mail, f"not the hour: {found[0]}")

    def hours_hold(self, part, day, reader):
        if (day, part["from"], part["to"]) not in reader.moments():
            return False
        for name in ("from", "to"):
            if not part[name]:
                continue
            moment = reader.moment(day, dt.time.fromisoformat(part[name]))
            utc = moment.astimezone(dt.timezone.utc)
            other = {-1: " the day before", 0: None, 1: " the next day"}[(utc.date() - day).days]
            if part["zone"] != moment.tzname() or (part["zone"] != "UTC" and part["utc_from"] is None):
                return False
            if part["utc_from"] and (part[f"utc_{name}"] != utc.strftime("%H:%M") or part["other"] != other):
                return False
        return True

    def code(self, mail, body, reader):
        """Each block of code is one of the reader's changes, as it is that day."""
        right = {change[part].strip() for change in reader.changes for part in ("before", "after") if part in change}
        for block in FENCE.findall(body):
            self.counts["code"] += 1
            if block.strip() not in right:
                self.find("code", mail, f"not code of a change of this reader: {block.strip()[:60]!r}")

    def statements(self, mail, body, reader, contact, corrects, before):
        """Checks figures and links."""
        today = mail["left"].astimezone(reader.campaign.zone).date()
        for day, number in re.findall(r"As of (\d{4}-\d\d-\d\d), days left: (-?\d+)", body):
            if dt.date.fromisoformat(day) != today or int(number) != (reader.deadline[0] - today).days:
                self.find("statement", mail, f"{number} days left from {day}")
        for line in re.findall(r"may write again on (.*)\.", body):
            due = reader.due(reader.campaign.phases[mail["phase"]]) or mail["left"]
            days = [f"{day.day} {MONTHS[day.month - 1]} {day.year}" for day in reader.planned(due)]
            if re.split(r", | and ", line) != days:
                self.find("statement", mail, f"planned mails are {days}, not {line}")
        other = {segment.get(key) for segment in reader.campaign.toml["segment"] for key in ("guide_url", "support")}
        other |= {reader.campaign.head.get(key) for key in ("guide_url", "support")}
        for link in filter(None, other - {reader.guide, reader.support}):
            if says(body, link):
                self.find("statement", mail, f"a link of other customers: {link}")
        for sentence in re.findall(r"Our records show ([\d,]+) calls? of yours", body):
            known = self.record.get("usage", {}).get(contact["email"], {}).get("old_calls", 0)
            if int(sentence.replace(",", "")) != known:
                self.find("statement", mail, f"{sentence} calls, not {known}")
        if re.search(r"other dates.*still valid", body) and "may write again can differ" not in body:
            # It claims that every date was compared; each of the planned mails has to be planned still.
            for one in before:
                then = self.at(one["left"])
                was = then.reader(contact["tags"]).due(then.phases.get(one["phase"], {})) or one["left"]
                told = [day for day in then.reader(contact["tags"]).planned(was) if "may write again" in one["body"]]
                if not set(told) <= set(reader.planned(was)):
                    self.find("statement", mail, "it says that all other dates hold, and a planned mail's does not")
                    break
        if "Our records do not" in body and contact.get("completed") and dt.datetime.fromisoformat(contact["completed"]) <= mail["left"]:
            self.find("statement", mail, "its reader was done")

    def changes(self, mail, body, reader):
        """Nothing that its reader has to change is missing."""
        template = reader.campaign.phases[mail["phase"]].get("template", mail["phase"])
        own = f"{template}.{reader.segment['name']}"
        template = own if own in self.full + self.tasks + self.record["other"] else template
        for change in reader.changes:
            task = change.get("task", change["title"])
            parts = [change["title"], change["text"], change.get("before"), change.get("after"), change.get("url")]
            parts = {"full": parts, "tasks": [task]}.get(
                "full" if template in self.full else "tasks" if template in self.tasks else "", []
            )
            for part in filter(None, parts):
                self.counts["changes"] += 1
                if part.strip() not in body:
                    self.find("missing change", mail, f"{change['id']}: {part.strip()[:50]!r}")
        has = reader.guide and template in self.full + self.tasks and "off" not in template
        if has and not says(body, reader.guide):
            self.find("missing change", mail, f"the guide {reader.guide}")

    def correction(self, mail, body, reader, before):
        """Checks the outdated and the correct statements of a correction. Returns the rest of it."""
        told = []
        parts = re.split(r"^### \d+\. ", body, flags=re.M)
        rest = [parts[0]]
        for part in parts[1:]:
            part, *after = re.split(r"^## ", part, flags=re.M)
            rest += after
            found = re.match(
                r"(?P<what>.*)\n\nWe told you(?::|(?P<gone> that this no longer applies\.))\s*(?P<told>.*?)\n\n"
                r"(?:Correct:\s*(?P<right>.*)|This no longer applies: please disregard it\.)\s*\Z",
                part,
                re.S,
            )
            if not found:
                self.find("statement", mail, f"a correction that cannot be read: {part[:60]!r}")
                continue
            plain = lambda text: "\n".join(FENCE.findall(text)) .strip() if text and "```" in text else (text or "").strip()
            was, right = plain(found["told"]), plain(found["right"])
            told.append((was, right))
            bodies = [one["body"] for one in before]
            if was and not any(was in one or (DATE.match(was) and DATE.match(was)["day"] and DATE.match(was)["day"] + " " + DATE.match(was)["month"] + " " + DATE.match(was)["year"] in one) for one in bodies):
                self.find("statement", mail, f"no mail told them {was[:50]!r}")
            if right:
                date = DATE.match(right)
                day_in = date and date["day"] and f"{date['day']} {date['month']} {date['year']}"
                if day_in and date[0].split(" to ")[0] in right:
                    rest.append(right)
                if right not in reader.facts().values() and day_in not in reader.facts().values():
                    kind = "code" if "```" in found["right"] else "statement"
                    self.find(kind, mail, f"that is not what is right: {right[:50]!r}")
                self.counts["code"] += "```" in found["right"]
        text = "".join(rest)
        for line in re.findall(r"^- The last day we told you earlier: (.*)\. Please disregard", text, re.M):
            days = [self.at(one["left"]).reader(self.people[mail["to"][0]]["tags"]).deadline[0] for one in before]
            stated = DATE.match(line)
            last = days[-1] if days else None
            if not stated or not last or f"{last.day} {MONTHS[last.month - 1]} {last.year}" not in line:
                self.find("date", mail, f"the last day they were told is {last}, not {line}")
        mail["told"] = told
        return text, told

    def phases(self, contact):
        """Checks who got which phase on which day."""
        own = [mail for mail in self.mails if mail["to"] == [contact["email"]]]
        expected = {}
        done = dt.datetime.fromisoformat(contact["completed"]) if contact.get("completed") else None
        started = dt.datetime.fromisoformat(contact["started"]) if contact.get("started") else None
        bounds = [begin for begin, _ in self.versions[1:]] + [self.end]
        for (begin, campaign), until in zip(self.versions, bounds):
            reader = campaign.reader(contact["tags"])
            for name, phase in campaign.phases.items():
                if phase.get("on") == "completed" and done and begin <= done < until:
                    expected[name] = done
                due = reader.due(phase)
                if not due or name in expected:
                    continue
                late = dt.timedelta(campaign.toml.get("limits", {}).get("max_late", 3))
                # A phase whose day is in the past after an edit is sent at once, if it is not too late.
                when = begin if begin > due and begin <= due + late and begin != self.versions[0][0] else due
                over = done and done <= when or (phase.get("audience") == "not-started" and started and started <= when)
                closed = "days_after" not in phase and when > reader.ends()
                if begin <= when < until and not over and not closed:
                    expected[name] = when
        for name, when in expected.items():
            got = [mail for mail in own if mail["phase"] == name]
            if not got:
                self.find("missing mail", None, f"{name} to {contact['email']}, due {when:%Y-%m-%d}")
            elif abs((got[0]["left"] - when).total_seconds()) > 26 * 3600:
                self.find("missing mail", got[0], f"it was due on {when:%Y-%m-%d}")
            for mail in got[1:]:
                self.find("extra mail", mail, "a second one")
        for mail in own:
            campaign = self.at(mail["left"])
            corrects = campaign.phases[mail["phase"]].get("on") == "deadline-moved"
            if not corrects and mail["phase"] not in expected:
                self.find("extra mail", mail, "it was not due")
            reader = campaign.reader(contact["tags"])
            after_end = "days_after" in campaign.phases[mail["phase"]] or corrects or campaign.phases[mail["phase"]].get("on")
            if mail["left"] > reader.ends() and not after_end:
                self.find("extra mail", mail, f"after its reader's deadline {reader.deadline[0]}")

    def corrections(self, contact):
        """Customers who received a fact that an edit changed get one mail about it after the edit; no one else does."""
        own = [mail for mail in self.mails if mail["to"] == [contact["email"]]]
        corrects = lambda mail: self.at(mail["left"]).phases[mail["phase"]].get("on") == "deadline-moved"
        used = set()
        for begin, campaign in self.versions[1:]:
            if contact.get("completed") and dt.datetime.fromisoformat(contact["completed"]) <= begin:
                continue
            reader = campaign.reader(contact["tags"])
            before = [mail for mail in own if mail["left"] < begin]
            if not before:
                continue
            wrong = {}
            names = {name for mail in before for name in self.at(mail["left"]).reader(contact["tags"]).facts()}
            for name in names:
                last = None
                for mail in before:
                    then = self.at(mail["left"]).reader(contact["tags"])
                    if spoken(name, then, mail["body"]) or any(
                        then.facts().get(name) == right for _, right in mail.get("told", [])
                    ):
                        last = then.facts()[name]
                if last is not None and last != reader.facts().get(name):
                    wrong[name] = (last, reader.facts().get(name))
            told_day = self.at(before[-1]["left"]).reader(contact["tags"]).deadline
            moved = told_day != reader.deadline
            if not wrong and not moved:
                continue
            found = [mail for mail in own if corrects(mail) and mail["left"].date() == begin.date()]
            if not found:
                self.find("missing mail", None, f"a correction to {contact['email']} on {begin:%Y-%m-%d}: {sorted(wrong)}")
                continue
            mail = found[0]
            used.add(mail["id"])
            for name, (was, right) in wrong.items():
                # By the words only: changes with other names may have the same words.
                if not any(was in told and (right is None or right in now) for told, now in mail["told"]):
                    self.find("missing change", mail, f"it does not correct {name}: {was[:40]!r}, now {right!r:.40}")
            if len(mail["told"]) > len({(name) for name in wrong}):
                self.find("statement", mail, f"it corrects more than what was wrong: {mail['told']}, {wrong}")
        for mail in own:
            if corrects(mail) and mail["id"] not in used:
                self.find("extra mail", mail, "nothing was to be corrected")


def report(record, judge):
    found = {kind: len(each) for kind, each in judge.findings.items()}
    counts = judge.counts
    print(
        f"{record['name']}: {counts['mails']} mails, {counts['corrections']} of them corrections; {counts['dates']} dates, "
        f"{found['date']} false; {counts['code']} blocks of code, {found['code']} false; {counts['changes']} parts of changes, "
        f"{found['missing change']} missing; {found['statement']} false statements; {found['missing mail']} mails missing, "
        f"{found['extra mail']} too many"
    )
    for kind, each in judge.findings.items():
        for one in each[:12]:
            print(f"  {kind}: {one}")
    return sum(found.values())


def falsified(record):
    """Records with one error each, by its description."""

    def change(pick, alter):
        copied = copy.deepcopy(record)
        for mail in copied["mails"]:
            if mail["status"] == "delivered" and pick(mail):
                alter(mail, copied)
                return copied
        return None

    def words(old, new):
        return change(
            lambda mail: re.search(old, mail["body"]), lambda mail, _: mail.update(body=re.sub(old, new, mail["body"], count=1))
        )

    yield "a day", words(r"(Ends on: \*\*\w+, )(\d+)", lambda found: f"{found[1]}{int(found[2]) % 28 + 1}")
    yield "an hour", words(r"(Ends on: .*, )(\d\d):", lambda found: f"{found[1]}{(int(found[2]) + 1) % 24:02}:")
    yield "days left", words(r"days left: \d+", "days left: 4")
    yield "a planned mail", words(r"may write again on (\d+)", lambda found: f"may write again on {int(found[1]) % 28 + 1}")
    yield "code", words(r"(?s)```(\w*)\n(.*?)\n```", lambda found: f"```{found[1]}\n{found[2]}x\n```")
    yield "a change", words(r"(?s)### 1\. .*?```\n", "")
    yield "a mail", change(lambda mail: True, lambda mail, all: all["mails"].remove(mail))
    yield "a second mail", change(lambda mail: True, lambda mail, all: all["mails"].append(copy.deepcopy(mail)))
    corrects = lambda mail: "We told you" in mail["body"]
    yield "a correction", change(corrects, lambda mail, all: all["mails"].remove(mail))
    yield "what was told", words(r"We told you: ", "We told you: not ")
    yield "what is right", words(r"Correct: ", "Correct: not ")


def main():
    record = json.load(open(sys.argv[1], encoding="utf-8"))
    wrong = report(record, Judge(copy.deepcopy(record)).judge())
    if "--prove" in sys.argv:
        unseen = []
        tried = 0
        for what, other in falsified(record):
            if other is not None:
                tried += 1
                found = Judge(other).judge().findings
                unseen += [] if sum(map(len, found.values())) > wrong else [what]
        print(f"  falsified in {tried} ways, not noticed: {', '.join(unseen) or 'none'}")
        wrong += len(unseen)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
