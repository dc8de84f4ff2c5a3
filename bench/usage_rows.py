"""A file of usage for the recipients of a ledger, one row per recipient and endpoint, as CSV.

Usage: usage_rows.py STATE ROWS [CUSTOMERS]. CUSTOMERS is how many of the recipients have rows; all of them by default.
"""

import random
import re
import sys

state, rows = sys.argv[1], int(sys.argv[2])
people = re.findall(r'email = "([^"]+)"', open(state).read())
people = people[: int(sys.argv[3])] if len(sys.argv) > 3 else people
dice = random.Random(7)

print("contact,old_calls,new_calls,last_seen,method,path")
for row in range(rows):
    endpoint = row // len(people)
    method = ["GET", "POST", "PUT", "DELETE"][endpoint % 4]
    old, new = dice.choice([0, 0, 5, 120]), dice.choice([0, 3, 70])
    last = f"2026-01-{1 + row % 28:02}T08:15:{row % 60:02}Z" if old else ""
    print(f"{people[row % len(people)]},{old},{new},{last},{method},/v1/resource{endpoint}/{{id}}")
