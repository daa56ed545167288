"""Who may write what: of each path, exactly those whom the org before the commit lets change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from orgtp.audit.rules.authority import SignedChange, explain_ineligible_signer, find_refusals, find_wrong_deciders
from orgtp.files.load import load_org
from orgtp.files.tree import MemoryTree
from orgtp.files.yaml.loader import read_document
from orgtp.model.org import Org
from tests.audit.signing import ORG, PEOPLE, seat

EVERYONE = (*PEOPLE, "gone")
BASE = {
    "org.yaml": ORG.replace("[tally]", "[tally, clerk]"),
    **{f"seats/{name}.yaml": seat(name) for name in PEOPLE},
    "seats/gone.yaml": seat("gone", "kind: agent\nowner: ada\nreports_to: ada\n").replace("active", "retired"),
}
NAMED = {**BASE, "org.yaml": BASE["org.yaml"] + "  retirement: {approvers: [bob]}\n"}


def org(files: Mapping[str, str | None]) -> Org:
    return load_org(MemoryTree({path: text.encode() for path, text in files.items() if text is not None})).org


def may(files: Mapping[str, str | None], base: Mapping[str, str] = BASE, *, forge: bool = False) -> list[str]:
    """Who may make all of a change."""
    before, after = org(base), org({**base, **files})
    paths = {path: path in base for path in files}
    both = (base, {**base, **files})
    claims = [
        SignedChange(
            name, before, after, paths, forge, read_data=lambda path: (_data(both[0], path), _data(both[1], path))
        )
        for name in EVERYONE
        if not explain_ineligible_signer(before, name)
    ]
    return [claim.signer for claim in claims if not list(find_refusals(claim))]


def _data(files: Mapping[str, str | None], path: str) -> object:
    text = files.get(path)
    return read_document(path, text.encode()).data if text else None


def record(seat_id: str, more: str = "", by: str = "ada") -> dict[str, str]:
    """A retirement of a seat: its record, and its file with its status."""
    text = (
        f"seat: {seat_id}\nname: N\nrole: R\nkind: agent\nretired_on: 2026-11-20\nreason: R\ndecided_by: {by}\n{more}"
    )
    return {
        f"retirements/{seat_id}.yaml": text,
        f"seats/{seat_id}.yaml": BASE[f"seats/{seat_id}.yaml"].replace("active", "retired"),
    }


ALL = list(PEOPLE)


@pytest.mark.parametrize(
    ("files", "who"),
    [
        ({"scores/bot/2026-11.jsonl": "x"}, ["ada", "bob", "bot", "clerk", "tally"]),
        ({"scores/bob/2026-11.jsonl": "x"}, ["ada", "bob", "clerk", "tally"]),
        ({"scores/tally/notes.txt": "x"}, ["ada", "clerk", "tally"]),
        ({"scores/tally": "x"}, ["ada", "clerk", "tally"]),
        ({"scores/README.md": "x", "seats/README.md": "x", "other/x": "x"}, ALL),
        ({"seats/bot.yaml": seat("bot", "mission: M\n")}, ["ada", "bob"]),
        ({"seats/clerk.yaml": seat("clerk", "mission: M\n")}, ["ada", "bob", "bot"]),
        ({"seats/ada.yaml": seat("ada", "mission: M\n")}, ["ada"]),
        ({"seats/bot.yaml": None}, ["ada", "bob"]),
        ({"org.yaml": ORG}, ["ada"]),
        ({"policy/allowed_signers": "x"}, ["ada"]),
        ({"policy": "x"}, ["ada"]),
        ({"seats": "x"}, ["ada"]),
        ({"scores": "x"}, ["ada"]),
        ({"seats/bot.yaml": seat("bot", "mission: M\n"), "org.yaml": ORG}, ["ada"]),
    ],
)
def test_who_may_change_a_path(files: dict[str, str | None], who: list[str]) -> None:
    assert may(files) == who


@pytest.mark.parametrize(
    ("more", "who"),
    [
        ("kind: agent\nowner: bob\nreports_to: bob\n", ["ada", "bob"]),
        ("kind: agent\nowner: ada\nreports_to: clerk\n", ["ada", "bob", "bot", "clerk"]),
        ("kind: human\nreports_to: bot\n", ["ada", "bob", "bot"]),
        ("kind: human\n", ["ada"]),
        ("kind: human\nowner: bob\n", ["ada"]),
        ("kind: agent\nowner: nobody\nreports_to: none\n", ["ada"]),
        ("kind: agent\nowner: gone\n", ["ada"]),
    ],
)
def test_who_may_add_a_seat(more: str, who: list[str]) -> None:
    assert may({"seats/new.yaml": seat("new", more)}) == who


def test_a_whole_new_team() -> None:
    eve = seat("eve", "kind: human\nreports_to: bob\n")
    team = {"seats/eve.yaml": eve, "seats/desk.yaml": seat("desk", "kind: agent\nowner: eve\nreports_to: eve\n")}
    assert may({**team, "scores/desk/2026-11.jsonl": "x"}) == ["ada", "bob"]


def test_named_approvers_change_the_policy_and_nobody_else() -> None:
    assert may({"org.yaml": ORG}, NAMED) == ["bob"]
    assert may({"seats/ada.yaml": seat("ada", "mission: M\n")}, NAMED) == ["ada"]


def test_nobody_brings_themselves_to_the_top() -> None:
    """Bob owns his seat; at the top he would be an approver."""
    assert may({"seats/bob.yaml": seat("bob", "mission: M\n")}) == ["ada", "bob"]
    assert may({"seats/bob.yaml": seat("bob").replace("reports_to: ada\n", "")}) == ["ada"]


def test_what_cannot_be_read_is_the_approvers() -> None:
    base = {**BASE, "seats/bot.yaml": "a: ["}
    assert may({"seats/bot.yaml": seat("bot")}, base) == ["ada"]


# Retirements.


def test_a_retirement_is_decided_by_a_person_above() -> None:
    assert may(record("bot")) == ["ada", "bob"]
    assert may(record("bot"), NAMED) == ["bob"]
    assert may(record("tally")) == ["ada"]


def test_a_retirement_brings_along_what_the_record_says() -> None:
    """Bob may not change Ada's or Tally's seats, but what he retires may go to them."""
    heir = "capabilities: {mail: tally}\n"
    tally = seat("tally", "capabilities: {mail: Answers mail.}\n")
    assert may({**record("bot", heir), "seats/tally.yaml": tally}) == ["ada", "bob"]
    assert may({"seats/tally.yaml": tally}) == ["ada"]
    assert may({**record("bot", heir), "seats/tally.yaml": tally + "mission: M\n"}) == ["ada"]
    assert may({**record("bot"), "seats/tally.yaml": tally}) == ["ada"]


def test_a_retirement_gives_no_say_over_the_seats_that_it_names() -> None:
    named = "capabilities: {mail: ada}\nreports: {ada: bob}\n"
    ada = seat("ada", "reports_to: bob\ncapabilities: {mail: Answers mail.}\n")
    assert may({**record("bot", named), "seats/ada.yaml": ada}) == ["ada"]


def test_reports_and_owned_seats_of_the_retired() -> None:
    clerk = seat("clerk").replace("reports_to: bot", "reports_to: bob")
    assert may({**record("bot", "reports: {clerk: bob}\n"), "seats/clerk.yaml": clerk}) == ["ada", "bob"]
    base = {**BASE, "seats/clerk.yaml": seat("clerk").replace("owner: ada", "owner: bot")}
    assert may({**record("bot"), "seats/clerk.yaml": seat("clerk")}, base) == ["ada", "bob"]


def test_org_yaml_only_loses_the_seat() -> None:
    """Clerk is a scorekeeper, and Bob is above it, though no approver."""
    base = {**BASE, "seats/clerk.yaml": seat("clerk").replace("owner: ada", "owner: bob")}
    off = {**record("clerk"), "seats/clerk.yaml": base["seats/clerk.yaml"].replace("active", "retired")}
    assert may({**off, "org.yaml": ORG}, base) == ["ada", "bob"]
    assert may({**off, "org.yaml": ORG.replace("[tally]", "[]")}, base) == ["ada"]
    assert may({**off, "org.yaml": ORG + "  grace: 2h\n"}, base) == ["ada"]
    assert may({**off, "org.yaml": ORG.replace("UTC", "Europe/Berlin")}, base) == ["ada"]


# Clerk is a scorekeeper, and Bob may retire it, though he is no approver.
CLERK = {**BASE, "seats/clerk.yaml": seat("clerk").replace("owner: ada", "owner: bob")}
OFF = {**record("clerk"), "seats/clerk.yaml": CLERK["seats/clerk.yaml"].replace("active", "retired")}
SETTINGS = {
    "holidays": ORG + "holidays: [2026-11-30, 2026-12-01]\n",
    "name": ORG.replace("Acme", "Acne"),
    "note": ORG + "note: Every number here is invented.\n",
    "org": ORG.replace("org: acme", "org: acne"),
    "timezone": ORG.replace("UTC", "Europe/Berlin"),
    "branch": ORG + "branch: other\n",
    "routing": ORG + "routing:\n  - {seat: bot, to: bob}\n",
    "grace": ORG + "  grace: 2h\n",
    "push": ORG + "  push: yes\n",
    "words": ORG + "  words: {outcome: [calls]}\n",
    "escalation": ORG + "  escalation: {within: 100h}\n",
    "forges": ORG + "  forges: [gitlab]\n",
    "signatures": ORG + '  require_signatures_since: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"\n',
    "approvers": ORG + "  retirement: {approvers: [bob]}\n",
    "who hears of agents": ORG + "  discover: {to: bob}\n",
    "another scorekeeper": ORG.replace("[tally]", "[tally, bob]"),
    "a scorekeeper less": ORG.replace("[tally]", "[]"),
    "a key of the user": ORG + "x-note: anything\n",
    "a key of the user in the policy": ORG + "  x-note: anything\n",
    "an unknown key": ORG + "hollidays: [2026-11-30]\n",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_with_a_retirement_org_yaml_loses_the_seat_and_nothing_else_changes(name: str) -> None:
    assert may({**OFF, "org.yaml": ORG}, CLERK) == ["ada", "bob"]
    assert may({**OFF, "org.yaml": f"# A comment.\n{ORG}"}, CLERK) == ["ada", "bob"]
    assert may({**OFF, "org.yaml": SETTINGS[name]}, CLERK) == ["ada"]


def test_with_a_retirement_nobody_else_is_told_of_new_agents() -> None:
    """`retire` removes a seat from policy.discover.to, and names no other."""
    told = {**CLERK, "org.yaml": ORG.replace("[tally]", "[tally, clerk]") + "  discover: {to: clerk, x-own: a}\n"}
    assert may({**OFF, "org.yaml": ORG + "  discover: {x-own: a}\n"}, told) == ["ada", "bob"]
    for wrong in ("to: bob, x-own: a", "x-own: b"):
        assert may({**OFF, "org.yaml": f"{ORG}  discover: {{{wrong}}}\n"}, told) == ["ada"]


IMPORTED = "x-imported: {from: people, format: people, was: {name: Cy}}\n"


def test_an_import_is_made_by_those_who_may_add_its_seats_and_change_those_it_follows() -> None:
    """Cy reports to Bob, Dee to Cy, and the import changes the mission of the bot, which is Bob's."""
    new = {
        f"seats/{name}.yaml": f"seat: {name}\nname: Cy\nrole: R\nkind: human\nstatus: proposed\n"
        f"reports_to: {manager}\n{IMPORTED}"
        for name, manager in (("cy", "bob"), ("dee", "cy"))
    }
    assert may(new) == ["ada", "bob"]
    assert may({**new, "seats/bot.yaml": seat("bot", "mission: M\n")}) == ["ada", "bob"]
    assert may({**new, "seats/clerk.yaml": seat("clerk", "mission: M\n")}) == ["ada", "bob"]
    assert may({**new, "seats/ada.yaml": seat("ada", "mission: M\n")}) == ["ada"]
    assert may(dict.fromkeys(new), {**BASE, **new}) == ["ada", "bob"], "and those may undo it"


METRIC = "metrics:\n  calls: {{name: Calls, outcome: Sales, cadence: {}, target: '{}'{}}}\n"
MAIL = "capabilities: {mail: Answers mail.}\n"
# What Tally, which Ada owns, may become in a commit with which Bob retires the bot.
HEIRS = {
    "what the bot had": (MAIL + METRIC.format("weekly", ">= 9", ""), True),
    "the capability alone": (MAIL, True),
    "another text": (MAIL.replace("Answers", "Opens") + METRIC.format("weekly", ">= 9", ""), False),
    "another target": (METRIC.format("weekly", ">= 1", ""), False),
    "another cadence": (METRIC.format("monthly", ">= 9", ""), False),
    "another rollup": (METRIC.format("weekly", ">= 9", ", rollup: max"), False),
    "a due time": (METRIC.format("weekly", ">= 9", ", due: 'fri 12:00'"), False),
    "a waiver": (METRIC.format("weekly", ">= 9", ", waive: {metric-activity: x}"), False),
    "what it leads to, of the bot": (METRIC.format("weekly", ">= 9", ", leads_to: bot/calls"), True),
    "what it leads to, of somebody": (METRIC.format("weekly", ">= 9", ", leads_to: ada/calls"), False),
    "one more capability": ("capabilities: {mail: Answers mail., post: Opens post.}\n", False),
    "an address": (MAIL + "email: bob@example.com\n", False),
    "a beginning": (MAIL + "since: 2026-01-01\n", False),
    "a key of the user": (MAIL + "x-note: anything\n", False),
    "another manager": (MAIL + "reports_to: bob\n", False),
}


@pytest.mark.parametrize("name", HEIRS)
def test_an_heir_gets_what_the_retired_seat_had_and_nothing_else(name: str) -> None:
    more, allowed = HEIRS[name]
    base = {**BASE, "seats/bot.yaml": seat("bot", METRIC.format("weekly", ">= 9", ""))}
    files = record("bot", "capabilities: {mail: tally}\nmetrics: {calls: {to: tally}}\n", by="bob")
    files["seats/bot.yaml"] = base["seats/bot.yaml"].replace("active", "retired")
    text = seat("tally").replace("reports_to: ada\n", "") if "reports_to" in more else seat("tally")
    assert may({**files, "seats/tally.yaml": text + more}, base) == (["ada", "bob"] if allowed else ["ada"])


@pytest.mark.parametrize("more", ["email: x@example.com\n", "x-note: 1\n", "mission: M\n", "since: 2026-01-01\n"])
def test_the_decider_changes_only_the_status_of_the_retired_seat(more: str) -> None:
    """Bob is the approver, and neither owns Tally nor is above it."""
    files = record("tally", by="bob")
    assert may(files, NAMED) == ["bob"]
    assert may({**files, "seats/tally.yaml": files["seats/tally.yaml"] + more}, NAMED) == []


@pytest.mark.parametrize(("end", "who"), [("2026-W47", ["bob"]), ("2027-W10", [])])
def test_the_decider_brings_the_end_of_a_metric_forward(end: str, who: list[str]) -> None:
    """An heir takes the values from then on. A later end would be a change of the metric."""
    metric = METRIC.format("weekly", ">= 9", ", ends: 2026-W52")
    base = {**NAMED, "seats/tally.yaml": seat("tally", metric)}
    files = record("tally", "metrics: {calls: {to: ada}}\n", by="bob")
    files["seats/tally.yaml"] = seat("tally", metric.replace("2026-W52", end)).replace("active", "retired")
    assert may(files, base) == who


def test_a_manager_is_the_one_of_the_record_or_the_one_above() -> None:
    """Bob, the approver, retires Tally. The desk, to which he is nobody, reported to it; Ada is above Tally."""
    desk = seat("desk", "kind: agent\nowner: ada\nreports_to: tally\n")
    base = {**NAMED, "seats/desk.yaml": desk}
    cases = (("clerk", "clerk", True), ("ada", "", True), ("clerk", "ada", False), ("clerk", "", False))
    for manager, named, allowed in cases:
        files = record("tally", f"reports: {{desk: {named}}}\n" if named else "", by="bob")
        moved = desk.replace("reports_to: tally", f"reports_to: {manager}")
        assert may({**files, "seats/desk.yaml": moved}, base) == (["bob"] if allowed else []), manager


def test_the_record_names_the_signer() -> None:
    files = record("bot", by="ada")
    before, after = org(BASE), org({**BASE, **files})
    said = {
        name: list(find_wrong_deciders(SignedChange(name, before, after, {p: p in BASE for p in files})))
        for name in ("ada", "bob")
    }
    assert said == {"ada": [], "bob": [("retirements/bot.yaml", "ada")]}


# Forges.


def test_a_forge_changes_seats_and_what_orgtp_does_not_know() -> None:
    before = org(BASE)
    paths = ["notes.txt", "org.yaml", "policy/allowed_signers", "retirements/bot.yaml", "scores/bot/2026-11.jsonl"]
    paths += ["seats", "seats/bot.yaml", "seats/new.yaml", "scores"]
    claim = SignedChange("", before, before, dict.fromkeys(paths, True), forge=True)
    assert {found.path for found in find_refusals(claim)} == set(paths) - {
        "notes.txt",
        "seats/bot.yaml",
        "seats/new.yaml",
    }


# Escalations.

HELD = """what: x
opened_at: "2026-11-20T12:01:00Z"
by: clerk
seat: bot
with: {}
due: "2026-11-20T18:00:00Z"
state: {}
events: []
"""
FULL = "escalations/2026-11-20-bot-full.yaml"
OPEN = {**BASE, FULL: HELD.format("bob", "open")}


def test_anybody_opens_an_escalation_and_those_whose_it_is_settle_it() -> None:
    assert may({FULL: HELD.format("bob", "open")}) == ALL
    assert may({FULL: HELD.format("bob", "resolved")}, OPEN) == ALL, "the clerk opened it, Tally is a scorekeeper"
    other = {**OPEN, FULL: OPEN[FULL].replace("by: clerk\n", ""), "org.yaml": ORG}
    assert may({FULL: HELD.format("bob", "resolved")}, other) == ["ada", "bob", "bot", "tally"]


def test_what_a_scorekeeper_reports_of_new_agents_it_may_settle() -> None:
    """`discover --due` of Tally opens an escalation with Ada, and resolves it once the agent has a seat."""
    text = HELD.replace("seat: bot", "seat: ada").replace("by: clerk", "by: tally") + "agents: [a786438b134db7e1]\n"
    held = text.format("ada", "open")
    assert "tally" in may({FULL: held})
    assert may({FULL: text.format("ada", "resolved")}, {**BASE, FULL: held}) == ["ada", "clerk", "tally"], (
        "both keep score"
    )


def test_nobody_gets_a_right_by_what_they_write_themselves() -> None:
    about_tally = {path: text.replace("seat: bot", "seat: ada") for path, text in OPEN.items()}
    base = {**about_tally, FULL: about_tally[FULL].replace("by: clerk\n", ""), "org.yaml": ORG}
    mine = base[FULL].replace("seat: ada", "seat: clerk").replace("with: bob", "with: clerk")
    assert may({FULL: mine}, base) == ["ada", "bob", "tally"]


def test_what_cannot_be_read_of_an_escalation_is_the_approvers() -> None:
    assert may({FULL: HELD.format("bob", "open")}, {**BASE, FULL: "a: ["}) == ["ada"]


def test_a_metric_is_silenced_by_a_person_who_answers_for_it() -> None:
    quiet = {"escalations/silenced/bot.yaml": "calls: {until: 2026-12-01, reason: x}\n"}
    assert may(quiet) == ["ada", "bob"]
    assert may(quiet, {**BASE, **quiet}) == ["ada", "bob"]
    assert may({"escalations/silenced/tally.yaml": "x"}) == ["ada"]
    assert may(quiet, forge=True) == []


def test_a_retirement_hands_over_what_is_open_about_the_seat() -> None:
    base = {
        **NAMED,
        FULL: HELD.format("tally", "acknowledged").replace("by: clerk\n", "").replace("seat: bot", "seat: ada"),
    }
    assert may({**record("tally", by="bob"), FULL: _hand_over(base)}, base) == ["bob"]
    assert may({FULL: _hand_over(base)}, base) == ["ada", "clerk", "tally"], "without the retirement"


# Tally is Ada's, so that what it has goes to her. Bob, the approver, retires it.
HANDED = '{at: "2026-11-20T13:00:00Z", what: handed, by: bob, to: ada, note: tally is retired}'


def _hand_over(base: Mapping[str, str], event: str = HANDED) -> str:
    text = base[FULL].replace("with: tally", "with: ada").replace("state: acknowledged", "state: open")
    return text.replace("T18:00:00Z", "T17:00:00Z").replace("events: []", f"events:\n- {event}")


NOT_HANDED: dict[str, Callable[[str], str]] = {
    "resolved": lambda text: text.replace("state: open", "state: resolved"),
    "less severe": lambda text: text.replace("seat: ada", "seat: ada\nseverity: low"),
    "to somebody else": lambda text: text.replace("to: ada", "to: bob").replace("with: ada", "with: bob"),
    "without an event": lambda text: text.partition("events:")[0] + "events: []\n",
    "with another event": lambda text: text.replace("what: handed", "what: resolved"),
    "with two events": lambda text: f"{text}- {HANDED}\n",
    "in the name of another": lambda text: text.replace("by: bob", "by: ada"),
    "to be looked at in ten years": lambda text: text.replace("2026-11-20T17:00:00Z", "2036-11-20T17:00:00Z"),
    "with other words": lambda text: text.replace("what: x", "what: y"),
    "about another seat": lambda text: text.replace("seat: ada", "seat: bob"),
    "with a key of its own": lambda text: f"{text}x-done: yes\n",
}


@pytest.mark.parametrize("how", NOT_HANDED)
def test_a_retirement_changes_nothing_else_of_an_escalation(how: str) -> None:
    base = {
        **NAMED,
        FULL: HELD.format("tally", "acknowledged").replace("by: clerk\n", "").replace("seat: bot", "seat: ada"),
    }
    assert may({**record("tally", by="bob"), FULL: NOT_HANDED[how](_hand_over(base))}, base) == []


def test_a_retirement_leaves_what_is_with_somebody_responsible_and_what_is_resolved() -> None:
    about = {**NAMED, FULL: HELD.format("ada", "open").replace("by: clerk\n", "").replace("seat: bot", "seat: tally")}
    mine = about[FULL].replace("events: []", f"events:\n- {HANDED}")
    assert may({**record("tally", by="bob"), FULL: mine}, about) == []
    done = {
        **NAMED,
        FULL: HELD.format("tally", "resolved").replace("by: clerk\n", "").replace("seat: bot", "seat: ada"),
    }
    assert may({**record("tally", by="bob"), FULL: _hand_over(done).replace("resolved", "open")}, done) == []


# Bob may change the bot, whose metric Tally's serves and a route names; he may not change Tally or org.yaml.
ROUTING = "routing:\n  - {{seat: bot, metric: {}, to: ada, x-why: Hers.}}\n"


def serving(metric: str) -> str:
    """Tally's file, with a metric that serves another one."""
    return seat("tally", METRIC.format("weekly", ">= 9", f", leads_to: {metric}"))


MEASURED = {
    **BASE,
    "org.yaml": BASE["org.yaml"] + ROUTING.format("calls"),
    "seats/bot.yaml": seat("bot", METRIC.format("weekly", ">= 9", "")),
    "seats/tally.yaml": serving("bot/calls"),
}
RENAMED = MEASURED["seats/bot.yaml"].replace("'}", "', ends: 2026-W46}") + (
    "  talks: {name: Talks, outcome: Sales, cadence: weekly, target: '>= 9', continues: bot/calls}\n"
)
FOLLOWS = {
    "both name the heir": ("bot/talks", "talks", "", True),
    "only the metric names it": ("bot/talks", "calls", "", True),
    "only the route names it": ("bot/calls", "talks", "", True),
    "the metric serves another one": ("ada/calls", "calls", "", False),
    "the route names another metric": ("bot/calls", "rings", "", False),
    "something else changes as well": ("bot/talks", "talks", "mission: M\n", False),
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_what_names_a_metric_may_follow_its_heir_and_nothing_else(name: str) -> None:
    serves, route, more, allowed = FOLLOWS[name]
    tally = serving(serves) + more
    files = {"seats/bot.yaml": RENAMED, "seats/tally.yaml": tally}
    files["org.yaml"] = BASE["org.yaml"] + ROUTING.format(route)
    assert may(files, MEASURED) == (["ada", "bob"] if allowed else ["ada"])


def test_nothing_follows_an_heir_that_somebody_else_made() -> None:
    base = {**MEASURED, "seats/bot.yaml": RENAMED}
    assert may({"seats/tally.yaml": serving("bot/talks")}, base) == ["ada"]


def test_an_heir_gets_the_own_keys_of_a_metric_too() -> None:
    metric = METRIC.format("weekly", ">= 9", ", x-crm: {table: deals}")
    base = {**BASE, "seats/bot.yaml": seat("bot", metric)}
    files = record("bot", "metrics: {calls: {to: tally}}\n", by="bob")
    files["seats/bot.yaml"] = base["seats/bot.yaml"].replace("active", "retired")
    assert may({**files, "seats/tally.yaml": seat("tally", metric)}, base) == ["ada", "bob"]
    assert may({**files, "seats/tally.yaml": seat("tally", metric.replace("deals", "all"))}, base) == ["ada"]


def test_a_delegate_who_is_gone_is_removed() -> None:
    away = "delegate: {to: bob, until: 2026-12-31}\n"
    base = {**BASE, "seats/tally.yaml": seat("tally", away)}
    bob = base["seats/bob.yaml"].replace("active", "vacant")
    assert may({"seats/bob.yaml": bob, "seats/tally.yaml": seat("tally")}, base) == may({"seats/bob.yaml": bob}, base)
    assert may({"seats/bob.yaml": bob, "seats/tally.yaml": seat("tally", "mission: M\n")}, base) == ["ada"]


FED = {**BASE, "seats/bot.yaml": seat("bot", "inputs: {model: m1}\nx-crm: 1\n")}


@pytest.mark.parametrize(
    ("more", "who"),
    [
        ("inputs: {model: m2}\nx-crm: 1\n", ["ada", "bob", "bot"]),
        ("x-crm: 1\n", ["ada", "bob", "bot"]),
        ("inputs: {model: {from: tally, is: m2}}\nx-crm: 1\n", ["ada", "bob", "bot"]),
        ("inputs: {model: m2}\nx-crm: 2\n", ["ada", "bob"]),
        ("inputs: {model: m2}\nx-crm: 1\nmission: M\n", ["ada", "bob"]),
        ("inputs: {model: m1}\nx-crm: 1\nstatus_: x\n", ["ada", "bob"]),
    ],
)
def test_a_seat_changes_its_own_inputs_and_nothing_else_of_its_file(more: str, who: list[str]) -> None:
    assert may({"seats/bot.yaml": seat("bot", more)}, FED) == who


def test_a_seat_adds_its_first_inputs_and_those_of_no_other() -> None:
    assert may({"seats/bot.yaml": seat("bot", "inputs: {model: m1}\n")}) == ["ada", "bob", "bot"]
    both = {f"seats/{name}.yaml": seat(name, "inputs: {model: m1}\n") for name in ("bot", "tally")}
    assert may(both) == ["ada"]
    assert may({"seats/bot.yaml": None}, FED) == ["ada", "bob"]
