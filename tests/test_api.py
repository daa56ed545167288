"""The Python API, which all interfaces use."""

from __future__ import annotations

import ast
from datetime import datetime
from operator import attrgetter
from pathlib import Path

import pytest

import orgtp
from orgtp import api
from orgtp.api.escalations import _MOVED as ESCALATIONS_MOVED
from orgtp.api.org import _MOVED as ORG_MOVED
from orgtp.api.org import open_org
from orgtp.history.locate import NoGit, NoOrgYet
from orgtp.model.change import AppendScores
from orgtp.model.errors import UnknownSeat
from tests.conftest import NOW, ROOT, Shell
from tools.api_page import PAGE, format_page

HERE = datetime.fromisoformat(NOW)


def test_open_is_what_the_interfaces_use(sample: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGTP_NOW", NOW)
    org = orgtp.open(sample.folder)
    assert [seat.seat for seat in org.chart("radar", 1).seats] == ["radar", "crystal", "dash", "jeff", "tally"]
    assert (org.revision, org.dirty, org.validate()) == (sample.head(), False, [])


def test_the_nearest_org_upward_is_opened(sample: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sample.folder / "seats")
    monkeypatch.delenv("ORGTP_ORG", raising=False)
    assert orgtp.open().root == sample.folder


def test_the_past_can_be_opened_and_not_changed(sample: Shell) -> None:
    then = open_org(sample.folder, at="2026-10-01", now=HERE)
    assert "echo" in {seat.seat for seat in then.seats()}
    assert then.now.isoformat() == "2026-10-01T23:59:59-04:00"
    with pytest.raises(Exception, match="the org as of 2026-10-01"):
        then.ledger.add_score("radar", "briefing-by-8", "07:50")


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("2020-01-01", "on 2020-01-01"),
        ("2020-01-01T10", "at 2020-01-01T10"),
        ("2026-W30", "in 2026-W30"),
        ("2025-12", "in 2025-12"),
        ("2025-Q4", "in 2025-Q4"),
        ("2025", "in 2025"),
    ],
)
def test_before_it_began_there_was_no_org(sample: Shell, at: str, then: str) -> None:
    with pytest.raises(NoOrgYet, match=rf"did not exist yet {then}\."):
        open_org(sample.folder, at=at, now=HERE)


def test_a_plain_folder_has_no_past() -> None:
    with pytest.raises(NoGit, match="not the top of a git repository"):
        open_org(ROOT / "sample-org", at="2026-10-01", now=HERE)


def test_adding_a_score_is_in_the_history_and_in_the_next_view(sample: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(sample.home))
    done = open_org(sample.folder, now=HERE).ledger.add_score("jeff", "invoices-reconciled", "80.30%", by="tally")
    assert (done.commit, done.paths) == (sample.head(), ["scores/jeff/2026-11.jsonl"])
    (edit,) = done.change.edits
    assert isinstance(edit, AppendScores)
    assert [(score.value, score.period) for score in edit.scores] == [("80.3", "2026-W47")]
    cell = open_org(sample.folder, now=HERE).scorecard(1, "jeff").rows[1].cells[0]
    assert (cell.value, cell.corrected) == ("80.3", True)


def test_a_dated_target_leaves_the_past_as_it_was_judged(sample: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(sample.home))
    before = open_org(sample.folder, now=HERE)
    row = before.scorecard(seat="crystal").rows[0]
    keys = ("metrics", "milestones-on-date", "target", "2026-W47")
    before.ledger.set_keys("crystal", [(keys, ">= 99%")], by="bogdan")
    after = open_org(sample.folder, now=HERE).scorecard(seat="crystal").rows[0]
    assert [cell.state for cell in after.cells[:-1]] == [cell.state for cell in row.cells[:-1]]
    assert (row.cells[-1].state, after.cells[-1].state, after.target) == ("on", "off", ">= 99%")


def test_an_unknown_seat_is_named_with_the_near_miss(sample: Shell) -> None:
    with pytest.raises(UnknownSeat, match=r'unknown seat "dahs"\. Did you mean "dash"\?'):
        open_org(sample.folder, now=HERE).seat("dahs")


def test_the_reference_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == format_page(), "docs/api.md is stale: make api"


def test_old_names_work_and_warn(acme: Shell) -> None:
    """Code that was written against the flat interface keeps running for one release."""
    org = orgtp.open(acme.folder)
    with pytest.warns(DeprecationWarning, match=r"org\.add_score is now org\.ledger\.add_score"):
        done = attrgetter("add_score")(org)("bot", "number", "12", by="ada")
    assert done.commit == acme.head()
    with pytest.warns(DeprecationWarning, match=r"org\.log is now org\.history\.log"):
        assert next(iter(attrgetter("log")(org)())).action == "score"
    with pytest.warns(DeprecationWarning, match=r"org\.audit\(\) is now org\.audit\.verify"):
        assert not attrgetter("audit")(org)(full=True)[0].violations
    with pytest.raises(AttributeError, match="no_such_name"):
        attrgetter("no_such_name")(org)


def test_every_old_name_leads_to_a_new_one(acme: Shell) -> None:
    org = orgtp.open(acme.folder)
    for of, what, moved in ((org, "org", ORG_MOVED), (org.escalations, "escalations", ESCALATIONS_MOVED)):
        for old, new in moved.items():
            with pytest.warns(DeprecationWarning, match=rf"{what}\.{old} is now {what}\.{new}"):
                found = attrgetter(old)(of)
            wanted = attrgetter(new)(of)
            assert getattr(found, "__func__", found) == getattr(wanted, "__func__", wanted)


def list_annotated_names(path: Path) -> set[str]:
    """The names from orgtp in the annotations of a module's public functions and methods, as defined there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named = {
        alias.asname or alias.name: alias.name
        for node in imports
        if str(node.module).startswith("orgtp.")
        for alias in node.names
    }
    outer = [*tree.body, *(node for one in tree.body if isinstance(one, ast.ClassDef) for node in one.body)]
    public = [node for node in outer if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    annotations = [part for node in public for part in (node.returns, *(one.annotation for one in _arguments(node)))]
    used = {one.id for part in annotations if part for one in ast.walk(part) if isinstance(one, ast.Name)}
    return {named[name] for name in used & named.keys()}


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.args, *function.args.kwonlyargs]


@pytest.mark.parametrize("module", ["audit", "escalations", "history", "ledger", "org"])
def test_the_types_of_methods_are_exported(module: str) -> None:
    found = list_annotated_names(ROOT / "src" / "orgtp" / "api" / f"{module}.py")
    assert found
    assert found <= set(api.__all__)
    assert all(getattr(api, name) for name in found)
