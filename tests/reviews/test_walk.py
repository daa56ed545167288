"""`orgtp review` on a terminal: what it asks, and that it goes on after Ctrl-C and after a kill and loses no word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import yaml

from tests.cli.terminal import INTERRUPT, KILL, Seen, driving, on_terminal
from tests.conftest import Shell
from tests.reviews.answers import WEEK, rows, write_answers
from tests.reviews.test_answers import draft, record
from tests.size import combine

DAVID = {"ORGTP_SEAT": "david", "NO_COLOR": "1"}
CHANGED, FIX, WHO, WHEN = "What changed in the inputs", "What is the fix?", "Who does it?", "By when?"
HERE, LUCK, RATING, CLOSE = "Who is here?", "Go through them, too?", "How useful was this review", "Close the review"
ROW = ((CHANGED, "The sheet moved.\n"), (FIX, "Read the new sheet.\n"), (WHO, "\n"), (WHEN, "fri\n"))
LAST = ((LUCK, "\n"), (RATING, "9 8 8\n"), (CLOSE, "\n"))


def walk(shell: Shell, answers: Sequence[tuple[str, str]], *words: str) -> Seen:
    """Hold a review on a terminal."""
    return on_terminal(shell, "review", *words, answers=answers, **DAVID)


def everything(shell: Shell) -> list[tuple[str, str]]:
    """What a person types from the beginning to the end."""
    return [(HERE, "david,bogdan\n"), *(ROW * len(rows(shell))), *LAST]


def test_a_review_from_the_beginning_to_the_end(sample: Shell) -> None:
    discussed = rows(sample)
    seen = walk(sample, everything(sample))
    assert seen.code == 0, seen.text
    found = record(sample)
    assert found["present"] == ["david", "bogdan"]
    assert found["rating"] == 8.3
    listed = found["rows"]
    assert isinstance(listed, list)
    assert [(row["seat"], row["metric"], row["state"]) for row in listed] == discussed
    assert {row["changed"] for row in listed} == {"The sheet moved."}
    assert not draft(sample).exists()
    assert sample("validate", "--json").json["problems"] == []


def test_a_screen_shows_what_is_known(sample: Shell) -> None:
    """The weeks with their values, the target, the owner, the reasons, and what why found with its commit."""
    seen = walk(sample, [(HERE, "\n"), *ROW, (CHANGED, INTERRUPT)])
    screen = seen.text.partition("── row 2 of ")[2]
    for text in ("W34", "W46", "✗", "target", "owner Bogdan", "off target", "candidates, not causes", "[1] "):
        assert text in screen
    assert driving(seen.text.replace("\x1b", "")) == [] or "\x1b" not in seen.text


def test_the_order_of_what_it_shows(sample: Shell) -> None:
    seen = walk(sample, everything(sample))
    places = [
        seen.text.index(text) for text in ("1. To-dos", "row 1 of", "3. Open escalations", "4. Dates", RATING, CLOSE)
    ]
    assert places == sorted(places)


def test_what_was_found_is_taken_over_by_its_number(sample: Shell) -> None:
    first = [(HERE, "\n"), *ROW]
    seen = walk(sample, [*first, (CHANGED, "1\n"), (FIX, INTERRUPT)])
    evidence = seen.text.partition("── row 2 of ")[2].partition("[1] ")[2].splitlines()[0]
    said = yaml.safe_load(draft(sample).read_text())["rows"][1]["changed"]
    day, _, rest = evidence.partition(" ")
    assert said.endswith(f"({day})")
    assert said[:20] in rest or rest.partition(": ")[2].startswith(said[:20])


@pytest.mark.parametrize(("step", "stop"), combine(range(7), [INTERRUPT, KILL]))
def test_it_goes_on_where_it_stopped(sample: Shell, step: int, stop: str) -> None:
    """Stopped at each question of the first two rows: what was typed before is there, and is not asked again."""
    typed = everything(sample)
    question = typed[step][0]
    before = sample.head()
    seen = walk(sample, [*typed[:step], (question, stop)])
    assert seen.code == (130 if stop == INTERRUPT else -9)
    assert sample.head() == before
    if stop == INTERRUPT:
        assert "the answers are kept in" in seen.text
    done = sum(question is typed[n][0] and n % 4 == 0 for n in range(1, step + 1) if n >= 5)
    # The questions of a row that is not complete are asked again, each with what was typed, which Enter keeps.
    again = (step - 1) % 4 if step else 0
    begun = typed[step - again : step]
    kept = [(asked, "\n") for asked, _ in begun]
    seen = walk(sample, [*kept, *typed[step:]])
    assert seen.code == 0, seen.text
    assert done >= 0
    assert {(row["changed"], row["fix"]) for row in record(sample)["rows"]} == {  # type: ignore[attr-defined]
        ("The sheet moved.", "Read the new sheet.")
    }
    assert record(sample)["present"] == ["david", "bogdan"]


@pytest.mark.parametrize("stop", [INTERRUPT, KILL], ids=["ctrl-c", "kill"])
@pytest.mark.parametrize("question", [RATING, CLOSE])
def test_stopped_at_the_end(sample: Shell, question: str, stop: str) -> None:
    typed = everything(sample)
    step = [asked for asked, _ in typed].index(question)
    walk(sample, [*typed[:step], (question, stop)])
    luck = [(LUCK, "\n")] if question == RATING else []
    assert "going on with the review that david began" in walk(sample, [*luck, *typed[step:]]).text
    assert record(sample)["rating"] == 8.3


def test_killed_between_the_commit_and_the_end(sample: Shell) -> None:
    """A draft that was left behind by a closed review is not taken for a new one."""
    typed = everything(sample)
    walk(sample, [*typed[:-1], (CLOSE, INTERRUPT)])
    kept = draft(sample).read_bytes()
    walk(sample, typed[-1:])
    draft(sample).write_bytes(kept)
    seen = walk(sample, [])
    assert (seen.code, f"closed the review of {WEEK} already" in seen.text) == (2, True)
    assert not draft(sample).exists()


def test_no_means_not_yet(sample: Shell) -> None:
    before = sample.head()
    typed = everything(sample)
    seen = walk(sample, [*typed[:-1], (CLOSE, "n\n")])
    assert (seen.code, "not closed. The answers are kept in" in seen.text) == (130, True)
    assert sample.head() == before
    assert walk(sample, typed[-1:]).code == 0


def test_a_wrong_answer_is_asked_again(sample: Shell) -> None:
    row = [(CHANGED, "The sheet moved.\n"), (FIX, "\n"), (FIX, "Read the new sheet.\n"), (WHO, "bogdn\n")]
    row += [('Did you mean "bogdan"?', "bogdan\n"), (WHEN, "yesterday\n"), ("write a day", "2026-11-01\n")]
    row += [("write a day", "2026-11-27\n")]
    typed = everything(sample)
    answers = [(HERE, "david,bogdn\n"), ('Did you mean "bogdan"?', "david,bogdan\n"), *row, *typed[5:-2]]
    seen = walk(sample, [*answers, (RATING, "eleven\n"), ("write numbers from 1 to 10", "8\n"), (CLOSE, "\n")])
    assert seen.code == 0, seen.text
    assert record(sample)["rating"] == 8


def test_a_number_of_nothing_that_was_found_is_asked_again(sample: Shell) -> None:
    typed = everything(sample)
    answers = [typed[0], (CHANGED, "99\n"), ("say it in words", "It moved.\n"), *typed[2:]]
    assert walk(sample, answers).code == 0
    assert record(sample)["rows"][0]["changed"] == "It moved."  # type: ignore[index]


def test_the_todo_follows_the_fix_that_is_typed_again(sample: Shell) -> None:
    """A row that lacks something is asked again; what is done is then the second fix."""
    first = len([row for row in rows(sample) if row[2] != "off"])
    typed = everything(sample)
    begin, rest = typed[: 1 + 4 * first], typed[5 + 4 * first :]
    twice = [(CHANGED, "\n"), (FIX, "Read it.\n"), (WHO, "\n"), (WHEN, "\n")]
    twice += [(CHANGED, "It moved.\n"), (FIX, "Write it.\n"), (WHO, "\n"), (WHEN, "\n")]
    seen = walk(sample, [*begin, *twice, *rest])
    assert seen.code == 0, seen.text
    row = record(sample)["rows"][first]  # type: ignore[index]
    assert (row["fix"], row["todo"].endswith("-write-it")) == ("Write it.", True)


def test_watch_needs_a_reason(sample: Shell) -> None:
    row = [(CHANGED, "\n"), (FIX, "w\n"), ("Why is watching enough?", "\n"), ("please say it", "Few cases.\n")]
    number = len(rows(sample))
    assert walk(sample, [(HERE, "\n"), *(row * number), *LAST]).code == 0
    assert {(row["decision"], row["fix"]) for row in record(sample)["rows"]} == {("watch", "Few cases.")}  # type: ignore[attr-defined]


def test_a_fix_off_target_needs_what_changed(sample: Shell) -> None:
    first = len([row for row in rows(sample) if row[2] != "off"])
    typed = everything(sample)[: 1 + 4 * first]
    row = [(CHANGED, "\n"), (FIX, "Read it.\n"), (WHO, "\n"), (WHEN, "\n")]
    seen = walk(
        sample, [*typed, *row, (CHANGED, "It moved.\n"), (FIX, "\n"), (WHO, "\n"), (WHEN, "\n"), (CHANGED, INTERRUPT)]
    )
    assert seen.code == 130, seen.text
    assert yaml.safe_load(draft(sample).read_text())["rows"][first]["changed"] == "It moved."


def test_skip_and_go_back(sample: Shell) -> None:
    discussed = rows(sample)
    seat = discussed[0][0]
    rest = [row for row in discussed if row[0] != seat]
    skip = [(CHANGED, "s\n"), (f"Why is {seat} skipped?", "Its owner is away.\n")]
    seen = walk(sample, [(HERE, "\n"), *skip, (CHANGED, "b\n"), *skip, *(ROW * len(rest)), *LAST])
    assert seen.code == 0, seen.text
    assert record(sample)["skipped"] == [{"seat": seat, "why": "Its owner is away."}]
    assert len(record(sample)["rows"]) == len(rest)  # type: ignore[arg-type]


def test_nobody_does_it(sample: Shell) -> None:
    row = [*ROW[:2], (WHO, "-\n")]
    assert walk(sample, [(HERE, "\n"), *(row * len(rows(sample))), *LAST]).code == 0
    assert all("todo" not in row for row in record(sample)["rows"])  # type: ignore[attr-defined]


def test_the_minutes_that_are_left(sample: Shell) -> None:
    seen = walk(sample, [(HERE, "\n"), (CHANGED, INTERRUPT)], "--minutes", "30")
    number = len(rows(sample))
    assert f"row 1 of {number}, 30 of 30 minutes left, {30 // number} for each row" in seen.text


def test_what_an_agent_prepared_is_confirmed(sample: Shell) -> None:
    """Each answer is offered, and Enter keeps it. It is a person who closes."""
    sample("review", "--answers", write_answers(sample, "rating: 8\n"), "--by", "radar")
    number = len(rows(sample))
    row = [(CHANGED, "\n"), (FIX, "\n"), (WHO, "-\n")]
    first = [(CHANGED, "The feed moved.\n"), *row[1:]]
    seen = walk(sample, [(HERE, "\n"), *first, *(row * (number - 1)), (RATING, "\n"), (CLOSE, "\n")])
    assert seen.code == 0, seen.text
    assert "radar prepared this review" in seen.text
    changed = [row["changed"] for row in record(sample)["rows"]]  # type: ignore[attr-defined]
    assert changed == ["The feed moved.", *["The sheet moved."] * (number - 1)]
    assert record(sample)["led_by"] == "david"


def test_an_agent_does_not_hold_a_review(sample: Shell) -> None:
    seen = on_terminal(sample, "review", "--by", "radar")
    assert (seen.code, "radar is an agent, and a person closes a review" in seen.text) == (2, True)


def test_two_people_at_one_clone(sample: Shell) -> None:
    """The second one is told who holds it, and loses nothing."""
    import os
    import pty

    from tests.conftest import SCRIPT

    pid, master = pty.fork()
    if pid == 0:
        os.chdir(sample.folder)
        os.execve(str(SCRIPT), [str(SCRIPT), "review"], sample.env(DAVID))  # noqa: S606
    raw = b""
    while HERE.encode() not in raw:
        raw += os.read(master, 4096)
    second = on_terminal(sample, "review", ORGTP_SEAT="bogdan")
    assert second.code == 2
    assert f"somebody is holding this review in this clone already: process {pid}" in second.text
    os.write(master, INTERRUPT.encode())
    os.waitpid(pid, 0)
    os.close(master)


def test_the_next_review_begins_with_what_became_of_the_todos(sample: Shell) -> None:
    """Each open to-do is asked about, and what is said is an event of the to-do in the commit of the review."""
    sample("todo", "add", "Read the plans", "--owner", "bogdan", "--due", "2026-11-20", "--by", "david")
    sample("todo", "add", "Call the bank", "--owner", "janine", "--due", "2026-11-24", "--by", "david")
    seen = walk(
        sample, [(HERE, "\n"), ("Read the plans (bogdan, due 2026-11-20): is it done?", "y\n"), ("Call the bank", KILL)]
    )
    assert seen.code == -9
    typed = [("Call the bank", "f\n"), ("Why?", "The bank is closed.\n"), *everything(sample)[1:]]
    assert walk(sample, typed).code == 0
    found = {one["what"]: one for one in sample("todo", "list", "--all", "--json").json["todos"]}
    assert (found["Read the plans"]["state"], found["Call the bank"]["state"]) == ("done", "failed")
    paths = sample.git("show", "--format=", "--name-only", "main").out.split()
    assert "todos/2026-11-20-call-the-bank.yaml" in paths
    assert "todos" not in record(sample)
    assert sample("validate", "--json").json["problems"] == []
