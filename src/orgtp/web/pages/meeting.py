"""The page of the meeting: the agenda on a whole screen, row by row, and the form that the person who leads fills in.

A written site has no form: it presents the agenda. On a server with --allow-write, the person who leads answers, and
the others watch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orgtp.api import AgendaRow, OrgHandle, Review, RowEvidence
from orgtp.model.errors import OrgtpError
from orgtp.model.records.todo import list_todo_editors
from orgtp.render.drawings.metric.draw import draw_metric_chart
from orgtp.render.drawings.metric.plot import SMALL, ChartSize
from orgtp.render.drawings.metric.words import describe_metric_chart
from orgtp.render.templates import mark_as_html
from orgtp.views.review.row_discussion import RowDiscussion
from orgtp.web.pages.page import Page, PageRequest
from orgtp.web.pages.review import ShownRow, show_row
from orgtp.web.pages.review_rows import DECISION_WORDS
from orgtp.web.review_form import fill_fields, format_evidence, list_people
from orgtp.web.seat_names import find_seat_name

# A meeting looks at so many rows at most; the chart of a further one is on its seat's page.
_MOST_CHARTS = 30
# So many candidates are on the screen at once; the others unfold.
_FIRST_CANDIDATES = 4
_MINUTES = 30
_NUMBER_DIGITS = 16
_A_WEEK = timedelta(days=7)
# Larger than on the page of a seat, to be read from across a room.
MEETING_CHART = ChartSize("large", 660, 330, 10, 536, 26, 278, 40, 1, has_dates=True, has_end_labels=True)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that changed around a seat, as a field of the form: its name, and the text that it stands for."""

    evidence: RowEvidence
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A row to discuss: its place on the page, what to look at, and the candidates for what changed.

    `has_skip` is true for the first row of its seat, which has the field to skip the seat.
    """

    number: int
    anchor: str
    key: str
    shown: ShownRow
    first: tuple[Candidate, ...]
    more: tuple[Candidate, ...]
    has_skip: bool
    skip_at: int
    chart: str = ""
    words: str = ""
    owner: str = ""
    role: str = ""


def build_meeting_page(request: PageRequest) -> Page:
    """The meeting about the last week that is over."""
    org = request.org
    # Before the draft itself: one that is saved meanwhile has another number. The server tells that of the review that
    # can be held now, so a page of a past day has none: it would load itself again for ever.
    number = number_draft(org) if request.is_served and org.at is None else ""
    agenda = org.reviews.agenda()
    draft = _find_draft(request, agenda.week)
    rows, evidence = _list_rows(org, [row for row in agenda.rows if row.state.must_close])
    lucky = [show_row(org, row) for row in agenda.rows if not row.state.must_close]
    leader = draft.led_by if draft else ""
    is_person = _is_person(request)
    is_form = is_person and (leader in {"", request.reader.seat} or "take" in request.query or _has_sent(request))
    fields = fill_fields(draft, evidence) if draft else {}
    if request.sent and request.sent.act == "review" and not request.sent.is_recorded:
        fields = _merge_sent_fields(fields, request.sent.fields)
    people = [find_seat_name(org.org, one) for one in list_people(org.org, agenda, draft, request.reader.seat)]
    content: dict[str, Any] = {
        "agenda": agenda,
        "rows": rows,
        "lucky": lucky,
        "fields": fields,
        "errors": dict(request.sent.errors) if request.sent and request.sent.act == "review" else {},
        "row_names": {row.key: f"{row.shown.row.seat_name}, {row.shown.row.name}" for row in rows},
        "is_form": is_form,
        "is_watching": request.is_served and not is_form and bool(request.reader.seat),
        "may_take": is_person and not is_form,
        "takes": "take" in request.query,
        "leader": find_seat_name(org.org, leader) if leader else None,
        "prepared_by": find_seat_name(org.org, draft.prepared_by) if draft and draft.prepared_by else None,
        "began": draft.began if draft else None,
        "people": people,
        "doers": {"/".join(row.key): _list_doers(org, row) for row in agenda.rows},
        "default_due": org.org.day_of(org.now) + _A_WEEK,
        "closable": _list_closable(request),
        "done": {row.key for row in rows if _is_done(row, fields)},
        "decisions": DECISION_WORDS,
        "zone": org.head.zone,
        "minutes": _read_minutes(request.query),
        "quiet_seats": len({row.seat for row in agenda.on_target}),
        "is_served": request.is_served,
        "draft_number": number,
        "shown_week": agenda.week.partition("-")[2],
    }
    return Page("meeting", f"Meeting of {agenda.week.partition('-')[2]}", content, main_class="meet", shows_sent=True)


def number_draft(org: OrgHandle) -> str:
    """A number that differs once the draft of the review was saved again; "" if drafts cannot be read."""
    if org.snapshot.repo is None:
        return ""
    return hashlib.sha256(repr(org.reviews.stamp_draft()).encode()).hexdigest()[:_NUMBER_DIGITS]


def _is_person(request: PageRequest) -> bool:
    """Whether the reader may lead: a person who may write, while the page is about now."""
    seat = request.org.org.seats.get(request.reader.seat)
    is_person = seat is not None and seat.is_human and seat.is_active
    return request.is_served and request.reader.may_write and is_person


def _has_sent(request: PageRequest) -> bool:
    return request.sent is not None and request.sent.act == "review"


def _find_draft(request: PageRequest, week: str) -> Review | None:
    """The answers so far, for people who are signed in; a draft is not in the record, and so in no written page."""
    if not request.is_served or not request.reader.seat or request.org.at is not None:
        return None
    with suppress(OrgtpError):
        found = request.org.reviews.find_draft(week)
        return found.answers if found else None
    return None


def _list_rows(org: OrgHandle, rows: list[AgendaRow]) -> tuple[list[MeetingRow], Mapping[tuple[str, str], list[str]]]:
    found: list[MeetingRow] = []
    evidence: dict[tuple[str, str], list[str]] = {}
    first_of: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        seen = org.reviews.discuss(row) if number <= _MOST_CHARTS else None
        key = "/".join(row.key)
        candidates = _list_candidates(key, seen)
        evidence[row.key] = [one.value for one in candidates]
        first, more = _choose_first(candidates)
        at = first_of.setdefault(row.seat, number)
        found.append(
            MeetingRow(
                number=number,
                anchor=f"r{number}",
                key=key,
                shown=show_row(org, row),
                first=first,
                more=more,
                has_skip=at == number,
                skip_at=at,
                chart=mark_as_html(draw_metric_chart(seen.chart, (MEETING_CHART, SMALL))) if seen else "",
                words=describe_metric_chart(seen.chart) if seen else "",
                owner=row.owner or row.seat,
                role=org.org.seats[row.seat].role,
            )
        )
    return found, evidence


def _list_candidates(key: str, seen: RowDiscussion | None) -> list[Candidate]:
    return [
        Candidate(one, f"evidence.{key}.{number}", format_evidence(one.text, one.day))
        for number, one in enumerate(seen.evidence if seen else ())
    ]


def _choose_first(candidates: list[Candidate]) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """The candidates that are on the screen at once: those that have a letter, then the newest ones.

    What earlier reviews said comes last: the screen shows the newest review beside the chart.
    """
    ranked = sorted(candidates, key=lambda one: (not one.evidence.letter, one.evidence.is_review))[:_FIRST_CANDIDATES]
    chosen = {one.field for one in ranked}
    first = tuple(one for one in candidates if one.field in chosen)
    return first, tuple(one for one in candidates if one.field not in chosen)


def _list_doers(org: OrgHandle, row: AgendaRow) -> list[tuple[str, str]]:
    """Who may do a to-do of a row: the owner of its seat, the seat, everyone above, and who decides at the top."""
    above = [one.id for one in org.org.chain_above(row.seat)]
    near = dict.fromkeys([row.owner or row.seat, row.seat, *above, *org.org.top_deciders])
    known = [one for one in near if one in org.org.seats and org.org.seats[one].is_active]
    return [(one, org.org.name_at(one, org.now)) for one in known]


def _merge_sent_fields(fields: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
    """The fields with those that were sent, so that nothing is typed again. A box without its tick is not sent."""
    rows = tuple(f"evidence.{name.removeprefix('changed.')}." for name in sent if name.startswith("changed."))
    boxes = (*rows, "here.") if "present" in sent else rows
    return {name: text for name, text in fields.items() if not (boxes and name.startswith(boxes))} | dict(sent)


def _is_done(row: MeetingRow, fields: Mapping[str, str]) -> bool:
    return bool(fields.get(f"decision.{row.key}") or fields.get(f"skip.{row.shown.row.seat}"))


def _list_closable(request: PageRequest) -> frozenset[str]:
    """The open to-dos that the reader may close; see `orgtp todo done`."""
    org, by = request.org.org, request.reader.seat
    return frozenset(id_ for id_, one in org.todos.items() if not one.is_closed and by in list_todo_editors(org, one))


def _read_minutes(query: Mapping[str, str]) -> int:
    """How long the meeting takes, as the address says: `?minutes=45`."""
    text = query.get("minutes", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= 600 else _MINUTES  # noqa: PLR2004
