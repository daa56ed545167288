"""What the report says of agents that were found, compared with the seats."""

from __future__ import annotations

from datetime import date

import pytest

from orgtp.model.errors import BadInput
from orgtp.model.inventory.found import FoundAuthor, FoundKind, NotLookedAt, SeatFile
from orgtp.model.seat import SeatStatus
from orgtp.views.seats.discovery.build import build_discovery, list_seated_ids, select_agents
from tests.discovery.discover_agents import (
    NOW,
    PAUSED,
    RETIRED,
    make_agent,
    make_bot,
    make_found,
    make_human,
    make_org,
    make_place,
)


def test_an_agent_that_no_seat_names_is_unseated_whatever_its_name() -> None:
    org = make_org(make_bot("report", make_place("agents/other.md", "b")))
    view = build_discovery(org, make_found(make_agent("agents/report.md")), NOW)
    assert [one.agent.name for one in view.unseated] == ["report"]
    assert (view.running, view.seated) == (1, 0)
    assert view.has_findings


def test_an_agent_is_seated_by_its_repository_and_path() -> None:
    org = make_org(make_bot("dash", make_place("agents/report.md", "b")))
    view = build_discovery(org, make_found(make_agent("agents/report.md", "c")), NOW)
    assert (view.unseated, view.seated, view.copies) == ((), 1, ())


def test_the_same_path_of_another_repository_is_another_agent() -> None:
    place = make_place("agents/report.md", "b", repo="git.example.com/acme/other")
    view = build_discovery(make_org(make_bot("dash", place)), make_found(make_agent("agents/report.md")), NOW)
    assert len(view.unseated) == 1


def test_the_same_content_elsewhere_is_a_copy_of_the_seat() -> None:
    org = make_org(make_bot("dash", make_place("agents/dash.md", "c")))
    view = build_discovery(org, make_found(make_agent("copy/dash.md", "c")), NOW)
    assert view.unseated == ()
    assert [(one.seat, one.agent.place.path) for one in view.copies] == [("dash", "copy/dash.md")]
    assert not view.has_findings


@pytest.mark.parametrize("content", ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"])
def test_files_without_known_content_are_no_copies(content: str) -> None:
    place = make_place("agents/dash.md", "")
    org = make_org(make_bot("dash", type(place)(place.repo, place.path, content)))
    agent = make_agent("a.md", place=type(place)(place.repo, "a.md", content))
    assert len(build_discovery(org, make_found(agent), NOW).unseated) == 1


def test_entries_with_the_same_schedule_and_program_are_no_copies() -> None:
    org = make_org(make_bot("dash", make_place("etc/crontab#claude", "c", repo="web1")))
    agent = make_agent(place=make_place("etc/crontab#claude", "c", repo="web2"))
    assert len(build_discovery(org, make_found(agent), NOW).unseated) == 1


def test_a_retired_agent_that_runs_is_a_finding_of_its_own() -> None:
    old = make_bot("old", make_place("agents/old.md"), status=SeatStatus.RETIRED)
    view = build_discovery(make_org(old, **RETIRED), make_found(make_agent("agents/old.md")), NOW)
    (one,) = view.still_running
    assert (one.seat, one.status, one.since, one.responsible) == ("old", SeatStatus.RETIRED, date(2026, 10, 1), "ada")
    assert one.id.startswith("r")
    assert (view.unseated, view.seated, view.has_findings) == ((), 0, True)


def test_a_retired_agent_is_known_by_its_content_elsewhere() -> None:
    old = make_bot("old", make_place("agents/old.md", "d"), status=SeatStatus.RETIRED)
    view = build_discovery(make_org(old, **RETIRED), make_found(make_agent("copies/new-name.md", "d")), NOW)
    assert [one.seat for one in view.still_running] == ["old"]
    assert view.copies == ()


def test_a_paused_agent_that_runs_says_since_when_it_should_not() -> None:
    bot = make_bot("dash", make_place("agents/dash.md"), **PAUSED)
    (one,) = build_discovery(make_org(bot), make_found(make_agent("agents/dash.md")), NOW).still_running
    assert (one.status, one.since) == (SeatStatus.PAUSED, date(2026, 11, 1))


def test_an_agent_that_an_active_seat_took_over_may_run() -> None:
    old = make_bot("old", make_place("agents/old.md"), status=SeatStatus.RETIRED)
    view = build_discovery(
        make_org(old, make_bot("dash", make_place("agents/old.md")), **RETIRED),
        make_found(make_agent("agents/old.md")),
        NOW,
    )
    assert (view.still_running, view.seated) == ((), 1)


def test_a_seat_whose_file_is_gone_says_where_the_same_text_is() -> None:
    place = make_place("agents/dash.md", "d")
    found = make_found(make_agent("bots/dash.md", "d"), files=(SeatFile(place, None),))
    (one,) = build_discovery(make_org(make_bot("dash", place)), found, NOW).gone
    assert (one.seat, one.owner_name) == ("dash", "Ada")
    assert one.moved_to == make_place("bots/dash.md", "d")


def test_a_file_that_changed_says_from_what_to_what() -> None:
    place = make_place("agents/dash.md", "d")
    found = make_found(make_agent("agents/dash.md", "e"), files=(SeatFile(place, "e" * 64),))
    view = build_discovery(make_org(make_bot("dash", place)), found, NOW)
    assert [(one.seat, one.place.sha256[0], one.now[0]) for one in view.changed] == [("dash", "d", "e")]
    assert view.has_findings


def test_a_file_as_it_was_reviewed_is_no_finding() -> None:
    place = make_place("agents/dash.md", "d")
    found = make_found(make_agent("agents/dash.md", "d"), files=(SeatFile(place, "d" * 64),))
    view = build_discovery(make_org(make_bot("dash", place)), found, NOW)
    assert not view.has_findings
    assert view.unchecked == ()


def test_a_retired_seat_may_lose_its_file() -> None:
    place = make_place("agents/old.md", "d")
    old = make_bot("old", place, status=SeatStatus.RETIRED)
    view = build_discovery(make_org(old, **RETIRED), make_found(files=(SeatFile(place, None),)), NOW)
    assert view.gone == ()


def test_a_seat_whose_repository_was_not_read_is_not_known() -> None:
    org = make_org(make_bot("dash", make_place("a.md", repo="git.example.com/acme/elsewhere")))
    view = build_discovery(org, make_found(make_agent()), NOW)
    assert (view.gone, view.changed, view.unchecked) == ((), (), ("dash",))


def test_owners_are_suggested_by_address_with_their_share() -> None:
    authors = (
        FoundAuthor("ben@example.com", "git", 30),
        FoundAuthor("ADA@example.com", "git", 70),
        FoundAuthor("@acme/platform", "CODEOWNERS"),
    )
    view = build_discovery(make_org(), make_found(make_agent(authors=authors)), NOW)
    (one,) = view.unseated
    said = [(owner.seat, owner.author, owner.by, owner.share) for owner in one.owners]
    assert said == [
        (None, "@acme/platform", "CODEOWNERS", None),
        ("ada", "ADA@example.com", "git", 70),
        (None, "ben@example.com", "git", 30),
    ]
    assert one.owner is not None
    assert one.owner.name == "Ada"


@pytest.mark.parametrize("status", [SeatStatus.RETIRED, SeatStatus.VACANT, SeatStatus.PROPOSED])
def test_nobody_who_is_not_active_is_suggested(status: SeatStatus) -> None:
    ben = make_human("ben", emails=("ben@example.com",), reports_to="ada", status=status)
    agent = make_agent(authors=(FoundAuthor("ben@example.com", "git", 100),))
    (one,) = build_discovery(make_org(ben), make_found(agent), NOW).unseated
    assert one.owner is None
    assert one.escalate is not None
    assert "--to ada" in one.escalate


def test_an_address_of_two_seats_suggests_neither() -> None:
    more = [make_human(id_, emails=("x@example.com",), reports_to="ada") for id_ in ("ben", "cyd")]
    agent = make_agent(authors=(FoundAuthor("x@example.com", "git", 100),))
    (one,) = build_discovery(make_org(*more), make_found(agent), NOW).unseated
    assert one.owner is None


def test_ids_stay_the_same_and_are_those_of_seats_once_they_have_one() -> None:
    found = make_found(make_agent())
    (one,) = build_discovery(make_org(), found, NOW).unseated
    (again,) = build_discovery(make_org(), make_found(make_agent(content="f", trigger="@daily")), NOW).unseated
    assert one.id == again.id
    assert list_seated_ids(make_org(make_bot("dash", make_agent().place))) == {one.id}


def test_one_agent_is_chosen_by_its_name_or_id() -> None:
    view = build_discovery(make_org(), make_found(make_agent("a/x.md"), make_agent("b/y.md", "b")), NOW)
    first, second = view.unseated
    assert select_agents(view, ["Y"]).unseated == (second,)
    assert select_agents(view, [first.id[:7]]).unseated == (first,)
    assert select_agents(view, []) is view
    with pytest.raises(BadInput, match='no agent without a seat has the name or id "z"'):
        select_agents(view, ["z"])


def test_a_name_of_several_agents_asks_for_an_id() -> None:
    view = build_discovery(make_org(), make_found(make_agent("a/x.md"), make_agent("b/x.md", "b")), NOW)
    with pytest.raises(BadInput, match='2 agents fit "x"') as error:
        select_agents(view, ["x"])
    assert view.unseated[0].id in str(error.value)


def test_what_was_not_looked_at_is_grouped_by_the_reason() -> None:
    skipped = (
        NotLookedAt("b", "no permission"),
        NotLookedAt("d", "examples", on_purpose=True),
        NotLookedAt("e", "examples", on_purpose=True),
        NotLookedAt("f", "examples", on_purpose=True),
        NotLookedAt("c", "a link"),
        NotLookedAt("a", "no permission"),
    )
    view = build_discovery(make_org(), make_found(skipped=skipped), NOW)
    said = [(group.why, "".join(group.places)) for group in view.skipped]
    assert said == [("no permission", "ab"), ("a link", "c"), ("examples", "def")]
    assert view.unread == 3


def test_where_nothing_was_read_nothing_is_known() -> None:
    assert not build_discovery(make_org(), make_found(looked_at=(("crontabs", 0),)), NOW).is_proven
    assert build_discovery(make_org(), make_found(), NOW).is_proven


def test_templates_connectors_and_instructions_are_counted_apart() -> None:
    kinds = (FoundKind.TEMPLATE, FoundKind.TEMPLATE, FoundKind.CONNECTOR, FoundKind.INSTRUCTIONS)
    agents = [make_agent(f"agents/{number}.md", str(number), kind=kind) for number, kind in enumerate(kinds)]
    view = build_discovery(make_org(make_bot("dash", make_place("agents/0.md"))), make_found(*agents), NOW)
    assert (len(view.templates), view.templates_seated, len(view.connectors), view.instructions) == (2, 1, 1, 1)
    assert (view.running, view.has_findings) == (0, False)
