"""Compare the trailers of a commit with its changes. Trailers are claims; the trees show what happened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from orgtp.audit.model import AuditNote, CommitChanges, TreeChange, Violation
from orgtp.model.escalation import ESCALATIONS_FOLDER, is_path_about
from orgtp.model.org import Org, Retirement
from orgtp.model.records.kinds import RECORD_KINDS, RETIREMENT, SCORE, RecordKind, find_kind, find_kind_of_file
from orgtp.model.text import join_with_and
from orgtp.model.trailers import TrailerClaims

# The paths that each action of orgtp writes, besides records. A retirement also removes the seat from the lists in
# org.yaml. Where a metric continues another one, routes in org.yaml follow it.
_OTHER_PATHS: Mapping[str, tuple[str, ...]] = {
    "add": ("seats/",),
    "import": ("seats/",),
    "set": ("seats/",),
    "metric-add": ("seats/",),
    "metric-target": ("seats/",),
    "metric-set": ("seats/",),
    "metric-end": ("seats/",),
    "metric-rename": ("seats/", "org.yaml"),
    "metric-move": ("seats/", "org.yaml"),
    "metric-recadence": ("seats/", "org.yaml"),
    "metric-rebase": ("seats/",),
    "delegate": ("seats/",),
    "org": ("org.yaml",),
    "holiday": ("org.yaml",),
    "handover": ("seats/",),
    "vacate": ("seats/", "org.yaml"),
    "leave": ("seats/", "org.yaml"),
    "move": ("seats/",),
    "own": ("seats/",),
    "pause": ("seats/",),
    "resume": ("seats/",),
    "rename": ("seats/",),
    "split": ("seats/", "org.yaml"),
    "retire": ("seats/", "org.yaml"),
    "upgrade": ("seats/", "org.yaml", ".orgtp/", ".gitattributes", ".github/", ".gitlab-ci.yml"),
    "undo": ("seats/", "org.yaml"),
}
# The paths that every action writes: also those of the records that it hands over, or adds.
_ALLOWED_PATHS: Mapping[str, tuple[str, ...]] = {
    action: (
        *_OTHER_PATHS.get(action, ()),
        *(kind.place for kind in RECORD_KINDS if action in kind.actions or action in kind.also_in),
    )
    for action in sorted({*_OTHER_PATHS, *(action for kind in RECORD_KINDS for action in kind.actions)})
}
# The path that every commit of an action must change, and what it adds.
_REQUIRED_PATHS = {"org": ("org.yaml", "setting of the org"), "holiday": ("org.yaml", "holiday")} | {
    action: (kind.place, what) for kind in RECORD_KINDS for action, what in kind.actions.items()
}
# The seats that the content of a changed file says it is about.
FindSubjects = Callable[[str], Collection[str]]
# The first commit of an org may change any path.
_ANYTHING = "init"
FORGED, HIDDEN, MISMATCH = "trailer-forged", "trailer-hidden", "trailer-mismatch"
_RECORD = "The commit stays in the history. Describe what really happened in a new commit."


def find_hidden_trailers(changes: CommitChanges, claims: TrailerClaims) -> Iterator[Violation]:
    """Find lines that look like trailers but that git does not read as trailers."""
    for line, why in claims.odd:
        yield changes.violation(
            HIDDEN, f'"{line}" looks like a trailer but is not read as one: {why}', after=line, hint=_RECORD
        )


def find_false_claims(
    changes: CommitChanges,
    claims: TrailerClaims,
    known: Callable[[str], bool],
    records: Sequence[tuple[str, Retirement]],
    find_subjects: FindSubjects = lambda _path: (),
) -> Iterator[Violation]:
    """Find trailers that disagree with the changes, and lines that look like trailers but are not read as such.

    Trailers that are not in the last paragraph are only a note if all that the message claims is what happened.
    `known` returns whether a seat existed at the commit; `records` are the retirement records that it adds.
    `find_subjects` returns the seats that a record is about, before and after.
    """
    whole = claims.with_misplaced
    if claims.misplaced and whole and not list(find_false_claims(changes, whole, known, records, find_subjects)):
        return
    yield from find_hidden_trailers(changes, claims)
    yield from find_mismatches(changes, claims, known, find_subjects)
    yield from find_wrong_approvers(changes, claims, records)


def note_trailer_places(changes: CommitChanges, claims: TrailerClaims) -> Iterator[AuditNote]:
    """Note trailers that are right, but where git does not read them, or with carriage returns or blanks at the end."""
    if claims.misplaced:
        what = "its trailers agree with its changes, but are not in the last paragraph, where git reads them"
        yield AuditNote(what, changes.commit.id)
    elif claims.untidy:
        yield AuditNote(
            "its trailers end with carriage returns or blanks, or have keys in another case", changes.commit.id
        )


def is_plain_score_commit(claims: TrailerClaims, paths: Iterable[str]) -> bool:
    """Whether a commit certainly matches its trailers: `paths` are score files of exactly the seats that it names."""
    if (
        claims.action != "score"
        or claims.blocks
        or claims.odd
        or claims.untidy
        or claims.approved_by
        or claims.acting_for
    ):
        return False
    touched = tuple(map(_find_scored_seat, paths))
    # Usually there is one seat; then no sets are needed.
    same = touched == claims.seats or set(touched) == set(claims.seats)
    return same and bool(touched) and "" not in touched


@lru_cache(maxsize=1 << 16)
def _find_scored_seat(path: str) -> str:
    return SCORE.find_seat(path) if path.startswith(SCORE.folder) and path.endswith(SCORE.suffix) else ""


def find_mismatches(
    changes: CommitChanges,
    claims: TrailerClaims,
    known: Callable[[str], bool],
    find_subjects: FindSubjects = lambda _path: (),
) -> Iterator[Violation]:
    """Find trailers that disagree with the changes. `known` returns whether a seat existed at the commit."""
    for key, seat in dict.fromkeys(who for one in claims.all for who in _list_named_actors(one)):
        if not known(seat):
            yield changes.violation(FORGED, f'{key} names "{seat}", but there was no such seat', after=seat)
    actions = {one.action for one in claims.all if one.action}
    if actions or claims.seats:
        yield from _check_seats(changes, claims, find_subjects)
    if _ANYTHING in actions:
        yield from _check_init(changes)
    elif actions and actions <= _ALLOWED_PATHS.keys() and not claims.partly:
        yield from _check_paths(changes, actions)


def find_unnamed_withdrawals(
    changes: CommitChanges, claims: TrailerClaims, withdrawn: Iterable[str]
) -> Iterator[Violation]:
    """Find files in which a commit withdraws a value although its actions are others."""
    actions = {one.action for one in claims.all if one.action}
    if not actions or not actions <= _ALLOWED_PATHS.keys() or "withdraw" in actions or claims.partly:
        return
    for path in sorted(withdrawn):
        named = join_with_and(sorted(actions))
        message = f"its action is {named}, but it withdraws a value in {path}"
        yield changes.violation(MISMATCH, message, path=path, after=named, hint=_RECORD)


def _check_init(changes: CommitChanges) -> Iterator[Violation]:
    """Check that a commit with the action init adds org.yaml."""
    head = changes.own_changes.get("org.yaml")
    if head is None or head.old is not None:
        yield changes.violation(
            MISMATCH, "its action is init, but it does not add org.yaml", after=_ANYTHING, hint=_RECORD
        )


def _list_named_actors(claims: TrailerClaims) -> Iterator[tuple[str, str]]:
    """List the seats that a commit names as actors, or as one that it acts for, each with its trailer."""
    named = (
        ("Orgtp-By", claims.by),
        ("Orgtp-Approved-By", claims.approved_by),
        ("Orgtp-For", claims.acting_for),
    )
    return (pair for pair in named if pair[1])


def _check_seats(changes: CommitChanges, claims: TrailerClaims, find_subjects: FindSubjects) -> Iterator[Violation]:
    """Find seats that are named but not changed, or changed but not named.

    A merge may name what it merges: a forge copies the text of a pull request into its message.
    """
    named = {seat for one in claims.all for seat in one.seats}
    left = named - {find_seat_of_path(path) for path in changes.against[0]}
    for path in changes.against[0] if left else ():
        subjects = find_subjects(path)
        left = {seat for seat in left if seat not in subjects and not is_path_about(path, seat)}
    for seat in sorted(left):
        yield changes.violation(FORGED, f'Orgtp-Seat names "{seat}", but nothing of {seat} was changed', after=seat)
    if claims.partly or _ANYTHING in {one.action for one in claims.all}:
        return
    for path, seat in sorted((path, find_seat_of_path(path)) for path in changes.own_changes):
        is_escalation = path.startswith(ESCALATIONS_FOLDER)
        subjects = () if seat or is_escalation else find_subjects(path)
        if (is_escalation and not any(is_path_about(path, one) for one in named)) or (
            subjects and named.isdisjoint(subjects)
        ):
            yield changes.violation(
                MISMATCH, f"it changes {path}, but no Orgtp-Seat names its seat", path=path, hint=_RECORD
            )
        elif seat and not is_escalation and seat not in named:
            message = f"it changes the seat {seat}, but no Orgtp-Seat names it"
            yield changes.violation(MISMATCH, message, path=path, hint=_RECORD)


def list_subjects(orgs: Iterable[Org], path: str) -> set[str]:
    """List the seats that a record is about in any of these orgs, or that lines are about which not all of them have.

    Nothing for a path that is no record.
    """
    kind = find_kind_of_file(path)
    if kind is None:
        return set()
    if kind.is_lines:
        return _list_subjects_of_new_lines(kind, orgs, path)
    found = (getattr(org, kind.attribute).get(kind.find_key(path)) for org in orgs)
    return {seat for one in found if one is not None for seat in kind.find_subjects(one)}


def _list_subjects_of_new_lines(kind: RecordKind, orgs: Iterable[Org], path: str) -> set[str]:
    if not kind.has_subjects:
        return set()
    versions = [{one for one in getattr(org, kind.attribute) if one.place.path == path} for org in orgs]
    new = set.union(*versions) - set.intersection(*versions)
    return {seat for one in new for seat in kind.find_subjects(one)}


def _check_paths(changes: CommitChanges, actions: Iterable[str]) -> Iterator[Violation]:
    """Find files that the named actions do not write, and actions whose required file is missing."""
    reach = tuple({place for action in actions for place in _ALLOWED_PATHS[action]})
    for path in sorted(changes.own_changes):
        if not path.startswith(reach):
            message = f"its action is {join_with_and(sorted(actions))}, but it changes {path}"
            yield changes.violation(MISMATCH, message, path=path, after=join_with_and(sorted(actions)), hint=_RECORD)
    for action, (place, what) in _REQUIRED_PATHS.items():
        if action in actions and not any(path.startswith(place) for path in changes.against[0]):
            yield changes.violation(
                MISMATCH, f"its action is {action}, but it adds no {what}", after=action, hint=_RECORD
            )


def find_wrong_approvers(
    changes: CommitChanges, claims: TrailerClaims, records: Iterable[tuple[str, Retirement]]
) -> Iterator[Violation]:
    """Find retirement records that name another decider than the trailer."""
    said = dict.fromkeys(one.approved_by for one in claims.all if one.approved_by)
    for path, record in records:
        if said and record.decided_by not in said:
            message = (
                f"Orgtp-Approved-By says {join_with_and(said)}, but the record says {record.decided_by or 'nobody'}"
            )
            yield changes.violation(FORGED, message, path=path, before=record.decided_by, after=join_with_and(said))


def select_named_seats(seats: Iterable[str], paths: Iterable[str], find_subjects: FindSubjects) -> set[str]:
    """Select the seats that at least one of the paths is about."""
    touched = [(path, find_seat_of_path(path), find_subjects(path)) for path in paths]
    return {
        seat
        for seat in seats
        if any(seat == own or seat in subjects or is_path_about(path, seat) for path, own, subjects in touched)
    }


def find_seat_of_path(path: str) -> str:
    """Return the seat that a path is the file or a record of, as its name says; "" if it names none."""
    kind = find_kind(path)
    if kind:
        return kind.find_seat(path) if path.endswith(kind.suffix) else ""
    folder, _, rest = path.partition("/")
    return rest.removesuffix(".yaml") if folder == "seats" and rest.endswith(".yaml") else ""


def find_unknown_actions(claims: TrailerClaims) -> set[str]:
    """Return the actions that this version of orgtp does not know, so they were not checked."""
    return {one.action for one in claims.all if one.action} - _ALLOWED_PATHS.keys() - {_ANYTHING}


def list_new_retirements(own: Mapping[str, TreeChange]) -> list[str]:
    """Return the paths of the retirement records that a commit adds."""
    return sorted(path for path, entry in own.items() if path.startswith(RETIREMENT.folder) and entry.old is None)
