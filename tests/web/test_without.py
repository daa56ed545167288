"""`orgtp site --without`: what is left out is in no file."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

import orgtp
from orgtp.views.redaction.parts import Part
from tests.conftest import Shell
from tests.web.outsiders import ALWAYS_GONE, GONE, PEOPLE, find_words, make_marked_org
from tests.web.written import find_broken_links


@pytest.fixture
def marked(shell: Shell) -> Shell:
    """An org with a unique word in every text."""
    return make_marked_org(shell)


def test_the_marked_org_is_valid_and_its_whole_site_has_the_marks(marked: Shell) -> None:
    """So a search that finds nothing means something."""
    marked("validate")
    marked("site", "../site", code=None)
    found = " ".join(find_words(marked.folder.parent / "site", (*PEOPLE, "notemark", "todomark", "escalationmark")))
    for word in ("Amarantha", "Zweistein", "notemark", "todomark", "escalationmark"):
        assert word in found
    assert [*find_words(marked.folder.parent / "site", ("Subjectmark1", "Subjectmark2"))]


@pytest.mark.parametrize("target", ["site", "site.html"])
def test_a_part_that_is_left_out_is_in_no_file(marked: Shell, target: str) -> None:
    for part in Part:
        marked("site", f"../{target}", "--force", "--without", part)
        assert [*find_words(marked.folder.parent / target, (*GONE[part], *ALWAYS_GONE))] == []


def test_the_org_that_the_pages_read_has_nothing_of_it(marked: Shell) -> None:
    """Whatever a page shows, now or later, it cannot show this."""
    whole = orgtp.open(marked.folder)
    every = repr((whole.org, whole.history.whole_log))
    assert [word for words in GONE.values() for word in words if word not in every] == []
    for parts in [*((part,) for part in Part), *combinations(Part, 2), tuple(Part)]:
        handle = whole.without(parts)
        read = repr((handle.org, handle.head, handle.history.whole_log, handle.problems_so_far, handle.snapshot.tree))
        gone = [word for part in parts for word in GONE[part]]
        assert [word for word in (*gone, *ALWAYS_GONE) if word in read] == [], parts
        assert handle.snapshot.repo is None


def test_a_person_is_named_by_the_role(marked: Shell) -> None:
    marked("site", "../site", "--without", "people")
    folder = marked.folder.parent / "site"
    names = {path.name for path in (folder / "seat").iterdir()}
    assert names == {"founder.html", "accounting-for-a-person.html", "bot.html", "old-bot.html"}
    page = (folder / "escalations.html").read_text()
    assert "escalationmark for Founder" in page
    assert '<a href="seat/founder.html">Founder</a>' in page
    assert "with their" not in page
    assert "Left out of this page: the names and addresses of people" in page


def test_people_with_the_same_role_get_numbers(acme: Shell) -> None:
    for name in ("eve", "zoe"):
        lines = [f"seat: {name}", f"name: {name.title()}", "role: Founder", "kind: human", "status: active"]
        acme.write(f"seats/{name}.yaml", "\n".join([*lines, "reports_to: ada", ""]))
    org = orgtp.open(acme.folder).without({Part.PEOPLE}).org
    assert {id_: seat.name for id_, seat in org.seats.items()} == {
        "founder": "Founder", "founder-2": "Founder 2", "founder-3": "Founder 3", "bot": "Bot",
    }  # fmt: skip
    assert org.seats["founder-2"].reports_to == "founder"
    assert org.seats["founder-2"].owner == "founder-2"


def test_a_person_whose_file_cannot_be_read_is_not_named(acme: Shell) -> None:
    acme.write("seats/quentin.yaml", "seat: quentin\nname: &a Quentin\n")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("owner: ada", "owner: quentin"))
    acme("site", "../site", "--without", "people", code=1)
    assert [*find_words(acme.folder.parent / "site", ("quentin", "Quentin"))] == []
    assert "could not be read" in (acme.folder.parent / "site/chart.html").read_text()


def test_no_link_of_a_site_for_outsiders_is_broken(sample: Shell) -> None:
    for part in (Part.VALUES, Part.PEOPLE, Part.TODOS):
        sample("site", "../site", "--force", "--without", part)
        assert find_broken_links(sample.folder.parent / "site") == []


def test_nothing_of_the_sample_is_left(sample: Shell) -> None:
    """The real names, notes and values of the sample."""
    org = orgtp.open(sample.folder).org
    people = {seat.name for seat in org.seats.values() if seat.is_human} | {
        id_ for id_ in org.seats if org.seats[id_].is_human
    }
    notes = {score.note for scores in org.scores.values() for score in scores if score.note}
    notes |= {event.note for todo in org.todos.values() for event in todo.events if event.note}
    reasons = {one.reason for one in org.retirements.values()} | {seat.retire_when for seat in org.seats.values()}
    assert len(people) > 5
    assert len(notes) > 5
    sample("site", "../site", "--without", "people", "--without", "notes")
    words = tuple(people | notes | {reason for reason in reasons if reason})
    assert [*find_words(sample.folder.parent / "site", words)] == []


def test_a_chart_without_values_explains_no_signs(sample: Shell) -> None:
    for words, explains in (((), True), (("--without", "values"), False)):
        sample("site", "../site", "--force", *words)
        page = (sample.folder.parent / "site/chart.html").read_text(encoding="utf-8")
        assert ("needs a person" in page) is explains
        # A box has no sign for it, so its legend has none either; the signs that the slider draws are data, not text.
        assert "not due yet" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_the_forge_is_not_linked(sample: Shell) -> None:
    sample.git("remote", "add", "origin", "https://forge.example/amarantha/org.git")
    sample.git("config", "branch.main.remote", "origin")
    sample("site", "../all")
    sample("site", "../less", "--without", "notes")
    parent = sample.folder.parent
    assert [*find_words(parent / "all", ("forge.example",))]
    assert [*find_words(parent / "less", ("forge.example",))] == []


def test_a_violation_is_counted_and_not_quoted(sample: Shell) -> None:
    path = next((sample.folder / "scores/jeff").iterdir())
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0].replace('"value":"', '"value":"9'), *lines[1:]]) + "\n")
    sample.git("commit", "-qam", "Fix it")
    sample("site", "../all")
    sample("site", "../less", "--without", "people")
    whole, less = ((sample.folder.parent / name / "record.html").read_text() for name in ("all", "less"))
    assert lines[0].split('"id":"')[1][:26] in whole
    assert lines[0].split('"id":"')[1][:26] not in less
    assert "a commit broke the rule score-rewritten" in less


def test_an_unknown_part_is_refused_with_those_that_exist(acme: Shell) -> None:
    told = acme("site", "../site", "--without", "salaries", code=2).err
    assert "salaries" in told
    assert all(part in told for part in Part)
    assert not (acme.folder.parent / "site").exists()


def test_the_json_says_what_is_left_out(acme: Shell) -> None:
    done = acme("site", "../site", "--without", "notes", "--without", "people", "--json").json
    assert done["without"] == ["notes", "people"]
