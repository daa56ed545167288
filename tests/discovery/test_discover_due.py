"""`discover --due` tells people of each agent once, and of many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from orgtp.actions.escalate import resolve_escalation, run_escalation_tick
from orgtp.actions.found_agents import report_found_agents
from orgtp.files.escalation import read_escalation
from orgtp.model.change import Change
from orgtp.model.errors import Refused
from orgtp.model.escalation import EscalationSeverity
from orgtp.model.inventory.found import AgentReport
from orgtp.model.org import Org
from orgtp.sync.merge import merge_records
from tests.escalations.desks import FRIDAY, HEAD, SEATS, Ledger, seat

DAY = timedelta(days=1)
Step = Callable[[Org], Change]


def agents(*numbers: int) -> list[AgentReport]:
    """Agents without a seat."""
    return [
        AgentReport((f"a{number:015x}",), f"agent-{number} runs from git.example.com/x/{number}.md")
        for number in numbers
    ]


def let_go(number: int, of: str = "old", to: str = "eve") -> AgentReport:
    """An agent whose seat is retired."""
    return AgentReport((f"r{number:015x}",), f"{of} runs from git.example.com/x/{of}.md", f"{of} is retired", to)


def report(*found: AgentReport, at: datetime = FRIDAY, seated: tuple[str, ...] = (), by: str = "tally") -> Step:
    return lambda org: report_found_agents(org, at, found, seated, by)


def test_a_new_agent_opens_one_escalation_for_the_person_at_the_top() -> None:
    ledger = Ledger()
    ledger.do(report(*agents(1)))
    one = ledger.one()
    assert (one.with_, one.seat, one.by) == ("ada", "ada", "tally")
    assert one.what == "agent-1 runs from git.example.com/x/1.md, and no seat answers for it"
    assert one.agents == ("a000000000000001",)


def test_the_same_agent_is_reported_once_even_after_it_is_resolved() -> None:
    ledger = Ledger()
    ledger.do(report(*agents(1)))
    assert ledger.do(report(*agents(1), at=FRIDAY + DAY)).edits == ()
    ledger.do(lambda org: resolve_escalation(org, FRIDAY + DAY, ledger.one().id, "It is a test.", "ada"))
    for days in (2, 9, 400):
        assert ledger.do(report(*agents(1), at=FRIDAY + days * DAY)).edits == ()


def test_hundreds_of_new_agents_are_one_escalation_that_names_a_few() -> None:
    ledger = Ledger()
    ledger.do(report(*agents(*range(397))))
    one = ledger.one()
    assert len(ledger.org.escalations) == 1
    assert one.what == "397 agents run, and no seat answers for them"
    assert len(one.agents) == 397
    assert "agent-0 runs" in one.why
    assert "and 385 more. See: orgtp discover" in one.why
    assert len(one.why) < 2000
    assert ledger.do(report(*agents(*range(397)))).edits == ()


def test_only_what_is_new_is_reported_later() -> None:
    ledger = Ledger()
    ledger.do(report(*agents(1, 2)))
    ledger.do(report(*agents(1, 2, 3), at=FRIDAY + DAY))
    texts = sorted(one.what for one in ledger.org.escalations.values())
    assert texts[0] == "2 agents run, and no seat answers for them"
    assert texts[1].startswith("agent-3 runs from")


def test_a_copy_of_a_reported_agent_is_not_new() -> None:
    ledger = Ledger()
    ledger.do(report(AgentReport(("a000000000000001", "a000000000000002"), "x runs from y")))
    assert ledger.do(report(*agents(2), at=FRIDAY + DAY)).edits == ()


def test_the_policy_says_who_hears_of_it() -> None:
    ledger = Ledger(HEAD.replace("policy: {", "policy: {discover: {to: max}, "))
    ledger.do(report(*agents(1)))
    assert ledger.one().with_ == "max"


def test_somebody_who_is_not_active_hears_nothing() -> None:
    ledger = Ledger(
        HEAD.replace("policy: {", "policy: {discover: {to: max}, "), max=SEATS["max"].replace("active", "vacant")
    )
    ledger.do(report(*agents(1)))
    assert ledger.one().with_ == "ada"


def test_where_nobody_is_at_the_top_it_says_what_to_type() -> None:
    ledger = Ledger(ada=seat("ada", "human", status="vacant"))
    with pytest.raises(Refused, match=r"orgtp org set policy\.discover\.to=SEAT"):
        ledger.do(report(*agents(1)))


def test_an_agent_may_not_report_and_a_scorekeeper_may() -> None:
    with pytest.raises(Refused, match="bot may not report agents"):
        Ledger().do(report(*agents(1), by="bot"))


def test_who_was_let_go_and_runs_is_reported_to_who_answers_for_it() -> None:
    ledger = Ledger()
    ledger.do(report(let_go(1), let_go(2, "new", "max"), let_go(3, "odd"), *agents(4)))
    found = {one.with_: one for one in ledger.org.escalations.values()}
    assert {who: one.severity for who, one in found.items()} == {
        "ada": EscalationSeverity.NORMAL,
        "eve": EscalationSeverity.HIGH,
        "max": EscalationSeverity.HIGH,
    }
    assert found["max"].what == "new runs from git.example.com/x/new.md, although new is retired"
    assert found["eve"].what == "2 agents run although their seats were let go"


def test_who_was_let_go_is_reported_again_a_week_after_it_was_resolved() -> None:
    ledger = Ledger()
    ledger.do(report(let_go(1)))
    ledger.do(lambda org: resolve_escalation(org, FRIDAY + DAY, ledger.one().id, "Stopped.", "eve"))
    assert ledger.do(report(let_go(1), at=FRIDAY + 7 * DAY)).edits == ()
    assert ledger.do(report(let_go(1), at=FRIDAY + 8 * DAY)).edits
    assert ledger.do(report(let_go(1), at=FRIDAY + 9 * DAY)).edits == ()


def test_an_escalation_ends_when_each_of_its_agents_has_a_seat() -> None:
    ledger = Ledger()
    ledger.do(report(*agents(1, 2)))
    ids = ledger.one().agents
    ledger.do(report(at=FRIDAY + DAY, seated=ids[:1]))
    assert not ledger.one().is_resolved
    ledger.do(report(at=FRIDAY + DAY, seated=ids))
    assert ledger.one().is_resolved
    assert ledger.one().events[-1].note == "each agent in it has a seat now"


def test_nobody_acting_takes_it_up_the_chart() -> None:
    ledger = Ledger(HEAD.replace("policy: {", "policy: {discover: {to: max}, "))
    ledger.do(report(*agents(1)))
    ledger.do(lambda org: run_escalation_tick(org, FRIDAY + 5 * DAY, None, "tally"))
    assert ledger.one().with_ == "eve"


def test_two_machines_that_report_on_one_day_keep_the_agents_of_both() -> None:
    texts = []
    for numbers in ((1, 2), (2, 3)):
        ledger = Ledger()
        ledger.do(report(*agents(*numbers)))
        texts.append(ledger.files[ledger.one().path])
    path = "escalations/2026-11-20-ada-2-agents-run-and-no-seat-answers-for-them.yaml"
    merged = merge_records(path, b"", texts[0], texts[1])
    assert merged is not None
    one, problems = read_escalation(path, merged)
    assert problems == ()
    assert one is not None
    assert one.agents == ("a000000000000001", "a000000000000002", "a000000000000003")


def test_a_later_version_keeps_every_agent() -> None:
    ledger = Ledger()
    ledger.do(report(*agents(1, 2)))
    one = ledger.one()
    raw = ledger.files[one.path].replace(b", a000000000000002", b"").replace(b"- a000000000000002\n", b"")
    less, _ = read_escalation(one.path, raw)
    assert less is not None
    assert less.agents == ("a000000000000001",)
    assert one.may_become(one)
    assert not one.may_become(less)


@pytest.mark.parametrize("text", ["dash", "a1", "A000000000000001", "b000000000000001"])
def test_what_is_no_id_of_an_agent_is_a_problem_at_its_place(text: str) -> None:
    ledger = Ledger()
    ledger.do(report(*agents(1)))
    path, raw = ledger.one().path, ledger.files[ledger.one().path]
    one, problems = read_escalation(path, raw.replace(b"a000000000000001", text.encode()))
    assert one is not None
    assert one.agents == ()
    (problem,) = problems
    assert f'"{text}" is not the id of an agent' in problem.message
    assert problem.place.line > 1
