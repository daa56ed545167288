"""A file of people as an HR system exports it, for the benchmark of imports. All names and numbers are invented.

The same file each time: names with accents, commas and apostrophes, columns that an import leaves out, and cells that
are blank, as real exports have them.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

HEADER = (
    "Employee ID", "First Name", "Last Name", "Work Email", "Job Title", "Department", "Location", "Hire Date",
    "Manager ID", "Cost Center",
)  # fmt: skip
_FIRST = (
    "Ada", "Ana", "Ben", "Chloé", "Dmitri", "Eve", "Farah", "Gwen", "Hana", "Iker", "Jörg", "Kofi", "Lena", "Mei",
    "Nils", "Olu", "Priya", "Quentin", "Rosa", "Sven", "Tomás", "Uma", "Vera", "Wei", "Ximena", "Yusuf", "Zoë",
)  # fmt: skip
_LAST = (
    "Abbott", "Bianchi", "Chen", "Dubois", "Eriksen", "Fischer", "García", "Hughes", "Ito", "Jensen", "Kowalski",
    "Lopez", "Müller", "Novák", "O'Brien", "Petrov", "Quinn", "Rossi", "Smith-Jones", "Tanaka", "Usman",
    "van der Berg", "Weiß", "Xu", "Yüksel", "Zhang",
)  # fmt: skip
_TEAMS = ("Engineering", "Sales", "Support", "Finance", "People", "Legal", "Marketing", "Operations, EMEA")
_TITLES = ("Analyst", "Associate", "Manager", "Specialist", "Engineer", "Lead, Projects", "Coordinator", "Director")
_PLACES = ("Berlin", "Boston", "Lagos", "Osaka", "São Paulo", "")
_SPAN = 8


def write_people_file(path: Path, people: int) -> None:
    """Write a file of `people` rows, each with the row of its manager before it."""
    random = Random(people)  # noqa: S311  (the same rows each time, and no secret)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(people):
            first, last = random.choice(_FIRST), random.choice(_LAST)
            team, title = random.choice(_TEAMS), random.choice(_TITLES)
            manager = _make_id((number - 1) // _SPAN) if number else ""
            day = f"20{random.randrange(10, 26)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
            email = f"person{number}@example.com"
            row = (_make_id(number), first, last, email, f"{team.partition(',')[0]} {title}", team)
            rows.writerow((*row, random.choice(_PLACES), day, manager, random.choice(("", "4711", "0815"))))


def _make_id(number: int) -> str:
    return f"E{number + 10_000}"
