"""What a pull request may do but must be seen doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orgtp.model.org import WORD_TOPICS, Org
from orgtp.model.org_pair import OrgPair
from orgtp.model.problem import Keys
from orgtp.model.seat import Seat
from orgtp.model.target import Targets
from orgtp.rules.rule import Finding


def target_changed(compared: OrgPair) -> Iterator[Finding]:
    """A target was changed.

    Nothing is wrong with that, and everybody who reads the scorecard wants to know: the same number may be on target
    today and off target tomorrow. A dated target keeps the periods before it as they were judged.

    Bad:

        -target: ">= 95%"
        +target: ">= 60%"      (all that was ever missed is on target now)

    Good:

        +target: {2026-W01: ">= 95%", 2026-W48: ">= 90%"}

    Fix: nothing, if it is meant. `orgtp seat set SEAT "metrics.METRIC.target.2026-W48=>= 90%"` dates it.
    """
    for seat, metric in _kept_metrics(compared):
        old, new = compared.before.seats[seat.id].metrics[metric].targets, seat.metrics[metric].targets
        if old != new and new.dated:
            message = f"the target of {seat.id} {metric} was {_told(old)} and becomes {_told(new)}"
            yield Finding(seat.marks.value_place("metrics", metric, "target"), message, _SEEN)


def owner_changed(compared: OrgPair) -> Iterator[Finding]:
    """Another person answers for a seat.

    Nothing is wrong with that; both should know of it before it is merged.

    Bad:

        -owner: bogdan
        +owner: kristen        (and Kristen hears of it when something breaks)

    Good:

        the same, and Kristen approved the pull request

    Fix: nothing, if it is meant: have both look at it.
    """
    for old, new in _kept_seats(compared):
        if old.owner != new.owner and new.owner:
            message = f"{new.id} was answered for by {old.owner or 'nobody'}, and will be by {new.owner}"
            yield Finding(new.marks.value_place("owner"), message, "Both should look at this before it is merged.")


def outcome_changed(compared: OrgPair) -> Iterator[Finding]:
    """The outcome that a metric serves was changed, or a metric was taken away.

    What a seat is there for is the owner's to say, and a number that is not measured any more is easily missed.

    Bad:

        -outcome: Clients are billed for what was done, once
        +outcome: Things are checked

    Good:

        a new metric beside the old one, with values of its own

    Fix: nothing, if it is meant: have the owner look at it.
    """
    for old, new in _kept_seats(compared):
        for name, metric in old.metrics.items():
            now = new.metrics.get(name)
            if now is None and ("metrics", name) not in new.marks.keys:
                yield Finding(new.marks.value_place("metrics"), f"{new.id} is no longer measured on {name}", _SEEN)
            elif now and now.outcome != metric.outcome:
                place = new.marks.value_place("metrics", name, "outcome")
                yield Finding(place, f'the outcome of {new.id} {name} was "{metric.outcome}"', _SEEN)


def metric_changed(compared: OrgPair) -> Iterator[Finding]:
    """The name, cadence, due time or rollup of a metric was changed: from now on it says something else, or later.

    The numbers stay and their meaning moves. A monthly target that becomes a quarterly one is a third of what it was,
    and the greatest value of a week says something else than the last. A due time that is later hides what is late.

    Bad:

        -name: Talks booked from leads
        +name: Leads found

    Good:

        a new metric beside the old one, with an id and values of its own

    Fix: nothing, if it is meant: have the owner look at it.
    """
    for seat, name in _kept_metrics(compared):
        old, new = compared.before.seats[seat.id].metrics[name], seat.metrics[name]
        for key in ("name", "cadence", "due", "rollup"):
            was, now = str(getattr(old, key)), str(getattr(new, key))
            if was != now:
                told = [f'"{text}"' if text else "not set" for text in (was, now)]
                message = f"the {key} of {seat.id} {name} was {told[0]}, and is {told[1]}"
                yield Finding(seat.marks.value_place("metrics", name, key), message, _SEEN)


def seat_moved(compared: OrgPair) -> Iterator[Finding]:
    """A seat reports to another one, or its status was changed.

    Nothing is wrong with that; the seats above and below want to know.

    Bad:

        -reports_to: radar
        +reports_to: david     (and Radar goes on counting on it)

    Good:

        the same, and both looked at the pull request

    Fix: nothing, if it is meant.
    """
    for old, new in _kept_seats(compared):
        if old.reports_to != new.reports_to:
            message = f"{new.id} reported to {old.reports_to or 'nobody'}, and will to {new.reports_to or 'nobody'}"
            yield Finding(new.marks.value_place("reports_to"), message, _SEEN)
        if old.status is not new.status and not old.is_retired and not new.is_retired:
            yield Finding(new.marks.value_place("status"), f"{new.id} was {old.status}, and is {new.status}", _SEEN)


def kind_changed(compared: OrgPair) -> Iterator[Finding]:
    """A seat that was an agent's becomes a human's, or the other way round.

    Who may own and who may decide hangs on this one word: an agent that calls itself human answers for others. A person
    who takes over an agent's work, or the other way round, is a new seat, and the old one is retired.

    Bad:

        -kind: agent
        +kind: human

    Good:

        orgtp retire scout --to ben

    Fix: put the old kind back, unless it was a slip from the start.
    """
    for old, new in _kept_seats(compared):
        if old.kind is not new.kind:
            hint = f"Put it back; who takes over is a new seat: orgtp retire {new.id} --to HEIR"
            yield Finding(new.marks.value_place("kind"), f"{new.id} was {old.kind}, and is {new.kind} here", hint)


def waiver_added(compared: OrgPair) -> Iterator[Finding]:
    """A metric was excused from a rule.

    A waiver silences one finding for good, with its reason in the file. Whoever merges it agrees with the reason.

    Bad:

        +waive: {metric-activity: later}

    Good:

        +waive: {metric-activity: The client pays for each article.}

    Fix: nothing, if the reason holds.
    """
    for seat in compared.after.seats.values():
        old = compared.before.seats.get(seat.id)
        for name, metric in seat.metrics.items():
            known: Mapping[str, str] = old.metrics[name].waive if old and name in old.metrics else {}
            for rule in (rule for rule in metric.waive if rule not in known):
                message = f'{seat.id} {name} is excused from {rule}: "{metric.waive[rule]}"'
                yield Finding(seat.marks.key_place("metrics", name, "waive", rule), message, _SEEN)


def policy_changed(compared: OrgPair) -> Iterator[Finding]:
    """The organisation's own file was changed: its policy, time zone, holidays or ledger branch.

    The policy says who may record for others, who decides a retirement, and which words make an outcome; the time zone
    says when a week ends, and on a holiday nothing is due. Whoever can change these unseen can change what everything
    else means.

    Bad:

        policy:
          retirement:
            approvers: [david, jeff]     (added by the one who wants to be an approver)

    Good:

        the same, approved by David

    Fix: nothing, if it is meant: have those whom the policy names look at it.
    """
    if not compared.before.id or compared.after.is_unreadable("org.yaml"):
        return
    old, new = _told_head(compared.before), _told_head(compared.after)
    for keys, now in new.items():
        if old[keys] != now:
            message = f"{'.'.join(keys)} was {old[keys] or 'empty'}, and is {now or 'empty'}"
            yield Finding(compared.after.marks.value_place(*keys), message, _SEEN)


_SEEN = "Nothing to mend if it is meant; it should be seen before it is merged."


def _kept_seats(compared: OrgPair) -> Iterator[tuple[Seat, Seat]]:
    """Each seat as it was and as it is, if it is there at both."""
    before = compared.before.seats
    return ((before[seat.id], seat) for seat in compared.after.seats.values() if seat.id in before)


def _kept_metrics(compared: OrgPair) -> Iterator[tuple[Seat, str]]:
    return ((new, name) for old, new in _kept_seats(compared) for name in new.metrics if name in old.metrics)


def _told_head(org: Org) -> dict[Keys, str]:
    """What org.yaml says, key by key."""
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
        ("routing",): "; ".join(branch.told for branch in org.routing),
        **{("policy", "words", name): ", ".join(policy.words.get(name, ())) for name in WORD_TOPICS},
    }


def _told(targets: Targets) -> str:
    """The targets in words: `>= 3`, or `>= 3 from 2026-W01, >= 5 from 2026-W48`."""
    if not targets.dated:
        return "none"
    return ", ".join(f"{target.text} from {begin.text}" if begin else target.text for begin, target in targets.dated)
