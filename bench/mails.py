"""Gives each recipient of a ledger this many mails, approved and delivered: a campaign that is far along.

Usage: mails.py state.toml NUMBER
"""

import hashlib
import random
import sys

PHASES = {
    "announce": "2027-01-30",
    "prepare": "2027-03-01",
    "window": "2027-03-31",
    "complete": "2027-04-15",
    "final": "2027-04-23",
}
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
random.seed(1)


def new_id():
    return "01J" + "".join(random.choices(LETTERS, k=13))


def mail(phase, day, recipient):
    variant = hashlib.sha256(f"{phase} {recipient % 3}".encode()).hexdigest()[:32]
    minute, second = recipient // 1800 % 60, recipient // 30 % 60
    at = [f"{day}T{hour}:{minute:02}:{second:02}Z" for hour in (13, 14, 15)]
    return (
        f'{{ phase = "{phase}", variant = "{variant}", deadline = 2027-04-30, sending = {at[0]}, id = "{new_id()}", '
        f'thread = "{new_id()}", accepted = {at[0]}, approved = {at[1]}, approved_by = "Ann Lee", labelled = true, '
        f'fate = "delivered", when = {at[2]} }}'
    )


def main(path, number):
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    with open(path, "w", encoding="utf-8") as file:
        for recipient, line in enumerate(lines):
            if line.startswith("  {"):
                mails = ", ".join(mail(phase, day, recipient) for phase, day in list(PHASES.items())[:number])
                line = f"{line.removesuffix(' },' + chr(10))}, mails = [{mails}] }},\n"
            file.write(line)


main(sys.argv[1], int(sys.argv[2]))
