"""What changed between two orgs, as a value: each way in which they can differ, and nothing where they do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orgtp.model.org import Org
from orgtp.views.diff.build import Diff, diff, headline
from tests.views.orgs import ADA, BOT, EVE, HEAD, METRIC, RECORD, org, row

SCORES = "scores/bot/2026-11.jsonl"


def changed(path: str, old: str, new: str, before: Org | None = None) -> Diff:
    """The difference that one edit of one file makes."""
    texts = {"seats/bot.yaml": BOT, "seats/eve.yaml": EVE, "seats/ada.yaml": ADA, "org.yaml": HEAD}
    assert old in texts[path]
    return diff(before or org(), org({path: texts[path].replace(old, new)}))


def only(found: Diff, *names: str) -> bool:
    """Whether nothing but the lists `names` has content."""
    return replace(found, **dict.fromkeys(names, ())).is_empty and all(getattr(found, name) for name in names)


def test_nothing() -> None:
    found = diff(org(), org())
    assert found.is_empty
    assert headline(found) == "nothing changed"
    assert diff(org(), org({"seats/bot.yaml": BOT.replace('">= 5"', "'>=5'") + "# a comment\n"})).is_empty


def test_a_seat_comes() -> None:
    found = diff(org({"seats/bot.yaml": None}), org())
    (bot,) = found.added
    assert (bot.name, bot.owner_name, bot.reports_to_name, bot.capabilities) == ("Bot", "Ada", "Ada", ("desk",))
    assert [(metric.metric, metric.target) for metric in bot.metrics] == [("calls", ">= 5")]
    assert only(found, "added", "capabilities", "metrics")
    assert headline(found) == "1 seat added"


def test_everything_is_new_where_there_was_no_org() -> None:
    found = diff(Org(), org())
    assert [seat.seat for seat in found.added] == ["ada", "bot", "eve"]
    assert [(line.key, line.before) for line in found.policy][:2] == [("org", None), ("name", None)]


def test_a_seat_is_retired() -> None:
    after = org(
        {
            "seats/bot.yaml": BOT.replace("active", "retired"),
            "retirements/bot.yaml": RECORD,
            "seats/eve.yaml": EVE + "capabilities: {desk: Answers the desk.}\n",
        }
    )
    found = diff(org(), after)
    (bot,) = found.retired
    assert (bot.recorded, bot.decided_by_name, bot.reason) == (True, "Ada", "Eve does it.")
    assert [(part.what, part.heir_name) for part in (*bot.capabilities, *bot.metrics)] == [
        ("desk", "Eve"),
        ("calls", None),
    ]
    assert [(hand.before, hand.after, hand.retirement) for hand in found.capabilities] == [("bot", "eve", True)]
    assert headline(found) == "1 seat retired"
    assert diff(after, after).is_empty


def test_a_retirement_without_a_record_and_one_that_leaves_something() -> None:
    bare = diff(org(), org({"seats/bot.yaml": BOT.replace("active", "retired")}))
    assert [seat.recorded for seat in bare.retired] == [False]
    lacking = RECORD.replace("{desk: eve}", "{}")
    left = diff(org(), org({"seats/bot.yaml": BOT.replace("active", "retired"), "retirements/bot.yaml": lacking}))
    assert [(part.what, part.heir) for part in left.retired[0].capabilities] == [("desk", None)]


def test_a_seat_file_goes() -> None:
    found = diff(org(), org({"seats/bot.yaml": None}))
    assert [(seat.seat, seat.status) for seat in found.removed] == [("bot", "active")]
    assert [(hand.capability, hand.before, hand.after) for hand in found.capabilities] == [("desk", "bot", None)]
    assert headline(found) == "1 seat removed without a retirement"


def test_a_file_that_cannot_be_read_is_not_gone() -> None:
    for found in (diff(org(), org({"seats/bot.yaml": "a: [\n"})), diff(org({"seats/bot.yaml": "a: [\n"}), org())):
        assert only(found, "unreadable")
        assert found.unreadable == ("seats/bot.yaml",)
    assert only(diff(org(), org({"org.yaml": "a: [\n"})), "unreadable")


def test_moved_and_owned_by_names() -> None:
    (move,) = changed("seats/bot.yaml", "reports_to: ada", "reports_to: eve").moved
    assert (move.seat, move.before_name, move.after_name) == ("bot", "Ada", "Eve")
    (top,) = changed("seats/eve.yaml", "reports_to: ada\n", "").moved
    assert (top.before, top.after, top.after_name) == ("ada", None, None)
    (owner,) = changed("seats/bot.yaml", "owner: ada", "owner: eve").owners
    assert (owner.before_name, owner.after_name) == ("Ada", "Eve")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: Bot", "name: Botty", ("name", "Bot", "Botty")),
        ("role: Desk", "role: Phones", ("role", "Desk", "Phones")),
        ("kind: agent", "kind: human", ("kind", "agent", "human")),
        ("owner: ada", "owner: ada\nmission: M", ("mission", None, "M")),
        ("owner: ada", "owner: ada\nsince: 2026-01-02", ("since", None, "2026-01-02")),
        ("owner: ada", "owner: ada\nretire_when: R", ("retire_when", None, "R")),
        ("owner: ada", "owner: ada\nreview_by: 2027-01-02", ("review_by", None, "2027-01-02")),
        ("owner: ada", "owner: ada\nemail: b@example.com", ("email", None, "b@example.com")),
        ("the desk", "phones", ("capabilities.desk", "Answers the desk.", "Answers phones.")),
    ],
)
def test_fields(old: str, new: str, told: tuple[str, str | None, str]) -> None:
    found = changed("seats/bot.yaml", old, new)
    assert only(found, "fields")
    assert [(field.key, field.before, field.after) for field in found.fields] == [told]
    assert headline(found) == "1 seat changed"


def test_status() -> None:
    found = changed("seats/bot.yaml", "status: active", "status: paused")
    assert only(found, "statuses")
    assert (found.statuses[0].before, found.statuses[0].after) == ("active", "paused")
    over = org({"seats/bot.yaml": BOT.replace("active", "retired"), "retirements/bot.yaml": RECORD})
    assert [change.before for change in diff(over, org()).statuses] == ["retired"]


def test_capabilities_and_metrics_change_hands() -> None:
    bare = BOT.partition("capabilities")[0]
    eve = EVE + f"capabilities: {{desk: Answers the desk.}}\nmetrics:\n{METRIC.replace('5', '3')}"
    found = diff(org(), org({"seats/bot.yaml": bare, "seats/eve.yaml": eve}))
    assert [(hand.before_name, hand.after_name) for hand in found.capabilities] == [("Bot", "Eve")]
    assert [(hand.before_name, hand.after_name) for hand in found.metrics] == [("Bot", "Eve")]
    # A target that is lowered on the way is seen, too.
    assert [(target.seat, target.before, target.after) for target in found.targets] == [("eve", ">= 5", ">= 3")]
    assert headline(found) == "2 seats changed, 1 target moved"
    dropped = diff(org(), org({"seats/bot.yaml": bare}))
    assert [(hand.before, hand.after) for hand in dropped.capabilities] == [("bot", None)]
    assert [(hand.before, hand.after) for hand in dropped.metrics] == [("bot", None)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('">= 5"', '">= 9"', [(None, None, ">= 5", ">= 9")]),
        (
            '">= 5"',
            '{2026-W01: ">= 5", 2026-W30: ">= 9"}',
            [(None, "2026-W01", ">= 5", None), ("2026-W30", None, ">= 5", ">= 9")],
        ),
        ('{2026-W01: ">= 5"}', '{2026-W01: ">= 5", 2026-W30: ">= 9"}', [("2026-W30", None, ">= 5", ">= 9")]),
        (
            '{2026-W01: ">= 5"}',
            '{2026-W01: ">= 5", 2026-W30: ">= 9", 2026-W40: ">= 5"}',
            [("2026-W30", "2026-W40", ">= 5", ">= 9")],
        ),
        ('{2026-W01: ">= 5"}', '{2026-W01: ">= 4"}', [("2026-W01", None, ">= 5", ">= 4")]),
        ('{2026-W01: ">= 5"}', '{2026-W01: ">= 5", 2026-W30: ">= 5.0"}', []),
        ('{2026-W10: ">= 5"}', '{2026-W01: ">= 5"}', [("2026-W01", "2026-W10", None, ">= 5")]),
    ],
)
def test_targets_by_period(old: str, new: str, told: list[tuple[str | None, ...]]) -> None:
    one, two = (org({"seats/bot.yaml": BOT.replace('">= 5"', text)}) for text in (old, new))
    found = diff(one, two)
    assert [(target.since, target.until, target.before, target.after) for target in found.targets] == told
    assert found.is_empty is (not told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: Calls booked", "name: Calls", ("name", "Calls booked", "Calls")),
        ("outcome: Talks", "outcome: Sales", ("outcome", "Talks", "Sales")),
        ("cadence: weekly", "cadence: daily", ("cadence", "weekly", "daily")),
        ("cadence: weekly", "cadence: weekly, rollup: sum", ("rollup", "last", "sum")),
        ("cadence: weekly", "cadence: weekly, source: crm", ("source", None, "crm")),
        ("cadence: weekly", "cadence: weekly, leads_to: eve/x", ("leads_to", None, "eve/x")),
    ],
)
def test_keys_of_a_metric(old: str, new: str, told: tuple[str, str | None, str]) -> None:
    found = changed("seats/bot.yaml", old, new)
    assert only(found, "metric_fields")
    assert [(field.key, field.before, field.after) for field in found.metric_fields] == [told]


def test_waivers_come_and_go_with_new_seats_too() -> None:
    waived = BOT.replace("cadence: weekly", "cadence: weekly, waive: {runtime-metric: Because}")
    came, went = diff(org(), org({"seats/bot.yaml": waived})), diff(org({"seats/bot.yaml": waived}), org())
    assert [(waiver.rule, waiver.before, waiver.after) for waiver in came.waivers] == [
        ("runtime-metric", None, "Because")
    ]
    assert [(waiver.before, waiver.after) for waiver in went.waivers] == [("Because", None)]
    new = diff(org({"seats/bot.yaml": None}), org({"seats/bot.yaml": waived}))
    assert [waiver.after for waiver in new.waivers] == ["Because"]
    assert headline(new) == "1 seat added"


def test_policy() -> None:
    lists = "scorekeepers: [ada, eve], retirement: {approvers: [ada]}, words: {runtime: [ping]}"
    more = f"policy: {{grace: 2h, push: true, {lists}}}\n"
    found = diff(org(), org({"org.yaml": HEAD.replace("UTC", "Europe/Oslo") + more}))
    assert [(line.key, line.before, line.after) for line in found.policy] == [
        ("timezone", "UTC", "Europe/Oslo"),
        ("policy.grace", "1h", "2h"),
        ("policy.scorekeepers", None, "ada, eve"),
        ("policy.push", "no", "yes"),
        ("policy.retirement.approvers", None, "ada"),
        ("policy.words.runtime", None, "ping"),
    ]
    assert only(found, "policy")


def test_values_come() -> None:
    old = row("a", "4", "2026-W45", 10)
    new = old + row("b", None, "2026-W46", 17, "source broken") + row("c", "7", "2026-W47")
    found = diff(org({SCORES: old}), org({SCORES: new}))
    (values,) = found.values
    assert (values.metric_name, values.added, values.unavailable) == ("Calls booked", 2, 1)
    assert (values.period, values.value) == ("2026-W47", "7")
    assert only(found, "values")


def test_a_value_is_corrected() -> None:
    old = row("a", "4") + row("b", None, "2026-W45", 20, "who knows")
    again = row("c", "4", day=21) + row("d", "6", day=22, note="recounted") + row("e", "1", "2026-W45", 21)
    found = diff(org({SCORES: old}), org({SCORES: old + again}))
    told = [(value.period, value.before, value.after, value.by, value.note) for value in found.corrections]
    assert told == [("2026-W45", None, "1", "ada", None), ("2026-W46", "4", "6", "ada", "recounted")]
    assert headline(found) == "3 values recorded, 2 values corrected"


def test_rows_are_changed_or_gone() -> None:
    old = row("a", "4", "2026-W44", 5) + row("b", "5", "2026-W45", 10) + row("c", "6", "2026-W46", 17)
    found = diff(org({SCORES: old}), org({SCORES: row("a", "9", "2026-W44", 5) + row("c", "6", "2026-W46", 17)}))
    assert only(found, "rows")
    assert [(change.id, change.before["value"], change.after and change.after["value"]) for change in found.rows] == [
        ("a", "4", "9"),
        ("b", "5", None),
    ]
    assert headline(found) == "2 recorded values changed or removed"
    doubled = diff(org({SCORES: old}), org({SCORES: old + row("a", "4", "2026-W44", 5)}))
    assert [values.added for values in doubled.values] == [1]


def test_a_record_is_touched() -> None:
    before = {"seats/bot.yaml": BOT.replace("active", "retired"), "retirements/bot.yaml": RECORD}
    other = diff(org(before), org({**before, "retirements/bot.yaml": RECORD.replace("Eve does it", "No use")}))
    gone = diff(org(before), org({**before, "retirements/bot.yaml": None}))
    assert [(record.seat, record.gone) for record in (*other.records, *gone.records)] == [("bot", False), ("bot", True)]


def test_sorted_and_stable() -> None:
    new = {f"seats/s{number}.yaml": EVE.replace("eve", f"s{number}") for number in (3, 1, 2)}
    found = diff(org(), org(new))
    assert [seat.seat for seat in found.added] == ["s1", "s2", "s3"]
    assert found == diff(org(), org(dict(reversed(new.items()))))


def test_the_note_of_the_org() -> None:
    found = diff(org(), org({"org.yaml": f"{HEAD}note: Every number here is invented.\n"}))
    assert [(line.key, line.before, line.after) for line in found.policy] == [
        ("note", None, "Every number here is invented.")
    ]
