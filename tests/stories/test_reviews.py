"""The reviews of the sample's story: three were held, and what became of them is on the next agenda."""

from __future__ import annotations

import json

from tests.conftest import Shell

WEEKS = ("2026-W43", "2026-W44", "2026-W45")
RENEW = "Renew Penny's access to the bank feed"


def test_each_week_was_held(sample: Shell) -> None:
    assert sample("review", "list").out.startswith("3 of 3 weeks held, 3 of 5 to-dos done\n")
    listed = sample("review", "list", "--json").json["reviews"]
    assert [week["week"] for week in listed["weeks"] if week["held"]] == [*reversed(WEEKS)]
    assert (listed["not_held"], listed["open_week"]) == ([], "2026-W46")


def test_each_review_is_shown(sample: Shell) -> None:
    found = {week: sample("review", "show", week, "--json").json["reviews"] for week in WEEKS}
    facts = [(one["minutes"], one["rating"], len(one["rows"]), one["completion"]) for (one,) in found.values()]
    assert json.dumps(facts[0][:3]) == '[32, "7", 7]'
    assert [one[3] for one in facts] == [{"done": 0, "due": 0}, {"done": 2, "due": 2}, {"done": 1, "due": 2}]
    assert "to-dos        1 of 2 done" in sample("review", "show", "W45").out
    assert f"to-do         open: {RENEW} (janine, due 2026-11-06)" in sample("review", "show", "W44").out


def test_the_agenda_has_what_is_overdue(sample: Shell) -> None:
    agenda = sample("review", "agenda", "--json").json["agenda"]
    (todo,) = agenda["todos"]
    assert (todo["what"], todo["owner"], todo["overdue"], todo["reviews_overdue"]) == (RENEW, "janine", True, 2)
    # Crystal's failed, and Janine's is overdue.
    assert agenda["completion"] == {"done": 0, "due": 2}
    text = sample("review", "agenda").out
    assert f"{RENEW}: Janine, due 2026-11-06, overdue at 2 reviews" in text
    (pay,) = [row for row in agenda["rows"] if row["metric"] == "days-to-pay"]
    assert (pay["todos"], pay["last"]["fix"]) == ([todo["todo"]], "Janine calls the bank today.")
