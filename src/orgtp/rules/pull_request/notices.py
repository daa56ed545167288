"""Rules on changes that a pull request may make, but that reviewers should notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from orgtp.model.commit import MAILMAP_PATH
from orgtp.model.org import WORD_TOPICS, Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Keys, Place
from orgtp.model.seat import Seat
from orgtp.model.target import Targets
from orgtp.model.verdict_changes import compare_verdicts
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

    Fix: nothing, if it is intended. `orgtp seat set SEAT "metrics.METRIC.target.2026-W48=>= 90%"` dates it.
    """
    for seat, metric in _metrics_in_both(compared):
        old, new = compared.before.seats[seat.id].metrics[metric].targets, seat.metrics[metric].targets
        if old != new and new.dated:
            message = f"the target of {seat.id} {metric} changes from {_format_targets(old)} to {_format_targets(new)}"
            yield Finding(seat.marks.value_place("metrics", metric, "target"), message, _SEEN)


def past_verdict_changed(compared: OrgPair, now: datetime) -> Iterator[Finding]:
    """Past periods of a metric are judged differently than before.

    A target without a date, another `per`, a later `since` or a new holiday also changes how earlier values are judged.
    The message says how many periods change, and in which direction.

    Bad:

        -target: ">= 95%"
        +target: ">= 60%"      (five misses become hits)

    Good:

        +target: {2026-W01: ">= 95%", 2026-W48: ">= 90%"}

    Fix: nothing, if it is intended. `orgtp seat set SEAT "metrics.METRIC.target=>= 90%"` keeps the past as it is.
    """
    for change in compare_verdicts(compared.before, compared.after, now):
        place = compared.after.seats[change.seat].marks.key_place("metrics", change.metric)
        yield Finding(place, f"{change.seat} {change.metric}: {change.summary}", _SEEN)


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
        for name, metric in old.metrics.items():
            now = new.metrics.get(name)
            if now is None and ("metrics", name) not in new.marks.keys:
                yield Finding(new.marks.value_place("metrics"), f"{new.id} loses the metric {name}", _SEEN)
            elif now and now.outcome != metric.outcome:
                place = new.marks.value_place("metrics", name, "outcome")
                yield Finding(place, f'the outcome of {new.id} {name} was "{metric.outcome}"', _SEEN)


def metric_changed(compared: OrgPair) -> Iterator[Finding]:
    """The name, cadence, due time, rollup, `per` or `allow_misses` of a metric was changed.

    The values stay, but their meaning changes. A monthly target that becomes quarterly is a third of what it was, and
    the highest value of a week is not the same as the last. A later due time hides late values.

    Bad:

        -name: Talks booked from leads
        +name: Leads found

    Good:

        a new metric next to the old one, with its own id and values

    Fix: nothing, if it is intended: ask the owner to review it.
    """
    for seat, name in _metrics_in_both(compared):
        old, new = compared.before.seats[seat.id].metrics[name], seat.metrics[name]
        for key in ("name", "cadence", "per", "due", "rollup", "allow_misses"):
            was, now = (str(getattr(metric, key) or "") for metric in (old, new))
            if was != now:
                shown = [f'"{text}"' if text else "not set" for text in (was, now)]
                message = f"the {key} of {seat.id} {name} changes from {shown[0]} to {shown[1]}"
                yield Finding(seat.marks.value_place("metrics", name, key), message, _SEEN)


def seat_moved(compared: OrgPair) -> Iterator[Finding]:
    """A seat reports to another seat, or its status was changed.

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
            yield Finding(new.marks.value_place("reports_to"), message, _SEEN)
        if old.status is not new.status and not old.is_retired and not new.is_retired:
            yield Finding(new.marks.value_place("status"), f"{new.id} changes from {old.status} to {new.status}", _SEEN)


def kind_changed(compared: OrgPair) -> Iterator[Finding]:
    """The kind of a seat was changed from agent to human, or from human to agent.

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
            hint = f"Restore it; for a new worker, add a new seat, then: orgtp retire {new.id} --to HEIR"
            yield Finding(new.marks.value_place("kind"), f"{new.id} changes from {old.kind} to {new.kind}", hint)


def waiver_added(compared: OrgPair) -> Iterator[Finding]:
    """A metric waives a rule.

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
            for rule in (rule for rule in metric.waive if rule not in known):
                message = f'{seat.id} {name} waives {rule}: "{metric.waive[rule]}"'
                yield Finding(seat.marks.key_place("metrics", name, "waive", rule), message, _SEEN)


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
    if not compared.before.id or compared.after.is_unreadable("org.yaml"):
        return
    old, new = _format_org_settings(compared.before), _format_org_settings(compared.after)
    for keys, now in new.items():
        if old[keys] != now:
            message = f"{'.'.join(keys)} changes from {old[keys] or 'empty'} to {now or 'empty'}"
            yield Finding(compared.after.marks.value_place(*keys), message, _SEEN)


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
            yield Finding(Place(MAILMAP_PATH, number), f'authors are shown by a new line: "{line}"', _SEEN)
    for line in before:
        if line not in after and "<" in line and not line.startswith("#"):
            yield Finding(Place(MAILMAP_PATH), f'authors are no longer shown by the line "{line}"', _SEEN)


_SEEN = "Nothing to fix if it is intended; a reviewer should see it before it is merged."


def _seats_in_both(compared: OrgPair) -> Iterator[tuple[Seat, Seat]]:
    """Yield each seat that exists both before and after, as (old, new)."""
    before = compared.before.seats
    return ((before[seat.id], seat) for seat in compared.after.seats.values() if seat.id in before)


def _metrics_in_both(compared: OrgPair) -> Iterator[tuple[Seat, str]]:
    return ((new, name) for old, new in _seats_in_both(compared) for name in new.metrics if name in old.metrics)


def _format_org_settings(org: Org) -> dict[Keys, str]:
    """Map the keys of org.yaml to their values as text."""
    policy = org.policy
    return {
        ("org",): org.id,
        ("timezone",): str(org.zone),
        ("holidays",): ", ".join(str(day) for day in sorted(org.holidays)),
        ("branch",): org.branch,
        ("policy", "grace"): str(policy.grace),
        ("policy", "scorekeepers"): ", ".join(policy.scorekeepers),
        ("policy", "push"): "yes" if policy.push else "no",
        ("policy", "retirement", "approvers"): ", ".join(policy.approvers),
        ("policy", "require_signatures_since"): policy.signed_since,
        ("policy", "forges"): ", ".join(policy.forges),
        ("policy", "escalation", "acknowledge"): str(policy.escalation.acknowledge),
        ("policy", "escalation", "within"): str(policy.escalation.within),
        ("policy", "escalation", "resolve"): str(policy.escalation.resolve),
        ("policy", "escalation", "hours"): policy.escalation.hours,
        ("routing",): "; ".join(branch.text for branch in org.routing),
        **{("policy", "words", name): ", ".join(policy.words.get(name, ())) for name in WORD_TOPICS},
    }


def _format_targets(targets: Targets) -> str:
    """Format the targets: `>= 3`, or `>= 3 from 2026-W01, >= 5 from 2026-W48`."""
    if not targets.dated:
        return "none"
    return ", ".join(f"{target.text} from {begin.text}" if begin else target.text for begin, target in targets.dated)
