"""Plan an import: what becomes of each row, and the change that records it.

Nothing is invented. A new seat has what its rows say, and otherwise only what somebody answered: whom the top seats of
a source report to, and who owns the seats that have no owner there.
"""

from __future__ import annotations

import shlex
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orgtp.actions.acting_seat import explain_unread_seats
from orgtp.actions.import_metrics import MetricPlan, describe_values, plan_metrics
from orgtp.actions.import_scores import ImportFinding, format_findings
from orgtp.actions.import_seats.gone import find_gone
from orgtp.actions.import_seats.groups import (
    IDENTITY_KEYS,
    DraftGroup,
    SeatIndex,
    group_rows,
    is_whole_seat,
    list_own_keys,
)
from orgtp.actions.import_seats.ids import assign_ids, explain_id
from orgtp.actions.import_seats.merge import (
    NO_ROLE,
    MergedSeat,
    build_new_content,
    list_aliases,
    list_source_fields,
    merge_seat,
)
from orgtp.actions.import_seats.questions import Survey, list_questions
from orgtp.actions.import_seats.references import Named, References, find_named, list_cycles
from orgtp.actions.import_seats.request import ImportRequest, QuestionKind
from orgtp.actions.import_seats.result import BadRowOfSource, ImportPlan, PlannedRow, PlannedSource, RowFate
from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, CreateFile, Edit
from orgtp.model.errors import BadInput, Refused
from orgtp.model.inventory.draft import BadDraft, DraftSource, LostText, SeatDraft
from orgtp.model.org import Org
from orgtp.model.seat import Seat, SeatKind, SeatStatus, seat_path
from orgtp.model.text import count_noun, did_you_mean, fold_name, is_id, join_with_and, one_line

ACTION = "import"
_MOST_SHOWN = 5
# Paths that do not say what the source is.
_NO_NAMES = ("", ".", "..", "-")


class BadRows(Refused):
    """Raised if rows of an import cannot be imported, and nobody said to leave them out."""

    exit_code = 1
    text = "nothing was written: {count} cannot be imported:\n{findings}\n{hint}"


class OpenQuestion(BadInput):
    """Raised if an import needs an answer, and nobody can be asked."""

    text = "{what}"


def plan_import(org: Org, sources: Sequence[DraftSource], request: ImportRequest, now: datetime) -> ImportPlan:
    """What becomes of each row of the sources. Bad rows and questions are in the plan.

    Raises `BadInput` for a seat in the request that does not exist, or that cannot be what it should, and `Refused` if
    the file of a seat, or a key by which a row is known again, cannot be read: a row may be that seat.
    """
    if unread := explain_unread_seats(org.list_unread_seats(*IDENTITY_KEYS)):
        raise Refused(why=f"{unread}, and a row may be that seat. Nothing was written.")
    return _Planner(org, sources, request, now).plan(now)


def import_seats(
    org: Org,
    sources: Sequence[DraftSource],
    request: ImportRequest,
    now: datetime,
    known: Sequence[BadRowOfSource] | None = None,
) -> Change:
    """The change of an import. Raises what `plan_import` raises, `BadRows` and `OpenQuestion`.

    `known` are the bad rows that somebody keeps elsewhere. If the org has changed since, and others are bad now, nobody
    would have them, so `BadRows` is raised.
    """
    plan = plan_import(org, sources, request, now)
    kept = {(one.path, one.where) for one in known or ()}
    if known is not None and any((one.path, one.where) not in kept for one in plan.bad):
        raise _make_bad_rows(plan, "The org has changed meanwhile. Run the command again")
    return require_ready(plan, request)


def require_ready(plan: ImportPlan, request: ImportRequest) -> Change:
    """The change of a plan that nothing stands in the way of. Raises `BadRows` and `OpenQuestion`."""
    if plan.bad and not request.skip_bad:
        raise _make_bad_rows(plan, "To import the others, and write these to a file: add --skip-bad FILE")
    if plan.questions:
        raise OpenQuestion(what="\n".join(one.explain() for one in plan.questions))
    return plan.change


def _make_bad_rows(plan: ImportPlan, hint: str) -> BadRows:
    total = count_noun(sum(source.rows for source in plan.sources), "row")
    return BadRows(count=f"{len(plan.bad)} of {total}", findings=format_bad_rows(plan), hint=hint)


def format_bad_rows(plan: ImportPlan) -> str:
    """A line for each cause, with the places that have it."""
    return format_findings(ImportFinding(one.where, one.why) for one in plan.bad)


@dataclass(slots=True)
class _Placed:
    """Where a new seat goes: whom it reports to, and who owns it; "" as long as nobody has said it."""

    reports_to: str = ""
    owner: str = ""


class _Planner:
    """One import, in the order in which things become known."""

    def __init__(self, org: Org, sources: Sequence[DraftSource], request: ImportRequest, now: datetime) -> None:
        self.org, self.sources, self.request = org, sources, request
        self.index = SeatIndex(org, org.day_of(now))
        self.groups = group_rows(self.index, sources)
        self._name_seats()
        self.known = References(self.index, self.groups, sources)
        self.named = find_named(self.known, self.groups)
        self.under = self._find_answer("under", request.under)
        self.owner = self._find_answer("owner", request.owner)
        self._check_owner(self.owner)
        self.placed: dict[int, _Placed] = {}
        self.merged: dict[int, MergedSeat] = {}
        self.without: dict[QuestionKind, list[DraftGroup]] = {kind: [] for kind in QuestionKind}
        self._owners: dict[str, str] = {}

    def plan(self, now: datetime) -> ImportPlan:
        """Place every seat, and collect what becomes of the rows."""
        self._spread_bad()
        for group in self._each_good():
            self._place(group)
        self._spread_bad()
        self._find_cycles()
        self._spread_bad()
        questions = list_questions(self.org, self._survey())
        self.metrics = self._plan_metrics(now)
        # Whoever may be in a bad row is not gone.
        keys = [key for source in self.sources for bad in source.bad for key in bad.keys]
        keys += [key for group in self.groups if group.bad for row in group.rows for key in list_own_keys(row.draft)]
        known = {group.known.id for group in self.groups if group.known}
        sources = [] if self.request.is_part else [one.name for one in self.sources if self._is_same_source(one, known)]
        gone = tuple(find_gone(self.index, sources, known | self.index.find_keys(keys)))
        return ImportPlan(
            sources=tuple(
                PlannedSource(
                    one.path, one.name, one.format, len(one.drafts) + len(one.metrics) + len(one.bad), one.notes
                )
                for one in self.sources
            ),
            rows=tuple(self._list_rows()),
            metrics=self.metrics.rows,
            bad=tuple(self._list_bad()),
            questions=tuple(questions),
            gone=gone,
            notes=tuple(self._list_notes()) if gone else (),
            change=self._build_change(),
        )

    def _is_same_source(self, source: DraftSource, known: Collection[str]) -> bool:
        """Whether a source is the one of before by its rows, and not by its name alone: then nobody of it is gone."""
        seats = {seat for seat, mark in self.index.marks.items() if mark.source == source.name}
        return not source.drafts or not seats.isdisjoint(known)

    def _plan_metrics(self, now: datetime) -> MetricPlan:
        """What becomes of the rows of scorecards, which may be about seats that are new here."""
        if not any(source.metrics for source in self.sources):
            return MetricPlan()
        new = [self._build_seat(group) for group in self._each_good() if group.known is None]
        return plan_metrics(self.org, self.sources, now, self.request.by, new)

    def _build_seat(self, group: DraftGroup) -> Seat:
        """A new seat, as far as the rows of a scorecard name it."""
        draft, placed = group.first, self.placed[group.number]
        status = SeatStatus(str(draft.content.get("status", SeatStatus.PROPOSED)))
        emails = tuple(dict.fromkeys(email for row in group.rows for email in row.draft.emails))
        return Seat(
            group.seat, draft.name, draft.role or NO_ROLE, draft.kind, status, placed.owner or group.seat,
            placed.reports_to, emails=emails, aliases=tuple(list_aliases(group)),
        )  # fmt: skip

    def _survey(self) -> Survey:
        """What the questions are about."""
        good = list(self._each_good())
        bosses = {group.seat: self.named[group.number].reports_to for group in good}
        lonely, roots = (
            [group for group in self.without[kind] if not group.bad]
            for kind in (QuestionKind.OWNER, QuestionKind.UNDER)
        )
        return Survey(roots, lonely, bosses, {group.seat: group for group in good}, self.request.by)

    def _name_seats(self) -> None:
        """Give every group its id. One that is bad has an id that no seat can have, so that others can refer to it."""
        ids = assign_ids(self.org, [group for group in self.groups if group.known is None and not group.bad])
        for group in self.groups:
            group.seat = group.known.id if group.known else ids.get(group.number, f"?{group.number}")

    def _each_good(self) -> Iterator[DraftGroup]:
        return (group for group in self.groups if not group.bad and not (group.known and group.known.is_retired))

    def _find_answer(self, option: str, text: str) -> str:
        """The seat that an answer names: one of the org or one of the rows, by its id, alias, address or name."""
        group = self.known.by_seat.get(text) if is_id(text) else None
        if not text or (group and not group.bad):
            return text
        if text in self.org.seats:
            seat = self.org.seats[text]
            if seat.is_retired:
                raise BadInput(what=f"--{option} {text}: {seat.id} is retired. Name another seat")
            return text
        found = {
            group.seat
            for group in self.groups
            if not group.bad
            for row in group.rows
            if text in row.draft.aliases
            or text.lower() in {email.lower() for email in row.draft.emails}
            or fold_name(text) == fold_name(row.draft.name)
        }
        found |= {seat.id for seat in self.index.aliases.get(text, ()) if not seat.is_retired}
        found |= {seat.id for seat in self.index.emails.get(text.lower(), ()) if not seat.is_retired}
        found |= {seat.id for seat in self.index.names.get(fold_name(text), ())}
        if len(found) == 1:
            return found.pop()
        if found:
            raise BadInput(what=f'--{option} "{text}" is {join_with_and(sorted(found))}. Write the id of one')
        near = did_you_mean(text, [*self.org.seats, *self.known.by_seat]) or "orgtp seat list shows all seats."
        raise BadInput(what=f'--{option} "{text}" is no seat, and no row will be one. {near}')

    def _check_owner(self, owner: str) -> None:
        kind = self._kind_of(owner) if owner else SeatKind.HUMAN
        if kind is not SeatKind.HUMAN:
            article = "an agent" if kind is SeatKind.AGENT else "a group"
            raise BadInput(what=f"--owner {owner}: {owner} is {article}, and only a person can answer for a seat")

    def _kind_of(self, seat: str) -> SeatKind:
        held = self.org.seats.get(seat)
        return held.kind if held else self.known.by_seat[seat].first.kind

    def _place(self, group: DraftGroup) -> None:
        """Say where a seat goes; one that exists is compared with its file."""
        named, led_by = self.named[group.number], ""
        if named.owner:
            named.owner, led_by = self._resolve_owner(group, named.owner)
        if group.bad:
            return
        if group.known:
            self.merged[group.number] = merge_seat(group, group.known, self.index.marks.get(group.known.id), named)
            return
        placed = self.placed[group.number] = _Placed(named.reports_to or named.near, named.owner or led_by)
        if not (is_whole_seat(group) and not self._has_top()):
            self._answer(group, placed)

    def _answer(self, group: DraftGroup, placed: _Placed) -> None:
        """Fill in what the rows of a new seat do not say and the request does; note what it does not say either."""
        kind = group.first.kind
        if kind is not SeatKind.HUMAN and not placed.owner:
            placed.owner = self.owner
            self.without[QuestionKind.OWNER] += [] if placed.owner else [group]
        if placed.reports_to or self.under == group.seat:
            return
        # Whoever answers for an agent hears of its problems; the question is then only who that is.
        placed.reports_to = self.under or (placed.owner if kind is SeatKind.AGENT else "")
        if not placed.reports_to and kind is not SeatKind.AGENT:
            self.without[QuestionKind.UNDER].append(group)

    def _has_top(self) -> bool:
        """Whether the org has a chart already."""
        return any(not seat.is_retired for seat in self.org.seats.values())

    def _resolve_owner(self, group: DraftGroup, owner: str) -> tuple[str, str]:
        """The person whom an owner means: as the source says, and else as the org says who leads a group.

        A group is led by its owner. An agent as the owner makes the row bad.
        """
        is_told, seen = True, set[str]()
        while self._kind_of(owner) is SeatKind.GROUP and owner not in seen:
            seen.add(owner)
            team, held = self.known.by_seat.get(owner), self.org.seats.get(owner)
            told = self.named[team.number].owner if team and team.number in self.named else ""
            is_told = is_told and bool(told)
            owner = told or (held.owner if held else "")
            if not owner or (owner not in self.org.seats and owner not in self.known.by_seat):
                return "", ""
        if self._kind_of(owner) is SeatKind.AGENT:
            group.bad = f"it is owned by {owner}, which is an agent, and only a person can answer for a seat"
        if self._kind_of(owner) is not SeatKind.HUMAN or owner == group.seat:
            return "", ""
        return (owner, "") if is_told else ("", owner)

    def _spread_bad(self) -> None:
        """A row that reports to a row that cannot be imported, or that is owned by one, cannot be imported either."""
        needed_by: dict[str, list[tuple[DraftGroup, str]]] = {}
        for group in self._each_good():
            named = self.named[group.number]
            for seat, what in ((named.reports_to, "reports to"), (named.owner, "is owned by")):
                if seat and seat != group.seat:
                    needed_by.setdefault(seat, []).append((group, what))
        ahead = deque(group for group in self.groups if (group.bad and not group.known) or _is_retired(group.known))
        while ahead:
            wrong = ahead.popleft()
            for group, what in needed_by.get(wrong.seat, ()):
                if group.bad:
                    continue
                reason = f"{wrong.seat}, which is retired" if wrong.known else "a row that cannot be imported"
                group.bad = f"it {what} {reason}"
                if not wrong.known:
                    group.bad += f" ({wrong.first.where})"
                ahead += [] if group.known else [group]

    def _find_cycles(self) -> None:
        """Refuse the rows that report to each other in a cycle."""
        bosses = {
            seat.id: seat.reports_to for seat in self.org.seats.values() if seat.reports_to and not seat.is_retired
        }
        for group in self._each_good():
            boss = self.merged[group.number].reports_to if group.known else self.placed[group.number].reports_to
            if boss:
                bosses[group.seat] = boss
        for cycle in list_cycles(bosses):
            first = cycle.index(min(cycle))
            ordered = [*cycle[first:], *cycle[:first]]
            shown = " -> ".join([*ordered[:_MOST_SHOWN], *(["…"] if len(ordered) > _MOST_SHOWN else []), ordered[0]])
            for seat in cycle:
                found = self.known.by_seat.get(seat)
                if found and not found.bad and self._moves(found):
                    found.bad = f"these report to each other in a circle: {shown}"

    def _moves(self, group: DraftGroup) -> bool:
        """Whether the import sets whom a seat reports to."""
        return group.known is None or self.merged[group.number].reports_to != group.known.reports_to

    def _list_rows(self) -> Iterator[PlannedRow]:
        """What becomes of each row that is not bad, in the order of the sources."""
        firsts = {id(group.rows[0].draft) for group in self.groups}
        by_draft = {id(row.draft): group for group in self.groups for row in group.rows}
        for source in self.sources:
            for draft in source.drafts:
                group = by_draft[id(draft)]
                if not group.bad:
                    yield self._describe_row(group, draft, is_first=id(draft) in firsts)

    def _describe_row(self, group: DraftGroup, draft: SeatDraft, *, is_first: bool) -> PlannedRow:
        base = PlannedRow(
            draft.where, RowFate.AGAIN, group.seat, draft.name, draft.role, str(draft.kind), known_by=group.known_by
        )
        lost = draft.lost
        if not is_first:
            return replace(base, places=draft.runs_from, lost=lost)
        named = self.named[group.number] if group.number in self.named else Named()
        lost += tuple(LostText("dotted line", text) for text in named.lost)
        notes = tuple(group.notes)
        if group.known and group.known.is_retired:
            return replace(base, fate=RowFate.RETIRED, lost=lost, notes=notes)
        if group.known:
            merged = self.merged[group.number]
            fate = RowFate.UPDATED if merged.is_changed else RowFate.UNCHANGED
            return replace(
                base, fate=fate, fields=tuple(merged.fields), places=draft.runs_from, lost=lost,
                notes=(*notes, *merged.notes), reports_to=merged.reports_to, owner=group.known.owner,
            )  # fmt: skip
        placed = self.placed[group.number]
        fields = list_source_fields(group, named)
        unknown = [*draft.unknown, *([] if "role" in fields or "role" in draft.unknown else ["role"])]
        return replace(
            base, fate=RowFate.NEW, role=str(fields.get("role", NO_ROLE)), reports_to=placed.reports_to,
            also_reports_to=tuple(sorted(named.also)),
            owner=placed.owner or (group.seat if draft.kind is SeatKind.HUMAN else ""),
            named=draft.id_hint or draft.name, id_why=explain_id(group), places=draft.runs_from, lost=lost,
            unknown=tuple(unknown), notes=(*notes, *self._note_namesake(group)),
        )  # fmt: skip

    def _note_namesake(self, group: DraftGroup) -> list[str]:
        """Say that a seat with the name of a new one exists, which is no reason to take it for the same."""
        same = [seat for seat in self.index.names.get(fold_name(group.first.name), ()) if seat.id != group.seat]
        if not same:
            return []
        seat = same[0]
        how = ""
        if group.first.aliases:
            aliases = f"aliases={','.join([*seat.aliases, group.first.aliases[0]])}"
            typed = shlex.join(["orgtp", "seat", "set", seat.id, aliases])
            how = f". If it is the same seat, type this before the import, or after orgtp undo: {typed}"
        return [f"the seat {seat.id} is called {one_line(seat.name)}, too{how}"]

    def _list_bad(self) -> Iterator[BadRowOfSource]:
        bad = {id(row.draft): group.bad for group in self.groups if group.bad for row in group.rows}
        for source in self.sources:
            rows = [BadDraft(one.where, bad[id(one)], one.text) for one in source.drafts if id(one) in bad]
            of_metrics = {value.where for one in source.metrics for value in one.values}
            of_metrics |= {one.where for one in source.metrics}
            rows += [one for one in self.metrics.bad if one.where in of_metrics]
            yield from (BadRowOfSource(source.path, row) for row in (*source.bad, *rows))

    def _list_notes(self) -> Iterator[str]:
        """What somebody should know before they believe that a seat is gone."""
        unread = {source.name for source in self.sources if source.bad}
        if unread:
            yield (
                f"some rows of {join_with_and(sorted(unread))} cannot be read, so a seat that seems to be gone may be "
                "in one of them"
            )

    def _list_edits(self) -> Iterator[tuple[str, Edit]]:
        """The seats that change, each with its edits."""
        for group in self._each_good():
            if group.known:
                yield from ((group.seat, edit) for edit in self.merged[group.number].edits)
                continue
            placed = self.placed[group.number]
            content = build_new_content(group, self.named[group.number], placed.reports_to, placed.owner)
            if metrics := self.metrics.content.get(group.seat):
                known = content.get("metrics")
                content["metrics"] = {**(known if isinstance(known, Mapping) else {}), **metrics}
            yield group.seat, CreateFile(seat_path(group.seat), content)

    def _build_change(self) -> Change:
        """The commit. It names its sources, so that the history says where seats came from."""
        pairs = sorted(self._list_edits(), key=lambda pair: pair[0])
        seats = dict.fromkeys(seat for seat, _ in pairs)
        new = sum(1 for _, edit in pairs if isinstance(edit, CreateFile))
        changed = len(seats) - new
        values = describe_values(self.metrics.rows)
        counts = [count_noun(new, "seat")] if new else []
        counts += [f"{count_noun(changed, 'seat')} changed" if not new else f"{changed} changed"] if changed else []
        names = join_with_and(dict.fromkeys(source.name for source in self.sources))
        return Change(
            ACTION,
            f"{', '.join([*counts, *([values] if values else [])]) or 'nothing new'} from {names}",
            tuple(sorted({*seats, *self.metrics.seats})),
            (*(edit for _, edit in pairs), *self.metrics.edits),
            by=self.request.by,
            body="\n".join(map(_describe_source, self.sources)),
            doubts=self.metrics.doubts,
        )


def _describe_source(source: DraftSource) -> str:
    """`people: from people.csv, in the format people`. The folders of somebody's machine do not belong in a record."""
    file = one_line(source.path).rstrip("/").rpartition("/")[2]
    return f"{source.name}: from {source.name if file in _NO_NAMES else file}, in the format {source.format}"


def _is_retired(seat: Seat | None) -> bool:
    return seat is not None and seat.is_retired
