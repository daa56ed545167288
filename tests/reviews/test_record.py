"""The record of a review: it never changes, says what came after it, and two clones lose nothing."""

from __future__ import annotations

from typing import Any

import yaml

from tests.conftest import Shell
from tests.reviews.answers import WEEK, answer_all, rows, write_answers
from tests.reviews.test_answers import close, draft, record
from tests.sync.clones import Clones

FILE = f"reviews/{WEEK}.yaml"
TODO = ", todo: {what: Read the new sheet, owner: bogdan, due: 2026-11-27}"


def with_todo(shell: Shell) -> str:
    """Answers in which the first row asks for a to-do."""
    return answer_all(shell).replace("decision: fix}", f"decision: fix{TODO}}}", 1)


def test_a_todo_is_a_file_of_the_same_commit(sample: Shell) -> None:
    close(sample, with_todo(sample))
    paths = sample.git("show", "--format=", "--name-only", "main").out.split()
    assert paths == [FILE, "todos/2026-11-20-read-the-new-sheet.yaml"]
    todo = yaml.safe_load(sample.read(paths[1]))
    assert (todo["owner"], str(todo["due"]), todo["from"], todo["state"]) == (
        "bogdan",
        "2026-11-27",
        f"review {WEEK}",
        "open",
    )
    listed = record(sample)["rows"]
    assert isinstance(listed, list)
    assert listed[0]["todo"] == "2026-11-20-read-the-new-sheet"
    assert sample("validate", "--json").json["problems"] == []
    assert sample("audit", "verify", "--json", code=None).json["violations"] == []


def test_the_next_agenda_has_the_open_todos(sample: Shell) -> None:
    later: Any = {"ORGTP_NOW": "2026-11-30T09:00:00-05:00"}
    close(sample, with_todo(sample))
    seat, metric, _ = rows(sample)[0]
    agenda = sample("review", "agenda", "--json", **later).json["agenda"]
    (todo,) = agenda["todos"]
    assert (todo["owner"], todo["overdue"], todo["reviews_overdue"]) == ("bogdan", True, 1)
    assert agenda["completion"] == {"done": 0, "due": 1}
    about = {(row["seat"], row["metric"]): row["todos"] for row in agenda["rows"]}
    assert about[seat, metric] == ["2026-11-20-read-the-new-sheet"]
    text = sample("review", "agenda", **later).out
    assert "1. To-dos: 0 of 1 done (0%), 1 open" in text
    assert "overdue" in text


def test_show_and_list(sample: Shell) -> None:
    close(sample, with_todo(sample) + "began: '2026-11-20T22:30:00Z'\nrating: 8\n")
    text = sample("review", "show").out
    for part in (f"Review of {WEEK}", "2026-11-20 17:30 to 18:00, 30 minutes", "led by        David", "8 of 10"):
        assert part in text
    assert "open: Read the new sheet (bogdan, due 2026-11-27)" in text
    listed = sample("review", "list", "--json").json["reviews"]
    assert (listed["held"], listed["due"], listed["todos"], listed["todos_done"]) == (1, 1, 1, 0)
    assert sample("review", "show", "w46", "--json").json["reviews"][0]["minutes"] == 30
    assert "no review of 2026-W45 was held" in sample("review", "show", "2026-W45", code=2).err


def test_a_week_without_a_review_is_listed(sample: Shell) -> None:
    close(sample, answer_all(sample))
    later: Any = {"ORGTP_NOW": "2026-12-09T09:00:00-05:00"}
    listed = sample("review", "list", "--json", **later).json["reviews"]
    assert (listed["held"], listed["due"], listed["open_week"]) == (1, 3, "2026-W49")
    assert listed["not_held"] == ["2026-W48", "2026-W47"]
    text = sample("review", "list", **later).out
    assert "1 of 3 weeks held" in text
    assert "2026-W49  due now: orgtp review" in text
    assert "not held: 2026-W48 and 2026-W47" in text


def test_without_any_review(sample: Shell) -> None:
    assert sample("review", "list").out == "no review was held yet. To hold one: orgtp review\n"
    assert "no review was held yet" in sample("review", "show", code=2).err
    assert sample("review", "list", "--json").json["reviews"]["weeks"] == []


def test_a_value_that_came_after_the_review_is_marked(sample: Shell) -> None:
    """Both for a row that was discussed and for one that was not. A value of the next week is not."""
    seat, metric, _ = rows(sample)[0]
    close(sample, answer_all(sample))
    assert "came after" not in sample("review", "show").out
    later: Any = {"ORGTP_NOW": "2026-11-23T09:00:00-05:00"}
    sample("score", "add", seat, metric, "31", "--for", WEEK, "--by", "tally", **later)
    sample("score", "add", "david", "contracts-renewed", "4", "--for", WEEK, "--by", "david", code=None, **later)
    sample("score", "add", seat, metric, "31", "--for", "2026-W47", "--by", "tally", **later)
    (held,) = sample("review", "show", "--json", **later).json["reviews"]
    after = [row["came_after"] for row in held["rows"] if (row["seat"], row["metric"]) == (seat, metric)]
    assert [(one["period"], one["value"], one["by"]) for one in after[0]] == [(WEEK, "31", "tally")]
    text = sample("review", "show", **later).out
    assert f"came after the review: {WEEK} = 31, 2026-11-23 09:00 by tally" in text


def test_a_review_is_not_undone(sample: Shell) -> None:
    close(sample, with_todo(sample))
    said = sample("undo", "--by", "david", code=2).err
    assert "a review that was held is a fact" in said
    assert "orgtp todo drop 2026-11-20-read-the-new-sheet" in said
    assert "orgtp review --again" in said


def test_a_review_that_was_changed(sample: Shell) -> None:
    """A pull request may not change it, and the audit finds that it was."""
    close(sample, answer_all(sample))
    sample.git("switch", "-q", "-c", "change")
    sample.write(FILE, sample.read(FILE).replace("The sheet moved.", "Nothing changed."))
    sample.git("commit", "-qam", "Say something else")
    found = sample("validate", "--base", "main", "--json", code=1).json["problems"]
    assert ("record-touched", FILE) in {(one["rule"], one["path"]) for one in found}
    sample.git("switch", "-q", "main")
    sample.git("merge", "-q", "--ff-only", "change")
    broken = sample("audit", "verify", "--json", code=None).json["violations"]
    assert ("record-changed", FILE) in {(one["rule"], one["path"]) for one in broken}


def test_diff_and_the_tables_have_it(sample: Shell) -> None:
    close(sample, answer_all(sample))
    assert f"{WEEK}: held, {len(rows(sample))} rows discussed, led by David" in sample("diff", "HEAD~1").out
    found = sample("sql", "select id, led_by, rows_discussed from reviews", "--csv").out
    assert f"{WEEK},david,{len(rows(sample))}" in found
    assert sample("sql", "select count(*) from review_rows where decision = 'fix'", "--csv").out.split()[-1] == str(
        len(rows(sample))
    )


def test_two_clones_that_hold_the_same_review(clones: Clones) -> None:
    """The second one to sync is told, and both records are there in both clones, each as it was written."""
    texts = {}
    for here, why in ((clones.a, "It is new."), (clones.b, "Nobody is there.")):
        seats = dict.fromkeys(row["seat"] for row in here("review", "agenda", "--json").json["agenda"]["rows"])
        skipped = ", ".join(f"{{seat: {seat}, why: {why}}}" for seat in seats)
        here("review", "--answers", "-", "--by", "ada", stdin=f"skipped: [{skipped}]\n")
        texts[here.folder.name] = here.read(FILE)
    clones.a("sync")
    told = clones.b("sync")
    assert f"{WEEK} has two reviews, held in two clones, and both are kept. See: orgtp review show {WEEK}" in told.err
    assert f"{WEEK} has two reviews" in clones.a("sync").err
    for here in (clones.a, clones.b):
        assert [here.read(FILE), here.read(f"reviews/{WEEK}-2.yaml")] == [texts["a"], texts["b"]]
        assert here("review", "show", WEEK).out.count(f"Review of {WEEK}") == 2
        assert here("review", "show", f"{WEEK}-2").out.count(f"Review of {WEEK}") == 1
        assert here("validate", "--json", code=None).json["summary"]["errors"] == 0
        assert here("audit", "verify", "--json", code=None).json["violations"] == []


def test_a_draft_stays_where_the_review_cannot_be_recorded(sample: Shell) -> None:
    """An agent prepared it; meanwhile the week was reviewed. What was prepared is still there, and says how."""
    sample("review", "--answers", write_answers(sample), "--by", "radar")
    kept = draft(sample).read_bytes()
    other = sample.home / "other.yaml"
    other.write_text(answer_all(sample))
    sample.git("clone", "-q", ".", "../other")
    away = sample.at(sample.folder.parent / "other")
    away.git("config", "user.email", "t@example.com")
    away.git("config", "user.name", "T")
    away("review", "--answers", str(other), "--by", "david")
    sample.git("pull", "-q", "../other", "main")
    said = sample("review", "--answers", str(draft(sample)), "--by", "david", code=2).err
    assert f"closed the review of {WEEK} already" in said
    assert draft(sample).read_bytes() == kept
    sample("review", "--answers", str(draft(sample)), "--by", "david", "--again")
    assert record(sample, f"{WEEK}-2")["led_by"] == "david"
