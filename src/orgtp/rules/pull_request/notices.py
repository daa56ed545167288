"""Rules on changes that a pull request may make, but that reviewers should notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.commit import MAILMAP_PATH
from orgtp.model.org import Org
from orgtp.model.org_pair import NO_KEYS, KeyChange, KeyValues, OrgPair, compare_keys
from orgtp.model.period import Period
from orgtp.model.problem import Keys, Place
from orgtp.model.seat import Metric, Seat, find_first_period_after, seat_path
from orgtp.model.target import Targets
from orgtp.model.text import join_with_and
from orgtp.model.verdict_changes import compare_verdicts
from orgtp.rules.pull_request.key_decisions import find_decision
from orgtp.rules.rule import Finding


def target_changed(compared: OrgPair) -> Iterator[Finding]:
    """A target was changed.

    This is allowed, but everybody who reads the scorecard should know: the same value may be on target today and off
    target tomorrow. With a dated target, earlier periods are still judged by the old target.

    Bad:

        -target: ">= 95%"
        +target: ">= 60%"      (now every past miss is on target)

    Good:

        +target: {2026-W01: ">= 95%", 2026-W48: ">= 90%"}

    Fix: nothing, if it is intended. `orgtp metric target SEAT METRIC ">= 90%" --from 2026-W48` dates it.
    """
    for pair in _pair_metrics(compared):
        old, new = pair.list_targets(pair.old), pair.list_targets(pair.new)
        if old != new and new.dated:
            change = f"changes from {_format_targets(old)} to {_format_targets(new)}{pair.move}"
            place = pair.seat.marks.value_place("metrics", pair.new.id, "target")
            yield Finding(place, f"the target of {pair.seat.id} {pair.new.id} {change}", SEEN)


def past_verdict_changed(compared: OrgPair, now: datetime) -> Iterator[Finding]:
    """Past periods of a metric are judged differently than before.

    A target without a date, another `per`, a later `since` or a new holiday also changes how earlier values are judged.
    The message says how many periods change, and in which direction.

    Bad:

        -target: ">= 95%"
        +target: ">= 60%"      (five misses become hits)

    Good:

        +target: {2026-W01: ">= 95%", 2026-W48: ">= 90%"}

    Fix: nothing, if it is intended. `orgtp metric target SEAT METRIC ">= 90%"` keeps the past as it is.
    """
    for change in compare_verdicts(compared.before, compared.after, now):
        place = compared.after.seats[change.seat].marks.key_place("metrics", change.metric)
        yield Finding(place, f"{change.seat} {change.metric}: {change.summary}", SEEN)


def owner_changed(compared: OrgPair) -> Iterator[Finding]:
    """The owner of a seat was changed.

    This is allowed, but both the old and the new owner should know before it is merged.

    Bad:

        -owner: bogdan
        +owner: kristen        (Kristen learns of it when something breaks)

    Good:

        the same change, approved by Kristen

    Fix: nothing, if it is intended: ask both to review it.
    """
    for old, new in _seats_in_both(compared):
        if old.owner != new.owner and new.owner:
            message = f"the owner of {new.id} changes from {old.owner or 'nobody'} to {new.owner}"
            yield Finding(new.marks.value_place("owner"), message, "Ask both to review it.")


def outcome_changed(compared: OrgPair) -> Iterator[Finding]:
    """The outcome of a metric was changed, or a metric was removed.

    The owner decides what a seat is for, and it is easy to miss that something is no longer measured.

    Bad:

        -outcome: Clients are billed once for what was done
        +outcome: Things are checked

    Good:

        a new metric next to the old one, with its own values

    Fix: nothing, if it is intended: ask the owner to review it.
    """
    for old, new in _seats_in_both(compared):
        for name in old.metrics:
            if name not in new.metrics and ("metrics", name) not in new.marks.keys:
                yield Finding(new.marks.value_place("metrics"), f"{new.id} loses the metric {name}", SEEN)
    for pair in _pair_metrics(compared):
        if pair.old.outcome != pair.new.outcome:
            place = pair.seat.marks.value_place("metrics", pair.new.id, "outcome")
            message = f'the outcome of {pair.seat.id} {pair.new.id} was "{pair.old.outcome}"{pair.move}'
            yield Finding(place, message, SEEN)


def metric_changed(compared: OrgPair) -> Iterator[Finding]:
    """A key of a metric was changed: its name, cadence, `per`, due time, rollup, source or another one.

    The values stay, but their meaning changes. A monthly target that becomes quarterly is a third of what it was, and
    the highest value of a week is not the same as the last. A later due time hides late values, and another source
    measures something else. A metric that passes to another seat is compared with what it was there.

    Bad:

        -name: Talks booked from leads
        +name: Leads found

    Good:

        a new metric next to the old one, with its own id and values

    Fix: nothing, if it is intended: ask the owner to review it.
    """
    for pair in _pair_metrics(compared):
        for change in pair.key_changes:
            keys = ("metrics", pair.new.id, *change.keys)
            is_link = change.keys == ("continues",) and pair.is_continued
            if _is_reported(change, "seat", keys, "metric-changed") and not is_link:
                what = f"the {'.'.join(change.keys)} of {pair.seat.id} {pair.new.id} {_format_change(change)}"
                yield Finding(pair.seat.marks.value_place(*keys), f"{what}{pair.move}", SEEN)


def seat_changed(compared: OrgPair) -> Iterator[Finding]:
    """The name, role, mission or a date of a seat was changed, or what would end it.

    People know a seat by its name, so two swapped names swap who seems to have missed a target. A later `since` hides
    the misses before it, and a later `review_by` or a vaguer `retire_when` puts off the question whether the seat is
    still needed.

    Bad:

        -review_by: 2026-12-01
        +review_by: 2036-12-01

    Good:

        the same change, reviewed by the owner

    Fix: nothing, if it is intended: ask the owner to review it.
    """
    yield from _find_key_changes(compared, "seat-changed")


def address_changed(compared: OrgPair) -> Iterator[Finding]:
    """The address or the holder of a seat was changed.

    An address decides whose commits are whose. Whoever takes over an address also takes over what it did.

    Bad:

        # seats/bot.yaml
        +email: ada@example.com        (the address of Ada, until now)

    Good:

        the same change, reviewed by Ada

    Fix: nothing, if it is intended: ask those who had the address and those who get it to review it.
    """
    yield from _find_key_changes(compared, "address-changed")


def capability_changed(compared: OrgPair) -> Iterator[Finding]:
    """A seat lost a capability, or its description was changed.

    A capability is work that one seat has promised to do. If it disappears, nobody does the work, and nobody is to
    blame. A new capability needs no notice.

    Bad:

        -  ad-anomaly-detection: Flags anomalies in Meta and Google spend.

    Good:

        the same line, in the file of another active seat

    Fix: nothing, if another seat does it now, or nobody needs it: ask the owner to review it.
    """
    for old, new in _seats_in_both(compared):
        for change in compared.key_changes(seat_path(new.id)):
            if _is_reported(change, "seat", change.keys, "capability-changed") and change.before is not None:
                name = change.keys[-1]
                yield Finding(new.marks.value_place(*change.keys), _describe_capability(compared, old, name), SEEN)


def _describe_capability(compared: OrgPair, old: Seat, name: str) -> str:
    """What happened to a capability of the seat `old`."""
    if name in compared.after.seats[old.id].capabilities:
        return f'the capability {name} of {old.id} was "{old.capabilities.get(name, "")}"'
    heirs = [seat.id for seat in compared.after.seats.values() if name in seat.capabilities and not seat.is_retired]
    return f"{old.id} loses the capability {name}; {f'{heirs[0]} has it' if heirs else 'no seat has it'} now"


def seat_moved(compared: OrgPair) -> Iterator[Finding]:
    """A seat reports to another seat, by a full or a dotted line, or its status was changed.

    This is allowed, but the seats above and below should know.

    Bad:

        -reports_to: radar
        +reports_to: david     (Radar still relies on the seat)

    Good:

        the same change, reviewed by both

    Fix: nothing, if it is intended.
    """
    for old, new in _seats_in_both(compared):
        if old.reports_to != new.reports_to:
            message = f"{new.id} moves from {old.reports_to or 'the top'} to {new.reports_to or 'the top'} on the chart"
            yield Finding(new.marks.value_place("reports_to"), message, SEEN)
        was, now = (sorted(set(one.also_reports_to)) for one in (old, new))
        if was != now:
            change = f"changes from {join_with_and(was) or 'none'} to {join_with_and(now) or 'none'}"
            yield Finding(new.marks.value_place("also_reports_to"), f"the dotted line of {new.id} {change}", SEEN)
        if old.status is not new.status and not old.is_retired and not new.is_retired:
            yield Finding(new.marks.value_place("status"), f"{new.id} changes from {old.status} to {new.status}", SEEN)


def kind_changed(compared: OrgPair) -> Iterator[Finding]:
    """The kind of a seat was changed: agent, human or group.

    This one word decides who may own seats and decide retirements: an agent that calls itself human could answer for
    others. If a person takes over an agent's work, or an agent a person's, add a new seat and retire the old one.

    Bad:

        -kind: agent
        +kind: human

    Good:

        orgtp retire scout --to ben

    Fix: restore the old kind, unless it was wrong from the start.
    """
    for old, new in _seats_in_both(compared):
        if old.kind is not new.kind:
            hint = f"Restore it: orgtp seat set {new.id} kind={old.kind}. A new worker gets a new seat."
            yield Finding(new.marks.value_place("kind"), f"{new.id} changes from {old.kind} to {new.kind}", hint)


def waiver_added(compared: OrgPair) -> Iterator[Finding]:
    """A metric waives a rule, or for another reason than before.

    A waiver permanently silences one finding, with its reason in the file. Whoever merges it agrees with the reason.

    Bad:

        +waive: {metric-activity: later}

    Good:

        +waive: {metric-activity: The client pays for each article.}

    Fix: nothing, if you agree with the reason.
    """
    for seat in compared.after.seats.values():
        old = compared.before.seats.get(seat.id)
        for name, metric in seat.metrics.items():
            known: Mapping[str, str] = old.metrics[name].waive if old and name in old.metrics else {}
            for rule, why in metric.waive.items():
                if known.get(rule) != why:
                    before = f', before: "{known[rule]}"' if rule in known else ""
                    message = f'{seat.id} {name} waives {rule}: "{why}"{before}'
                    yield Finding(seat.marks.key_place("metrics", name, "waive", rule), message, SEEN)


def policy_changed(compared: OrgPair) -> Iterator[Finding]:
    """The policy, time zone, holidays or ledger branch in org.yaml were changed.

    The policy decides who may record for others, who decides a retirement, and which words make an outcome. The time
    zone decides when a week ends, and on a holiday nothing is due. An unnoticed change here changes the meaning of
    everything else.

    Bad:

        policy:
          retirement:
            approvers: [david, jeff]     (added by Jeff)

    Good:

        the same change, approved by David

    Fix: nothing, if it is intended: ask the people that the policy names to review it.
    """
    for change in compared.key_changes("org.yaml"):
        if _is_reported(change, "org", change.keys, "policy-changed"):
            was, now = change.before or "empty", change.after or "empty"
            if change.keys == ("routing",):
                was, now = _format_routes(compared.before), _format_routes(compared.after)
            place = compared.after.marks.value_place(*change.keys)
            yield Finding(place, f"{'.'.join(change.keys)} changes from {was} to {now}", SEEN)


def mailmap_changed(compared: OrgPair) -> Iterator[Finding]:
    """A line of `.mailmap` was added or removed.

    The mailmap decides whose name `orgtp log`, `orgtp seat blame` and `orgtp diff` show for commits, past ones as well.
    It changes nobody's permissions, and the audit ignores it.

    Bad:

        +Bogdan <bogdan@example.com> <kristen@example.com>      (Kristen's commits are shown as Bogdan's)

    Good:

        +Kristen <kristen@example.com> <7+kristen@users.noreply.github.com>

    Fix: nothing, if both addresses belong to the same person.
    """
    sides = [side.get(MAILMAP_PATH, b"").decode(errors="replace").split("\n") for side in (compared.old, compared.new)]
    before, after = ([line.strip() for line in lines] for lines in sides)
    for number, line in enumerate(after, 1):
        if line not in before and "<" in line and not line.startswith("#"):
            yield Finding(Place(MAILMAP_PATH, number), f'authors are shown by a new line: "{line}"', SEEN)
    for line in before:
        if line not in after and "<" in line and not line.startswith("#"):
            yield Finding(Place(MAILMAP_PATH), f'authors are no longer shown by the line "{line}"', SEEN)


def _format_routes(org: Org) -> str:
    """The routing tree as a sentence, which is easier to read than its YAML."""
    return "; ".join(branch.text for branch in org.routing) or "empty"


SEEN = "Nothing to fix if it is intended; a reviewer should see it before it is merged."


def _find_key_changes(compared: OrgPair, rule: str) -> Iterator[Finding]:
    """The changed keys of seats that `rule` reports according to the table of decisions."""
    for _, new in _seats_in_both(compared):
        for change in compared.key_changes(seat_path(new.id)):
            if _is_reported(change, "seat", change.keys, rule):
                message = f"the {'.'.join(change.keys)} of {new.id} {_format_change(change)}"
                yield Finding(new.marks.value_place(*change.keys), message, SEEN)


def _is_reported(change: KeyChange, schema: str, keys: Keys, rule: str) -> bool:
    """Whether `rule` reports the change of a key."""
    decision = find_decision(schema, keys)
    return bool(decision and decision.rule == rule and not decision.has_same_meaning(change.before, change.after))


def _format_change(change: KeyChange) -> str:
    """`changes from "Bot" to "Bob"`."""
    was, now = ("not set" if text is None else f'"{text}"' for text in (change.before, change.after))
    return f"changes from {was} to {now}"


def _seats_in_both(compared: OrgPair) -> Iterator[tuple[Seat, Seat]]:
    """Yield each seat that exists both before and after, as (old, new)."""
    before = compared.before.seats
    return ((before[seat.id], seat) for seat in compared.after.seats.values() if seat.id in before)


@dataclass(frozen=True, slots=True)
class MetricPair:
    """A metric before and after. `seat` has it now, and `giver` had it before; they differ if it moved.

    The new one may be another metric, which continues the old one.
    """

    giver: Seat
    seat: Seat
    old: Metric
    new: Metric
    old_keys: KeyValues
    new_keys: KeyValues
    end: Period | None

    @property
    def move(self) -> str:
        """The end of a message: where the metric comes from, if it moved."""
        return "" if self.giver.id == self.seat.id else f", as it passes from {self.giver.id} to {self.seat.id}"

    @property
    def key_changes(self) -> Iterator[KeyChange]:
        """The keys of the metric that differ, from the metric down."""
        sides = [
            {keys[2:]: text for keys, text in values.items() if keys[:2] == ("metrics", metric.id)}
            for metric, values in ((self.old, self.old_keys), (self.new, self.new_keys))
        ]
        return compare_keys(*sides)

    @property
    def is_continued(self) -> bool:
        """Whether the new metric continues the old one."""
        return self.new.predecessor == (self.giver.id, self.old.id)

    def list_targets(self, metric: Metric) -> Targets:
        """The targets of one of the two: from the changeover on, if the new metric continues the old one."""
        end = self.end if self.is_continued else None
        if end is None or not metric.targets.dated:
            return metric.targets
        begin = find_first_period_after(end, self.new.cadence.grain)
        current = metric.targets.target_for(begin) or metric.targets.dated[0][1]
        later = ((start, one) for start, one in metric.targets.dated if start and start.start > begin.start)
        return Targets(((None, current), *later))


def _pair_metrics(compared: OrgPair) -> Iterator[MetricPair]:
    """Yield each metric that exists both before and after, of the same seat or passed on to another."""
    givers = _find_givers(compared)
    for seat in compared.after.seats.values():
        path = seat_path(seat.id)
        for name, metric in seat.metrics.items() if path in compared.new else ():
            same = compared.before.seats.get(seat.id)
            giver = same if same and name in same.metrics else givers.get((seat.id, name)) or givers.get(("", name))
            found = (giver, name) if giver else _find_continued(compared, metric)
            if found:
                giver, held = found[0], found[0].metrics[found[1]]
                old_keys = compared.old_keys.get(seat_path(giver.id), NO_KEYS)
                now = compared.after.seats.get(giver.id)
                end = now.metrics[held.id].ends if now and held.id in now.metrics else None
                new_keys = compared.new_keys.get(path, NO_KEYS)
                yield MetricPair(giver, seat, held, metric, old_keys, new_keys, end)


def _find_continued(compared: OrgPair, metric: Metric) -> tuple[Seat, str] | None:
    """The metric that a new one continues, with its seat, as it was before."""
    past = metric.predecessor
    seat = compared.before.seats.get(past.seat) if past else None
    return (seat, past.metric) if past and seat and past.metric in seat.metrics else None


def _find_givers(compared: OrgPair) -> dict[tuple[str, str], Seat]:
    """The seats that a metric came from: by (heir, metric) as a new record says, and by ("", metric) if it was lost."""
    found: dict[tuple[str, str], Seat] = {}
    for old in compared.before.seats.values():
        new, record = compared.after.seats.get(old.id), compared.after.retirements.get(old.id)
        for name in old.metrics if seat_path(old.id) in compared.old else ():
            if record and not old.is_retired and record.metrics.get(name):
                found[record.metrics[name], name] = old
            elif new is None or name not in new.metrics:
                found.setdefault(("", name), old)
    return found


def _format_targets(targets: Targets) -> str:
    """Format the targets: `>= 3`, or `>= 3 from 2026-W01, >= 5 from 2026-W48`."""
    if not targets.dated:
        return "none"
    return ", ".join(f"{target.text} from {begin.text}" if begin else target.text for begin, target in targets.dated)
