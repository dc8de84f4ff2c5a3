"""An access log in the combined format, one line per call of one of a ledger's recipients.

Usage: log_lines.py STATE LINES. Nine lines in ten name a recipient, by the address instead of the user; three in ten are old calls.
"""

import random
import re
import sys

state, lines = sys.argv[1], int(sys.argv[2])
people = re.findall(r'email = "([^"]+)"', open(state).read())
dice = random.Random(11)

for line in range(lines):
    who = people[line % len(people)] if line % 10 else "-"
    version = "v1" if dice.random() < 0.3 and who != "-" else "v2"
    method, status = dice.choice(["GET", "GET", "GET", "POST", "PUT", "DELETE"]), dice.choice([200, 200, 200, 201, 404])
    path = f"/{version}/resource{dice.randrange(40)}/{dice.randrange(100000)}?limit=50"
    day, second = 1 + line % 28, line % 60
    print(
        f'203.0.113.{line % 250} - {who} [{day:02}/Jan/2026:08:{line % 59:02}:{second:02} +0000] '
        f'"{method} {path} HTTP/1.1" {status} {dice.randrange(90000)} "-" "python-requests/2.32.3"'
    )
