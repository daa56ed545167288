"""Render what the server answers with: the pages of the org, now or at a day, and the pages that say what is wrong."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote, urlencode

from orgtp.api import LiveOrg, OrgHandle, open_org
from orgtp.model.errors import OrgtpError, UnknownSeat
from orgtp.web.assets import SCRIPT, STYLE, read_asset
from orgtp.web.history_faults import describe_fault, make_anyway, mark_without_history
from orgtp.web.links import STATIC, FileLinks
from orgtp.web.page_html import Frame, render_page
from orgtp.web.pages.page import (
    ANYONE,
    HISTORY_UNREAD,
    NO_HISTORY,
    Page,
    PageMissing,
    PageRequest,
    RecordVerdict,
    SentForm,
    SiteFacts,
    check_record,
    gather_facts,
)
from orgtp.web.pages.registry import FIRST, SUFFIX, PageAddress, find_page
from orgtp.web.server.answers import NEVER_KEPT, Answer, AnswerCache, AnswerMoment, make_answer, make_asset
from orgtp.web.server.visitors import Visitor

# How many parameters of an address count, and how long they may be.
_LONGEST_QUERY = 200
_ASSET_KINDS = {STYLE: "text/css; charset=utf-8", SCRIPT: "text/javascript; charset=utf-8"}
_VERSION_DIGITS = 16
# After how many seconds an audit that failed is tried again.
_RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ServedLinks(FileLinks):
    """Addresses of the server: those of files, and assets with their hash, which a browser keeps."""

    def asset(self, name: str) -> str:
        """The relative address, which changes with the content."""
        return f"{'../' * self.path.count('/')}{STATIC}{quote(name)}?v={hash_version(name)}"


@cache
def hash_version(name: str) -> str:
    """The beginning of the hash of an asset."""
    return hashlib.sha256(read_asset(name).encode()).hexdigest()[:_VERSION_DIGITS]


@cache
def list_assets() -> Mapping[str, Answer]:
    """The style sheet and the script, by path. Nothing else is served as a file, and no folder is read."""
    return {f"/{STATIC}{name}": make_asset(read_asset(name), kind) for name, kind in _ASSET_KINDS.items()}


class Recheck:
    """Audits the record in the background whenever it has a new commit, for the foot of every page."""

    def __init__(self, live: LiveOrg, say: Callable[[str], None]) -> None:
        self._live, self._say = live, say
        self._lock = threading.Lock()
        self._checked, self._running, self._next_try = -1, False, math.inf
        self.verdict: RecordVerdict | None = None
        self.why_unchecked = "the audit is running"
        self._told = ""

    def request(self) -> None:
        """Audit the record, unless it is as it was, or is being audited."""
        with self._lock:
            is_done = self._checked == self._live.version and time.monotonic() < self._next_try
            if self._running or is_done:
                return
            self._running, self._checked, self._next_try = True, self._live.version, math.inf
        threading.Thread(target=self._check, name="audit", daemon=True).start()

    def _check(self) -> None:
        try:
            self.verdict = check_record(open_org(self._live.root))
            self.why_unchecked, self._told = NO_HISTORY, ""
        except OrgtpError as error:
            self._tell(f"the record was not audited: {describe_fault(error)}")
            self.verdict, self.why_unchecked = None, HISTORY_UNREAD
            # It may be mended without a new commit.
            self._next_try = time.monotonic() + _RETRY_SECONDS
        except BaseException as error:
            # The traceback of a thread goes to standard error. The pages must not wait for ever.
            self.verdict, self.why_unchecked = None, f"the audit failed: {type(error).__name__}"
            raise
        finally:
            self._running = False

    def _tell(self, line: str) -> None:
        """Tell the log what it has not been told just before."""
        if line != self._told:
            self._say(line)
        self._told = line

    @property
    def key(self) -> object:
        """What the foot of a page says."""
        return (self.verdict.audit.verdict, self.verdict.checked) if self.verdict else self.why_unchecked


@dataclass(frozen=True, slots=True)
class PageAsk:
    """Which page is asked for, by whom, as of when (`at`), and after which form.

    `place` is the path at which it is answered, if that is not its own: addresses on the page are relative to it.
    """

    address: PageAddress
    visitor: Visitor
    at: str = ""
    query: tuple[tuple[str, str], ...] = ()
    sent: SentForm | None = None
    status: int = 200
    place: str = ""

    @classmethod
    def of(cls, path: str, query: Mapping[str, str], visitor: Visitor) -> PageAsk:
        """The page at a path. Raises `PageMissing`."""
        address = find_page(path.removeprefix("/"))
        # Any other parameter would only make the same page again.
        asked = {name: query[name][:_LONGEST_QUERY] for name in ("at", *address.kind.query) if name in query}
        at = asked.pop("at", "")
        return cls(address, visitor, at, tuple(sorted(asked.items())))


@dataclass(frozen=True, slots=True)
class RequestProblem:
    """What is wrong with a request to a path. `typed` is a form that was not recorded, to be sent again.

    `is_bare`: its page says nothing about the org, as if there were none.
    """

    status: int
    title: str
    message: str
    path: str
    typed: Mapping[str, str] = field(default_factory=dict)
    is_bare: bool = False


@dataclass(frozen=True)
class PageServer:
    """Answers with pages, each rendered once for everybody to whom it shows the same.

    `on_fault` is told why a page is made without the history, and returns what the page says about it.
    """

    live: LiveOrg
    cache: AnswerCache
    recheck: Recheck
    on_fault: Callable[[OrgHandle, OrgtpError], str]

    def answer(self, asked: PageAsk) -> Answer:
        """The page. Raises `PageMissing`, `UnknownSeat`, what the views raise, and what `open_past` raises.

        It is the same until the org changes, a minute has passed (then a value may be late), or the audit is done.
        """
        handle, version = self.live.open_version()
        if asked.at:
            handle = self.live.open_past(asked.at)
        self.recheck.request()
        if asked.sent is not None:
            with self.cache.making:
                return self._render(handle, version, asked)
        moment = AnswerMoment((version, self.recheck.key, asked.address.kind.read_stamp(handle)), handle.now)
        key = asked.address, asked.at, asked.query, asked.visitor.key
        return self.cache.get_or_make(key, moment, lambda: self._render(handle, version, asked))

    def _render(self, handle: OrgHandle, version: int, asked: PageAsk) -> Answer:
        """The page, if it must be without the history. Raises what the views raise for the org without it."""
        made, fault = make_anyway(handle, lambda org, fault: self._render_from(org, version, asked, fault))
        # What is damaged may be mended without a new commit, so the next reader asks again.
        return made if fault is None else replace(made, keep=NEVER_KEPT, tag="")

    def _render_from(self, handle: OrgHandle, version: int, asked: PageAsk, fault: OrgtpError | None) -> Answer:
        reader, address = asked.visitor.make_reader(handle), asked.address
        if address.kind.needs_server and not reader.may_write:
            raise PageMissing(path=address.path)
        query, sent = dict(asked.query), asked.sent
        page = address.kind.build(PageRequest(handle, address.subject, reader, query, is_served=True, sent=sent))
        facts, links = self._gather_facts(handle), ServedLinks(asked.place or address.path, handle.at or "")
        if fault is not None:
            facts = mark_without_history(facts, self.on_fault(handle, fault))
        text = render_page(page, Frame(facts, links, reader, is_served=True, sent=sent, version=version))
        return make_answer(text, status=asked.status, is_private=bool(asked.visitor.seats))

    def _gather_facts(self, handle: OrgHandle) -> SiteFacts:
        verdict = self.recheck.verdict
        return gather_facts(handle, verdict=verdict, why_unchecked="" if verdict else self.recheck.why_unchecked)

    def _gather_known_facts(self, otherwise: SiteFacts) -> SiteFacts:
        try:
            with self.cache.making:
                return self._gather_facts(self.live.open())
        except OrgtpError:
            return otherwise

    def answer_problem(self, problem: RequestProblem) -> Answer:
        """The page that says what is wrong."""
        bare = SiteFacts("orgtp", "UTC", datetime.now(UTC), "", is_past=False, has_uncommitted_changes=False)
        facts = bare if problem.is_bare else self._gather_known_facts(bare)
        path = problem.path.removeprefix("/")
        typed = {name: text for name, text in problem.typed.items() if text.strip() and not _is_hidden(name)}
        content = {"message": problem.message, "again": path, "sent": problem.typed, "typed": typed}
        with self.cache.making:
            # To find the page of a commit, the log is read: what is wrong may be just that.
            plain = replace(facts, unread=(), commit_pages=None)
            page = Page("error", problem.title, content)
            text = render_page(page, Frame(plain, ServedLinks(path), ANYONE, is_served=True))
        return replace(make_answer(text, status=problem.status), keep=NEVER_KEPT, tag="")


def _is_hidden(name: str) -> bool:
    """Whether nobody typed a field of a form."""
    return name in {"csrf", "page", "week", "do", "todo", "escalation"} or name.partition(".")[0] == "seen"


def describe_missing(error: OrgtpError) -> tuple[str, str]:
    """The title and the message of the page for something that does not exist."""
    if isinstance(error, UnknownSeat):
        return "There is no such seat", f"{str(error)[:1].upper()}{str(error)[1:]}"
    if isinstance(error, PageMissing):
        return "There is no such page", "The address may be mistyped. The pages are listed above."
    return "This page cannot be shown", str(error)


def choose_page(*paths: str) -> str:
    """The first of the paths that is that of a page, else the first page: a form never leads elsewhere."""
    for path in paths:
        with suppress(PageMissing):
            return find_page(path.removeprefix("/")).path
    return f"{FIRST}{SUFFIX}"


def make_location(path: str, query: Mapping[str, str]) -> str:
    """The address of a page of this server, for a redirection."""
    return f"/{quote(path)}?{urlencode(query)}"
