"""What a commit says it did, held against what it did: trailers are claims, the trees are what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from orgtp.audit.model import CommitChanges, TreeChange, Violation
from orgtp.model.escalation import ESCALATIONS_FOLDER, is_path_about
from orgtp.model.org import Retirement
from orgtp.model.text import join_with_and
from orgtp.model.trailers import TrailerClaims

# Where an action of orgtp writes; a retirement takes the seat off the lists in org.yaml, and what is open about it goes
# to its owner.
_REACH: Mapping[str, tuple[str, ...]] = {
    "score": ("scores/",),
    "add": ("seats/",),
    "set": ("seats/",),
    "retire": ("seats/", "retirements/", "org.yaml", ESCALATIONS_FOLDER),
    "escalate": (ESCALATIONS_FOLDER,),
}
# What an action cannot be without.
_BRINGS = {
    "score": ("scores/", "value"),
    "retire": ("retirements/", "retirement record"),
    "escalate": (ESCALATIONS_FOLDER, "escalation"),
}
# What an action has nothing to say of: the first commit of an org, and what a later orgtp may do.
_ANYTHING = "init"
FORGED, HIDDEN, MISMATCH = "trailer-forged", "trailer-hidden", "trailer-mismatch"
_RECORD = "The history shows it for good; say in a new commit what really happened."


def find_hidden_trailers(deed: CommitChanges, claims: TrailerClaims) -> Iterator[Violation]:
    """Trailers that one reader sees and another does not."""
    for line, why in claims.odd:
        yield deed.violation(
            HIDDEN, f'"{line}" looks like a trailer and is not read as one: {why}', after=line, hint=_RECORD
        )


def is_plain_score_commit(claims: TrailerClaims, paths: Iterable[str]) -> bool:
    """Whether a commit that touched `paths` is beyond doubt what it claims to be: values of the seats that it names."""
    if claims.action != "score" or claims.blocks or claims.odd or claims.approved_by:
        return False
    touched = tuple(map(_scored_seat, paths))
    # Of one seat, as nearly always, nothing needs sorting.
    same = touched == claims.seats or set(touched) == set(claims.seats)
    return same and bool(touched) and "" not in touched


@lru_cache(maxsize=1 << 16)
def _scored_seat(path: str) -> str:
    return path.split("/")[1] if path.startswith("scores/") and path.endswith(".jsonl") else ""


def find_mismatches(deed: CommitChanges, claims: TrailerClaims, known: Callable[[str], bool]) -> Iterator[Violation]:
    """What the trailers say and the trees do not. `known` says whether a seat was there then."""
    for key, seat in dict.fromkeys(who for one in claims.all for who in _named_actors(one)):
        if not known(seat):
            yield deed.violation(FORGED, f'{key} names "{seat}", and there was no such seat', after=seat)
    actions = {one.action for one in claims.all if one.action}
    if actions or claims.seats:
        yield from _check_seats(deed, claims)
    if _ANYTHING in actions:
        yield from _check_init(deed)
    elif actions and actions <= _REACH.keys() and not claims.partly:
        yield from _check_paths(deed, actions)


def _check_init(deed: CommitChanges) -> Iterator[Violation]:
    """The first commit of an org may bring anything; no other may call itself so."""
    head = deed.own_changes.get("org.yaml")
    if head is None or head.old is not None:
        yield deed.violation(MISMATCH, "it says init, and begins no org", after=_ANYTHING, hint=_RECORD)


def _named_actors(claims: TrailerClaims) -> Iterator[tuple[str, str]]:
    """Who is said to have had a hand in it, each with the trailer that says so."""
    named = (("Orgtp-By", claims.by), ("Orgtp-Approved-By", claims.approved_by))
    return (pair for pair in named if pair[1])


def _check_seats(deed: CommitChanges, claims: TrailerClaims) -> Iterator[Violation]:
    """Seats that are named and were not touched, or touched and not named.

    A merge may name what it brings: a forge writes the words of a pull request into it.
    """
    touched = {seat for path in deed.against[0] if (seat := seat_of_path(path))}
    named = {seat for one in claims.all for seat in one.seats}
    trouble = [path for path in deed.against[0] if path.startswith(ESCALATIONS_FOLDER)]
    for seat in sorted(seat for seat in named - touched if not any(is_path_about(path, seat) for path in trouble)):
        yield deed.violation(FORGED, f'Orgtp-Seat names "{seat}", and nothing of {seat} was touched', after=seat)
    if claims.partly or _ANYTHING in {one.action for one in claims.all}:
        return
    for path, seat in sorted((path, seat_of_path(path)) for path in deed.own_changes):
        if path.startswith(ESCALATIONS_FOLDER) and not any(is_path_about(path, seat) for seat in named):
            yield deed.violation(MISMATCH, f"it touches {path}, and no Orgtp-Seat says so", path=path, hint=_RECORD)
        elif seat and seat not in named:
            message = f"it touches the seat {seat}, and no Orgtp-Seat says so"
            yield deed.violation(MISMATCH, message, path=path, hint=_RECORD)


def _check_paths(deed: CommitChanges, actions: Iterable[str]) -> Iterator[Violation]:
    """Files that no such action touches."""
    reach = tuple({place for action in actions for place in _REACH[action]})
    for path in sorted(deed.own_changes):
        if not path.startswith(reach):
            message = f"it says {join_with_and(sorted(actions))} and changes {path}"
            yield deed.violation(MISMATCH, message, path=path, after=join_with_and(sorted(actions)), hint=_RECORD)
    for action, (place, what) in _BRINGS.items():
        if action in actions and not any(path.startswith(place) for path in deed.against[0]):
            yield deed.violation(MISMATCH, f"it says {action}, and brings no {what}", after=action, hint=_RECORD)


def find_wrong_approvers(
    deed: CommitChanges, claims: TrailerClaims, records: Iterable[tuple[str, Retirement]]
) -> Iterator[Violation]:
    """A retirement whose record names another decider than the trailer does."""
    said = dict.fromkeys(one.approved_by for one in claims.all if one.approved_by)
    for path, record in records:
        if said and record.decided_by not in said:
            message = (
                f"Orgtp-Approved-By says {join_with_and(said)}, and the record says {record.decided_by or 'nobody'}"
            )
            yield deed.violation(FORGED, message, path=path, before=record.decided_by, after=join_with_and(said))


def select_named_seats(seats: Iterable[str], paths: Iterable[str]) -> set[str]:
    """Those of `seats` that something of the `paths` is about."""
    touched = list(paths)
    return {seat for seat in seats if any(seat_of_path(path) == seat or is_path_about(path, seat) for path in touched)}


def seat_of_path(path: str) -> str:
    """The seat whose file, record or values a path is; "" where it is none of them."""
    folder, _, rest = path.partition("/")
    if folder == "scores":
        return rest.partition("/")[0] if rest.endswith(".jsonl") else ""
    return rest.removesuffix(".yaml") if folder in {"seats", "retirements"} and rest.endswith(".yaml") else ""


def find_unknown_actions(claims: TrailerClaims) -> set[str]:
    """Actions that this orgtp does not know: what they claim was not held against anything."""
    return {one.action for one in claims.all if one.action} - _REACH.keys() - {_ANYTHING}


def new_retirement_paths(own: Mapping[str, TreeChange]) -> list[str]:
    """The paths of retirement records that a commit brings."""
    return sorted(path for path, entry in own.items() if path.startswith("retirements/") and entry.old is None)
