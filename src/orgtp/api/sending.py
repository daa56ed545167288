"""Send the briefings of the day: who gets one, what is read in time, what a service accepts, and what is recorded."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orgtp.api.ledger import LedgerActions
from orgtp.history.locate import OrgSnapshot, locate_org, read_clock
from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import OrgtpError

# Modules that only some commands need are imported where they are used, to keep start-up fast.
if TYPE_CHECKING:
    from orgtp.ledger.batch import Ledger, RecordedChange
    from orgtp.model.org import Org
    from orgtp.model.records.briefing import Delivery
    from orgtp.notify.send_journal import SendJournal
    from orgtp.render.briefing.blocks import BriefedOrg
    from orgtp.views.briefing.scope import BriefingScope
    from orgtp.views.briefing.types import Briefing, Unseen
    from orgtp.views.selection import Selection

_MAX_PROBLEMS = 5
_AT_ONCE = 8


class NoRecipients(OrgtpError):
    """Nobody has an address to send a briefing to, or nobody is named."""

    text = "{why}"


class BriefingForm(StrEnum):
    """The forms in which a briefing is sent, as the library for sending calls them."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class SendState(StrEnum):
    """What became of one recipient's briefing."""

    SENT = "sent"
    PLANNED = "planned"
    ALREADY = "already"
    RECORDED = "recorded"
    FAILED = "failed"


# What becomes of a briefing without a reason to mention anything.
_FINE = (SendState.PLANNED, SendState.ALREADY, SendState.RECORDED)


@dataclass(frozen=True, slots=True)
class SentBriefing:
    """What became of the briefing of one recipient. `text` is what was sent, or would be."""

    to: str
    state: SendState
    why: str = ""
    text: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether it was not sent, or an address did not accept it."""
        return bool(self.why) and self.state not in _FINE


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Whom to send a briefing to (default: every active seat that the file `named` has an address for), and how.

    `seconds` limits how long the org is read: what is not known by then is a blank. `is_synced` says that the clone has
    just exchanged commits with its remote, and `unsynced_because` why that failed.
    """

    for_: tuple[str, ...] = ()
    form: BriefingForm = BriefingForm.TEXT
    named: Path | None = None
    seconds: float = 60.0
    is_synced: bool = False
    unsynced_because: str = ""


@dataclass(frozen=True, slots=True)
class SentBriefings:
    """What became of every recipient. `queued_because`: the deliveries are kept in the clone, and recorded later."""

    day: date
    briefings: tuple[SentBriefing, ...]
    recorded: RecordedChange | None = None
    queued_because: str = ""

    @property
    def failed(self) -> list[SentBriefing]:
        """The recipients to whom nothing could be sent."""
        return [one for one in self.briefings if one.state is SendState.FAILED]


HOW_TO_NAME = "Name a seat with --for SEAT, or write its address to ~/.config/orgtp/notify.yaml: SEAT: [env:SEAT_URL]"


def read_addresses(named: Path | None) -> Mapping[str, tuple[str, ...]]:
    """The addresses of this machine, by the names of seats: those in the file `named`, else in the usual one."""
    from orgtp.notify.config import notify_path, read_notify_file

    path = notify_path(named)
    return read_notify_file(path) if path else {}


def list_recipients(
    org: Org, now: datetime, for_: Sequence[str], addresses: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """The recipients, in order of their ids. Somebody who is away gets none unless named: their delegate has theirs."""
    from orgtp.model.escalation_policy import find_stand_in

    if for_:
        for seat in for_:
            if not org.seat(seat).is_active:
                raise NoRecipients(
                    why=f"{seat} is {org.seats[seat].status}, so it gets no briefing. Name an active seat"
                )
        return list(dict.fromkeys(for_))
    known = [seat for seat in sorted(addresses) if seat in org.seats and org.seats[seat].is_active]
    found = [seat for seat in known if find_stand_in(org, seat, now) == seat]
    if not found:
        why = (
            "no active seat has an address of its own on this machine" if addresses else "this machine has no addresses"
        )
        raise NoRecipients(why=f"{why}. {HOW_TO_NAME}")
    return found


def _read_first_deliveries(ledger: Ledger, day: date) -> dict[str, Delivery]:
    """The first delivery of each recipient for a day, as the ledger branch has them."""
    from orgtp.files.delivery import read_deliveries
    from orgtp.model.records.briefing import BRIEFINGS_FOLDER

    months = {(day + timedelta(days=shift)).strftime("%Y-%m") for shift in (-1, 0, 1, 2)}
    files = ledger.read_files(f"{BRIEFINGS_FOLDER}{month}.jsonl" for month in sorted(months))
    found = [one for path, raw in files.items() for one in read_deliveries(path, raw)[0] if one.day == day]
    return {one.to: one for one in sorted(found, key=lambda one: one.at, reverse=True)}


def read_known_deliveries(ledger: Ledger, journal: SendJournal, day: date) -> dict[str, Delivery]:
    """The first delivery of each recipient for a day: recorded in the ledger, or kept in the clone so far."""
    kept = {one.to: one for one in journal.list_accepted() if one.day == day}
    return kept | _read_first_deliveries(ledger, day)


@dataclass(frozen=True)
class BriefedClone:
    """The org that briefings are about, in one clone, and what they cannot see of it."""

    snapshot: OrgSnapshot
    ledger: LedgerActions
    outdated_because: str = ""

    def list_unseen(self, *, is_synced: bool = False) -> Iterator[Unseen]:
        """What is not in a briefing of this clone: what could not be read, and what is not here yet."""
        from orgtp.views.briefing.types import Unseen

        found = [problem for part in self.snapshot.unread for problem in part.problems]
        for problem in found[:_MAX_PROBLEMS]:
            yield Unseen(f"{problem.place}: {problem.message}", "orgtp validate")
        if len(found) > _MAX_PROBLEMS:
            yield Unseen("more files that could not be read", "orgtp validate")
        if self.outdated_because:
            yield Unseen(f"the newest commits, because the work tree could not be updated: {self.outdated_because}")
        if self.snapshot.at is None and self.snapshot.repo is not None:
            yield from self._list_not_here(is_synced=is_synced)

    def _list_not_here(self, *, is_synced: bool) -> Iterator[Unseen]:
        from orgtp.ledger.outbox import list_queued
        from orgtp.views.briefing.types import Unseen

        with suppress(OrgtpError):
            if self.snapshot.repo and list_queued(self.snapshot.repo):
                yield Unseen("values that were accepted and wait to be written", "orgtp sync")
        with suppress(OrgtpError):
            if not is_synced and self.ledger.has_remote:
                yield Unseen("what others pushed to the remote since the last sync of this clone", "orgtp sync")


class BriefingReading:
    """Reads the sections of all recipients in a thread, so that whoever waits can stop waiting.

    It opens the org for itself: what it still uses then is used by nobody else.
    """

    def __init__(
        self,
        snapshot: OrgSnapshot,
        selection: Selection,
        for_: Sequence[str],
        addresses: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.snapshot = snapshot
        self.selection, self.for_, self.addresses = selection, for_, addresses
        self.org: Org | None = None
        self.of: BriefedOrg | None = None
        self.recipients: list[str] = []
        self.sections: dict[str, dict[str, Any]] = {}
        self.scopes: dict[str, BriefingScope] = {}
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def read(self, seconds: float) -> bool:
        """Read for so many seconds at most. Returns whether everything is read. Raises what the reading raises."""
        self._thread.start()
        self._thread.join(max(0.0, seconds))
        if isinstance(self.error, OrgtpError) and not self.recipients:
            raise self.error
        return not self._thread.is_alive() and self.error is None

    def _run(self) -> None:
        try:
            self._read_all()
        except Exception as error:  # noqa: BLE001  (what is known is sent, whatever happens to the rest)
            self.error = error

    def _read_all(self) -> None:
        from orgtp.views.briefing.build import SECTIONS
        from orgtp.views.briefing.scope import BriefingScope

        self.snapshot = locate_org(self.snapshot.root, None, self.snapshot.now)
        # The commit is looked up before anything is read, so that nothing in the briefing is older than it says.
        self.of = describe_briefed_org(self.snapshot)
        org = self.snapshot.staff.org
        self.recipients = list_recipients(org, self.snapshot.now, self.for_, self.addresses)
        self.org = org
        base = BriefingScope(org, self.snapshot.now, self.selection)
        self.scopes = {to: base.narrow(to) for to in self.recipients}
        for name, read in SECTIONS.items():
            for to, scope in self.scopes.items():
                self.sections.setdefault(to, {})[name] = read(scope)


class BriefingRun:
    """One run of `send`. It is used by one thread, and the lock `briefing` is held if it sends anything."""

    def __init__(
        self,
        briefings: BriefedClone,
        ledger: Ledger,
        request: SendRequest,
        reading: BriefingReading,
        addresses: Mapping[str, tuple[str, ...]],
    ) -> None:
        from orgtp.notify.send_journal import SendJournal

        self.briefings, self.ledger, self.request, self.reading = briefings, ledger, request, reading
        self.addresses = addresses
        self.snapshot = briefings.snapshot
        self.day = self.snapshot.now.astimezone(self.snapshot.head.zone).date()
        self.journal: SendJournal = SendJournal(ledger.repo)

    def plan(self) -> SentBriefings:
        """What would be sent."""
        texts = self._build_texts()
        held = self._list_delivered()
        found = [SentBriefing(to, *self._plan_one(to, held), text) for to, text in texts.items()]
        return SentBriefings(self.day, tuple(found))

    def _plan_one(self, to: str, held: Mapping[str, str]) -> tuple[SendState, str]:
        return (SendState.ALREADY, held[to]) if to in held else (SendState.PLANNED, "")

    def send(self, by: str) -> SentBriefings:
        """Send to everybody who has not had it yet, and record it."""
        from orgtp.actions.brief import check_sender
        from orgtp.ledger.git_user import find_acting_seat

        texts = self._build_texts()
        acting = find_acting_seat(self.ledger, by, self.briefings.ledger.load_fallback)
        if self.reading.org:
            with self.briefings.ledger.explain_refusals():
                check_sender(self.reading.org, acting)
        self.journal.remove_old(self.day)
        held = self._list_delivered()
        due = {to: text for to, text in texts.items() if to not in held}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            sent = [*pool.map(lambda item: self._send_one(item[0], item[1], acting), due.items())]
        known = [SentBriefing(to, SendState.ALREADY, held[to]) for to in texts if to in held]
        return record_accepted(self.briefings, self.ledger, acting, sorted([*sent, *known], key=lambda one: one.to))

    def _build_texts(self) -> dict[str, str]:
        """What each recipient is sent: what was read in time, and blanks for the rest."""
        is_complete = self.reading.read(self.request.seconds)
        recipients = self.reading.recipients or self._guess_recipients()
        unseen = [*self._list_unseen(is_complete=is_complete)]
        return {to: self._format_briefing(self._build_one(to, unseen)) for to in recipients}

    def _guess_recipients(self) -> Collection[str]:
        """Whom to send to if the seats could not even be read."""
        found = self.request.for_ or tuple(name for name in sorted(self.addresses) if name != "default")
        if not found:
            raise NoRecipients(why=f"it is not known who gets a briefing. {HOW_TO_NAME}")
        return found

    def _list_unseen(self, *, is_complete: bool) -> Iterator[Unseen]:
        from orgtp.views.briefing.types import Unseen

        why = self.request.unsynced_because
        if why:
            yield Unseen(f"what others pushed since the last sync of this clone, because {why}", "orgtp sync")
        if self.reading.error is not None:
            yield Unseen(f"the rest, because of an error: {type(self.reading.error).__name__}: {self.reading.error}")
        elif not is_complete:
            yield Unseen("the rest, because the org could not be read before the deadline")
            return
        read = replace(self.briefings, snapshot=self.reading.snapshot)
        yield from read.list_unseen(is_synced=self.request.is_synced or bool(why))

    def _build_one(self, to: str, unseen: Sequence[Unseen]) -> Briefing:
        from orgtp.views.briefing.build import build_blank_briefing, build_briefing

        scope = self.reading.scopes.get(to)
        if scope is None:
            return build_blank_briefing(self.snapshot.head.zone, self.snapshot.now, to, unseen)
        return build_briefing(scope, dict(self.reading.sections.get(to, {})), unseen)

    def _format_briefing(self, view: Briefing) -> str:
        from orgtp.render.briefing.formats import briefing_html, briefing_markdown, briefing_text
        from orgtp.render.terminal import Screen

        of = self.reading.of or describe_briefed_org(self.snapshot)
        if self.request.form is BriefingForm.HTML:
            return briefing_html(view, of)
        return (
            briefing_markdown(view, of)
            if self.request.form is BriefingForm.MARKDOWN
            else briefing_text(view, of, Screen())
        )

    def _list_delivered(self) -> dict[str, str]:
        """Who has had the briefing of the day, and when: recorded in the ledger, or kept in the clone."""
        zone = self.snapshot.head.zone
        found = read_known_deliveries(self.ledger, self.journal, self.day)
        return {to: f"delivered at {one.at.astimezone(zone):%H:%M}" for to, one in found.items()}

    def _send_one(self, to: str, text: str, by: str) -> SentBriefing:
        from orgtp.model.records.briefing import Delivery
        from orgtp.notify.notify import Notification, send_message

        if not (self.addresses.get(to) or self.addresses.get("default")):
            return SentBriefing(to, SendState.FAILED, f"{to} has no address on this machine. {HOW_TO_NAME}", text)
        unsure = self.journal.is_unsure(self.day, to)
        self.journal.begin(self.day, to)
        title = f"{self.snapshot.head.name}: briefing of {self.day:%a %Y-%m-%d}"
        done = send_message(Notification(to, title, text, self.request.form), self.addresses)
        if not done.accepted:
            self.journal.fail(self.day, to)
            return SentBriefing(to, SendState.FAILED, "; ".join(done.failures), text)
        notes = [*([_MAYBE_SECOND] if unsure else []), *done.failures]
        at = max(read_clock(), self.snapshot.now).astimezone(UTC).replace(microsecond=0)
        new_id = self.briefings.ledger.new_id()
        commit = self.reading.of.commit if self.reading.of else ""
        self.journal.accept(Delivery(new_id, at, to, self.day, commit, by, "; ".join(notes)))
        return SentBriefing(to, SendState.SENT, "; ".join(notes), text)


_MAYBE_SECOND = "it may be the second one, because an earlier run ended while it was sending"


def describe_briefed_org(snapshot: OrgSnapshot) -> BriefedOrg:
    """What a briefing says of the org that it is about."""
    from orgtp.render.briefing.blocks import BriefedOrg

    try:
        commit, is_dirty = snapshot.revision or "", snapshot.has_uncommitted_changes
    except OrgtpError:
        commit, is_dirty = "", False
    return BriefedOrg(snapshot.head.name, snapshot.head.zone, commit, is_dirty)


def record_accepted(briefings: BriefedClone, ledger: Ledger, by: str, sent: Sequence[SentBriefing]) -> SentBriefings:
    """Record every delivery that the journal has, in one commit, and forget what is recorded.

    The org is opened again: the time that the reading took does not matter any more.
    """
    from orgtp.actions.brief import record_deliveries
    from orgtp.ledger.batch import NotWritten
    from orgtp.notify.send_journal import SendJournal

    journal, snapshot = SendJournal(ledger.repo), briefings.snapshot
    day = snapshot.now.astimezone(snapshot.head.zone).date()
    kept = journal.list_accepted()
    if not kept:
        return SentBriefings(day, tuple(sent))
    fresh = LedgerActions(locate_org(snapshot.root, None, snapshot.now))
    try:
        done = fresh.record(lambda org: record_deliveries(org, kept, by or _find_sender(kept)))
    except NotWritten as why:
        return SentBriefings(day, tuple(sent), None, str(why.facts["why"]))
    for one in kept:
        journal.clear(one)
    return SentBriefings(day, tuple(sent), done)


def _find_sender(kept: Sequence[Delivery]) -> str:
    """The seat that sent what is recorded."""
    return next((one.by for one in kept if one.by), "")
