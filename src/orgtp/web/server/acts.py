"""What people record on a page. Each act makes the same change and commit as the command that it names.

A page sends a form to `/act/NAME`, with the token `csrf` and the path of the page that follows, `page`.

`scores` (`orgtp score add`): all or none of the numbers in one commit. The key of a number is `SEAT/METRIC/PERIOD`.
    value.KEY    the value as typed; a number whose fields are all empty stays owed
    unknown.KEY  sent if nobody knows the value; then `reason.KEY` says why
    note.KEY     a note about the value; `n.KEY` is the number of cases of a ratio
    seen.KEY     the id of the newest record of the period on the page, "" if there is none. If another person has
                 recorded one since, nothing is recorded, and the page shows theirs first (state `conflict`)
`todo` (`orgtp todo start|ask|done|fail|drop|move|add`): `do` is that word, and `todo` the id; further `note`, `owner`,
    `due` and `what`.
`escalation` (`orgtp escalate ack|resolve`): `do` is that word, `escalation` the id; `note`.
`review` (`orgtp review`): `do` is `save` or `close`, and `week` the week. Only the fields that are sent change the
    draft; `orgtp.web.review_form` has them. `again` records it beside the review that the week has already.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from orgtp.actions.record_scores import NewScore, NotAllowedToRecord, RejectedValues, ValueChanged
from orgtp.api import (
    OrgHandle,
    RecordedChange,
    Review,
    SignedByAnotherSeat,
    TodoAction,
    build_notifications,
    open_org,
    send_notifications,
)
from orgtp.model.change import AppendScores
from orgtp.model.errors import OrgtpError
from orgtp.model.text import one_line
from orgtp.web.pages.page import SentForm, SentState, SentValue
from orgtp.web.review_form import find_open_fields, merge_form
from orgtp.web.server.visitors import RequestRefused, Visitor

# A person waits for it. What was not sent goes with the next commit.
_SYNC_SECONDS = 8.0
MOST_NUMBERS = 1000
_NUMBER_PARTS, _ROW_PARTS = 3, 2
# Of a number of cases, more than any that is accepted.
_MOST_DIGITS = 30
Fields = Mapping[str, str]


class ActRefused(OrgtpError):
    """A form that cannot be recorded as it is. `errors` says for each field what is wrong; "" is the form."""

    text = "{why}"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(why="; ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an act did: its change, if it made one, and sentences to show."""

    done: RecordedChange | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorder:
    """Records what the visitor sends, in the org at `root`. `sign_as` is the seat whose key signs on this machine."""

    root: Path
    visitor: Visitor
    sign_as: str = ""

    def open_org(self) -> OrgHandle:
        """The org, opened for one act alone."""
        return open_org(self.root, to_record=True)

    def record(self, about: str, act: Callable[[OrgHandle, str], RecordedChange]) -> Recorded:
        """Record as the visitor's seat, and send the commit on if the policy says so.

        `about` is the seat that the act is about: if the visitor holds it, it acts. Where the policy wants a signature
        that is not this person's, the server's own seat acts for the person. It does so only after the policy has
        allowed the person the same: the first attempt fails for the key alone.
        """
        by, handle = self.visitor.choose_seat(about), self.open_org()
        try:
            done = act(handle, by)
        except SignedByAnotherSeat:
            if not self.sign_as:
                raise
            done = act(handle.act_for(by), self.sign_as)
        return Recorded(done, (*done.change.doubts, *self._push(handle, done)))

    def _push(self, handle: OrgHandle, done: RecordedChange) -> tuple[str, ...]:
        """Send the commit on, if the policy says so. Returns why it was not sent."""
        if done.queued_because or done.commit is None or not handle.head.policy.push:
            return ()
        try:
            sent = handle.ledger.sync(needed=True, seconds=_SYNC_SECONDS)
        except OrgtpError as stopped:
            return (f"It is recorded here, and not sent to the remote yet: {stopped}",)
        return tuple(one.text for one in sent.left_out)


# Scores.


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of the form, by its key."""

    key: str
    fields: Fields

    def read(self, name: str) -> str:
        return self.fields.get(f"{name}.{self.key}", "").strip()

    def build_score(self, handle: OrgHandle) -> NewScore:
        """The value to record. Raises `ActRefused`."""
        seat, metric, period = self.key.split("/")
        is_unknown, note = f"unknown.{self.key}" in self.fields, self.read("note")
        if is_unknown and not self.read("reason"):
            raise ActRefused({f"reason.{self.key}": "Say why in a few words, for whoever reads the blank."})
        if not is_unknown and not self.read("value"):
            raise ActRefused({f"value.{self.key}": "Enter the value, or say that you do not know it."})
        value = None if is_unknown else self.read("value")
        made = handle.ledger.new_score(
            seat, metric, value, period=period, note=self.read("reason") if is_unknown else note,
            n=None if is_unknown else self._read_cases(), seen=self.fields.get(f"seen.{self.key}"),
        )  # fmt: skip
        return replace(made, where=f"{seat} {metric} {period}")

    def _read_cases(self) -> int | None:
        text = self.read("n")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            raise ActRefused({f"n.{self.key}": "Write a whole number, for example 240."})
        return int(text)


def list_numbers(fields: Fields) -> list[str]:
    """The keys of the numbers that the form says something about, in its order."""
    said = ("value", "unknown", "note")
    pairs = (name.partition(".") for name, text in fields.items() if text.strip())
    keys = dict.fromkeys(key for name, dot, key in pairs if dot and name in said)
    return [key for key in keys if key.count("/") == _NUMBER_PARTS - 1]


def record_scores(recorder: Recorder, fields: Fields) -> Recorded:
    """Record the numbers of a form. Raises `ActRefused`, `RejectedValues`, and what `orgtp score add` raises."""
    keys = list_numbers(fields)
    if not keys:
        raise ActRefused({"": "Nothing was entered, so nothing is recorded."})
    if len(keys) > MOST_NUMBERS:
        # A page with so many mistakes would take long to make, and nobody types so many.
        raise RequestRefused(
            413,
            "Too many numbers at once",
            f"A form may have {MOST_NUMBERS:,} numbers, and this one has {len(keys):,}. Nothing was recorded. "
            "Whoever has orgtp records a file of any length: orgtp score add --from FILE",
        )
    errors: dict[str, str] = {}

    def act(handle: OrgHandle, by: str) -> RecordedChange:
        entries = []
        for key in keys:
            try:
                entries.append(_Number(key, fields).build_score(handle))
            except ActRefused as error:
                errors.update(error.errors)
        if errors:
            raise ActRefused({**errors, **_find_wrong_values(handle, entries, by)})
        return handle.ledger.add_scores(entries, by=by)

    seats = {key.partition("/")[0] for key in keys}
    return recorder.record(next(iter(seats)) if len(seats) == 1 else "", act)


# To-dos and escalations.

_CLOSING = {"done": TodoAction.DONE, "fail": TodoAction.FAILED, "drop": TodoAction.DROPPED}


def record_todo(recorder: Recorder, fields: Fields) -> Recorded:
    """Say what becomes of a to-do, or add one. Raises `ActRefused`, and what `orgtp todo` raises."""
    word, id_, note = fields.get("do", ""), fields.get("todo", ""), fields.get("note", "")
    if word in {"add", "move"}:
        return _add_or_move_todo(recorder, fields, word)
    if word not in {*_CLOSING, "start", "ask"}:
        raise ActRefused({"": "Say what becomes of the to-do."})

    def act(handle: OrgHandle, by: str) -> RecordedChange:
        if word in _CLOSING:
            return handle.todos.close(id_, _CLOSING[word], note, by=by)
        return (handle.todos.start if word == "start" else handle.todos.ask)(id_, note, by=by)

    return recorder.record(_find_owner(recorder, id_), act)


def _add_or_move_todo(recorder: Recorder, fields: Fields, word: str) -> Recorded:
    due = fields.get("due", "").strip()
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise ActRefused({"due": "Write the day as 2026-12-04."}) from error
    owner, note, what = fields.get("owner", ""), fields.get("note", ""), fields.get("what", "")
    if word == "move":
        id_ = fields.get("todo", "")
        return recorder.record(
            _find_owner(recorder, id_), lambda handle, by: handle.todos.move(id_, owner, day, note, by=by)
        )
    if day is None:
        raise ActRefused({"due": "Say by when."})
    return recorder.record("", lambda handle, by: handle.todos.add(what, owner, day, from_=note, by=by))


def _find_owner(recorder: Recorder, id_: str) -> str:
    """The seat that has a to-do; "" if there is none, which the act then says."""
    found = recorder.open_org().org.todos.get(id_)
    return found.owner if found else ""


def record_escalation(recorder: Recorder, fields: Fields) -> Recorded:
    """Acknowledge or resolve an escalation, and notify whom it is passed on to. Raises what `orgtp escalate` raises."""
    word, id_, note = fields.get("do", ""), fields.get("escalation", ""), fields.get("note", "")
    if word not in {"ack", "resolve"}:
        raise ActRefused({"": "Say whether you acknowledge it or resolve it."})

    def act(handle: OrgHandle, by: str) -> RecordedChange:
        found = handle.escalations
        return (found.acknowledge if word == "ack" else found.resolve)(id_, note, by=by)

    done = recorder.record("", act)
    if done.done is None or done.done.commit is None:
        return done
    try:
        failed = send_notifications(build_notifications(recorder.open_org().staff.org, done.done), None)
    except OrgtpError as stopped:
        # It is recorded all the same.
        failed = [f"no notification was sent: {stopped}"]
    return replace(done, notices=(*done.notices, *failed))


# Reviews.

_review_lock = threading.Lock()


def record_review(recorder: Recorder, fields: Fields) -> Recorded:
    """Save answers of a review as its draft, or close it. Raises `ActRefused`, and what `orgtp review` raises."""
    word, week = fields.get("do", ""), fields.get("week", "")
    if word not in {"save", "close"}:
        raise ActRefused({"": "Say whether to save the answers, or to close the review."})
    with _review_lock:
        handle, by = recorder.open_org(), recorder.visitor.seat
        with handle.reviews.hold_draft(week):
            answers = _save_answers(handle, by, week, fields, closes=word == "close")
            if word == "save":
                return Recorded(notices=("The answers are saved. They are recorded when the review is closed.",))
            return recorder.record(
                "", lambda org, acting: org.reviews.close(answers, by=acting, again="again" in fields)
            )


def _save_answers(handle: OrgHandle, by: str, week: str, fields: Fields, *, closes: bool) -> Review:
    """Keep what can be kept of the answers, and return all of them. Raises `ActRefused` for what is wrong with a field.

    Whoever goes on with a review leads it, and closes it.
    """
    agenda = handle.reviews.agenda()
    if week != agenda.week:
        raise ActRefused({"": f"The review that can be held now is that of {agenda.week}, not of {week or 'no week'}."})
    draft = handle.reviews.find_draft(week)
    found = draft.answers if draft else Review(week, began=handle.now.replace(microsecond=0))
    form = merge_form(handle.org, found, fields, today=handle.org.day_of(handle.now), by=by)
    checked = handle.reviews.check(replace(form.answers, led_by=by, prepared_by=""), by=by)
    handle.reviews.save_draft(checked)
    open_fields = find_open_fields(agenda, checked, again="again" in fields) if closes else {}
    if errors := {**open_fields, **form.errors}:
        raise ActRefused(errors)
    return checked


# All of them.


@dataclass(frozen=True, slots=True)
class Act:
    """An act: what records it, and the page that follows it unless the form names another."""

    name: str
    run: Callable[[Recorder, Fields], Recorded] = field(repr=False)
    page: str


ACTS = {
    act.name: act
    for act in (
        Act("scores", record_scores, "numbers.html"),
        Act("todo", record_todo, "todos.html"),
        Act("escalation", record_escalation, "escalations.html"),
        Act("review", record_review, "meeting.html"),
    )
}


def perform_act(act: Act, recorder: Recorder, fields: Fields) -> SentForm:
    """Record what a form says, and return what became of it. A mistake of the person is part of the result."""
    kept = {name: text for name, text in fields.items() if name != "csrf"}
    sent = SentForm(act.name, SentState.REFUSED, kept)
    try:
        _refuse_control_chars(fields)
        found = act.run(recorder, fields)
    except RejectedValues as error:
        return _refuse_values(sent, error)
    except ActRefused as error:
        return replace(sent, errors=dict(error.errors))
    except OrgtpError as error:
        return replace(sent, errors={"": explain_error(error)})
    return _describe_done(replace(sent, notices=tuple(map(one_line, found.notices))), found.done)


def _find_wrong_values(handle: OrgHandle, entries: Sequence[NewScore], by: str) -> Mapping[str, str]:
    """What is wrong with the values of a form that is refused for another reason, so that all is said at once."""
    try:
        handle.ledger.add_scores(entries, by=by, dry_run=True)
    except RejectedValues as error:
        return {_name_field(entry): explain_error(why) for entry, why in error.wrong}
    return {}


def _name_field(entry: NewScore) -> str:
    return f"value.{entry.seat}/{entry.metric}/{entry.period}"


def _refuse_values(sent: SentForm, error: RejectedValues) -> SentForm:
    errors, theirs = {}, {}
    for entry, why in error.wrong:
        name = _name_field(entry)
        errors[name] = explain_error(why)
        if isinstance(why, ValueChanged):
            theirs[name] = why.before
    return replace(sent, state=SentState.CONFLICT if theirs else SentState.REFUSED, errors=errors, theirs=theirs)


def _describe_done(sent: SentForm, done: RecordedChange | None) -> SentForm:
    if done is None:
        return replace(sent, state=SentState.DONE)
    state = SentState.QUEUED if done.queued_because else SentState.DONE if done.commit else SentState.NOTHING
    scores = [score for edit in done.change.edits if isinstance(edit, AppendScores) for score in edit.scores]
    return replace(
        sent,
        state=state,
        queued_because=done.queued_because,
        commit=done.commit or "",
        subject=done.change.subject,
        values=tuple(SentValue(one.seat, one.metric, one.period, one.value, one.note) for one in scores),
    )


# Phrases for the command line, and what a person who has none reads instead.
_SEND_AGAIN = "Send it again."
_PHRASES = {
    " Name the acting seat with --by SEAT or ORGTP_SEAT.": "",
    "Run the command again.": _SEND_AGAIN,
}
# What has to be done before anything can be written.
_REMEDIES = {
    errno.ENOSPC: "Whoever runs the server has to free space on its disk.",
    errno.EDQUOT: "Whoever runs the server has to free space on its disk.",
    errno.EROFS: "Whoever runs the server has to let it write to the disk of the org.",
    errno.EACCES: "Whoever runs the server has to let it write in the folder of the org.",
}
_KEPT_HERE = "What you typed is still here: send it again then."


def explain_error(error: OrgtpError) -> str:
    """The message of an error for a person who has no command line."""
    if isinstance(error, NotAllowedToRecord):
        facts = error.facts
        return (
            f"{facts['by']} may not record for {facts['seat']}. A seat records its own values; its owner, those above "
            f"it and the scorekeepers ({facts['keepers']}) may too."
        )
    text = str(error)
    for phrase, instead in _PHRASES.items():
        text = text.replace(phrase, instead)
    remedy = next((remedy for cause, remedy in _REMEDIES.items() if os.strerror(cause) in text), "")
    return f"{text.removesuffix(_SEND_AGAIN).rstrip('. ')}. {remedy} {_KEPT_HERE}" if remedy else text


def _refuse_control_chars(fields: Fields) -> None:
    """Raise `ActRefused` for control characters in a field, except line breaks and tabs, which are folded."""
    wrong = [
        name for name, text in fields.items() if any(ord(char) < ord(" ") and char not in "\t\r\n" for char in text)
    ]
    if wrong:
        raise ActRefused(dict.fromkeys(wrong, "It has control characters, which cannot be recorded. Type it again."))
