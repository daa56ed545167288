"""The application: checks a request, finds out who sent it, and answers it (ASGI)."""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from orgtp.api import LiveOrg, NoOrgYet, OrgHandle
from orgtp.api.live import NotInRecord
from orgtp.crash_report import save_trace
from orgtp.model.errors import BadInput, OrgtpError, UnknownSeat
from orgtp.model.text import escape_control_chars
from orgtp.web.history_faults import describe_fault, explain_fault
from orgtp.web.pages.meeting import number_draft
from orgtp.web.pages.page import PageMissing, SentForm, SentState
from orgtp.web.server.acts import ACTS, Act, Recorder, perform_act
from orgtp.web.server.answers import Answer, AnswerCache
from orgtp.web.server.events import EventHub, format_event
from orgtp.web.server.guard import TimedSend, check_request, make_security_headers, read_form
from orgtp.web.server.meeting import Meetings
from orgtp.web.server.pages import (
    PageAsk,
    PageServer,
    Recheck,
    RequestProblem,
    choose_page,
    describe_missing,
    list_assets,
    make_location,
)
from orgtp.web.server.sessions import Sessions
from orgtp.web.server.settings import ServerSettings
from orgtp.web.server.visitors import RequestRefused, Visitor, check_proxy, describe_stranger, find_visitor

_Found = TypeVar("_Found")
_OK, _SEE_OTHER, _NOT_FOUND, _CONFLICT, _UNPROCESSABLE, _BUG = 200, 303, 404, 409, 422, 500
_LEAST_LOGGED, _MOST_LOGGED = 400, 3
_READERS, _WRITERS = 4, 4
# What is asked for does not exist.
_NOT_THERE = (PageMissing, UnknownSeat, BadInput, NotInRecord, NoOrgYet)
# How often the server looks whether the org has changed, to tell the pages that are open.
_LOOK_SECONDS = 1.0
_CHANGES = "changes"
_ACT, _SIGN_IN, _SIGN_OUT, _ICON = "/act/", "/sign-in", "/sign-out", "/favicon.ico"
_SIGNED_IN = "/numbers.html"
_GOES_ON = "Once that is mended, this page works again: the server need not be restarted."
_LOG_HAS_REASON = "Whoever runs the server finds the reason in its log."
_EVENTS, _MEETING_EVENTS, _MEETING_POSITION = "/events", "/meeting/events", "/meeting/position"


class WebApp:
    """The server of an org as an ASGI application. `say` writes a line for the person who runs it."""

    def __init__(self, live: LiveOrg, settings: ServerSettings, say: Callable[[str], None]) -> None:
        self.live, self.settings, self._say = live, settings, say
        self.sessions = Sessions(settings)
        self.hub = EventHub()
        self.meetings = Meetings(self.hub)
        self.pages = PageServer(live, AnswerCache(), Recheck(live, self._log), self._explain_history_fault)
        self._faults: tuple[int, set[str]] = (-1, set())
        self._headers = make_security_headers(settings)
        self._reading = ThreadPoolExecutor(_READERS, "read")
        self._writing = ThreadPoolExecutor(_WRITERS, "write")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        request, began = Request(scope, receive), time.monotonic()
        timed = TimedSend(send, self._headers)
        try:
            response = await self._answer(request)
            await response(scope, receive, timed)
        except (ClientDisconnect, TimeoutError, OSError):
            # The reader has left, or takes too long.
            return
        finally:
            if timed.status >= _LEAST_LOGGED:
                took = (time.monotonic() - began) * 1000
                self._log(f"{request.method} {request.scope['path']} {timed.status} {took:.0f} ms")

    async def _answer(self, request: Request) -> Response:
        try:
            check_request(request, self.settings)
            check_proxy(request, self.settings)
            return await self._route(request)
        except RequestRefused as error:
            return await self._answer_problem(request, error.status, error.title, error.reason, is_bare=True)
        except _NOT_THERE as error:
            return await self._answer_problem(request, _NOT_FOUND, *describe_missing(error))
        except OrgtpError as error:
            is_bare = self.settings.is_behind_proxy
            reason = f"{str(error).rstrip('.')}. {_GOES_ON}"
            said = self._tell_log(error) if is_bare else ("This page cannot be shown", reason)
            return await self._answer_problem(request, _BUG, *said, is_bare=is_bare)
        except (ClientDisconnect, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  (a bug in one page must not end the server)
            return await self._answer_bug(request, error)

    async def _route(self, request: Request) -> Response:
        path = request.scope["path"]
        if request.method == "POST":
            return await self._route_form(request, path)
        if (asset := list_assets().get(path)) is not None:
            return asset.make_response(request)
        if path == _ICON:
            # Browsers ask for it, whatever a page says.
            return Response(status_code=204, headers={"Cache-Control": "public, max-age=86400"})
        if path.startswith(_ACT) or path in {_SIGN_IN, _SIGN_OUT, _MEETING_POSITION}:
            return self._sign_in(request) if path == _SIGN_IN else _leave_form(path)
        if path in {_EVENTS, _MEETING_EVENTS}:
            return await self._open_events(request, path)
        visitor = await self._find_visitor(request, may_start=True)
        sent = self.sessions.find_sent(visitor.session, request.query_params.get("sent", ""))
        return await self._answer_page(request, path, visitor, sent)

    async def _route_form(self, request: Request, path: str) -> Response:
        routes: Mapping[str, Callable[[Request, Mapping[str, str], Visitor], Awaitable[Response]]] = {
            _SIGN_OUT: self._sign_out,
            _MEETING_POSITION: self._move_meeting,
            **{f"{_ACT}{name}": partial(self._perform, act) for name, act in ACTS.items()},
        }
        if path not in routes:
            raise RequestRefused(405, "Not possible here", "This page takes no forms.")
        if path.startswith(_ACT) and not self.settings.allow_write:
            raise RequestRefused(403, "Nothing is recorded here", "This server was started without --allow-write.")
        request.state.fields = fields = await read_form(request)
        visitor = await self._find_visitor(request)
        if path.startswith(_ACT) or (visitor.session and visitor.session.has_token(fields.get("csrf", ""))):
            return await routes[path](request, fields, visitor)
        raise RequestRefused(403, "Your session has ended", "Open the page again, and send it from there.")

    # Pages.

    async def _find_visitor(self, request: Request, *, may_start: bool = False) -> Visitor:
        try:
            return await self._run(find_visitor, request, self.settings, self.sessions, self.live, may_start=may_start)
        except OrgtpError as error:
            # Whether the person may look is not known.
            raise RequestRefused(_BUG, *self._tell_log(error)) from error

    async def _answer_page(
        self, request: Request, path: str, visitor: Visitor, sent: SentForm | None = None, status: int = _OK
    ) -> Response:
        query = {name: text for name, text in request.query_params.items() if name != "sent"}
        place = request.scope["path"].removeprefix("/") if request.method == "POST" else ""
        asked = replace(PageAsk.of(path, {} if sent else query, visitor), sent=sent, status=status, place=place)
        if asked.address.kind.needs_server and (asked.at or not visitor.may_write):
            raise RequestRefused(403, *self._explain_stranger(visitor))
        found = await self._run(self.pages.answer, asked)
        return self._respond(request, found, visitor)

    def _respond(self, request: Request, answer: Answer, visitor: Visitor | None = None) -> Response:
        response = answer.make_response(request)
        if visitor and visitor.is_new and visitor.session:
            response.headers["Set-Cookie"] = self.sessions.format_cookie(visitor.session)
        return response

    async def _answer_problem(
        self, request: Request, status: int, title: str, message: str, *, is_bare: bool = False
    ) -> Response:
        """A page that says what is wrong. `is_bare`: it says nothing about the org, since anybody may have asked."""
        path = request.scope["path"]
        # Of a form that the server could not take for a reason of its own, nothing is lost.
        typed = getattr(request.state, "fields", {}) if status == _BUG else {}
        problem = RequestProblem(status, title, message, path, typed, is_bare=is_bare)
        found = await self._run(self.pages.answer_problem, problem)
        headers = {"Allow": "GET, HEAD, POST"} if status == 405 else {}  # noqa: PLR2004
        headers |= {"Retry-After": "30"} if status == 503 else {}  # noqa: PLR2004
        return self._respond(request, replace(found, headers=headers))

    async def _answer_bug(self, request: Request, error: Exception) -> Response:
        trace = "".join(traceback.format_exception(error))
        where = save_trace(trace)
        self._log(f"this is a bug in orgtp: {type(error).__name__}: {error}. {where}")
        if not where:
            sys.stderr.write(trace)
        # Whether it was recorded before is not known, so it is not offered to be sent again.
        request.state.fields = {}
        message = "This is a bug in orgtp. Nothing is lost. Whoever runs the server finds what to report in its log."
        return await self._answer_problem(request, _BUG, "This page cannot be shown", message, is_bare=True)

    def _tell_log(self, error: OrgtpError) -> tuple[str, str]:
        """Tell the log what is wrong with the files of this machine, and return what others are told."""
        self._log(f"the org cannot be read: {error}")
        return (
            "This page cannot be shown",
            f"The org cannot be read. {_LOG_HAS_REASON} {_GOES_ON}",
        )

    def _explain_history_fault(self, org: OrgHandle, error: OrgtpError) -> str:
        """Tell the log, once for each version, why a page has no history, and return what the page says about it."""
        said, version = describe_fault(error), self.live.version
        if self._faults[0] != version:
            self._faults = version, set()
        if said not in self._faults[1]:
            self._faults[1].add(said)
            self._log(f"the history cannot be read: {said}")
        return _LOG_HAS_REASON if self.settings.is_behind_proxy else explain_fault(org, error)

    # Signing in and out.

    def _sign_in(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        if self.settings.is_behind_proxy:
            raise RequestRefused(403, "Not needed here", "The proxy has signed you in.")
        if request.method == "HEAD":
            # Something only looks whether the address exists. It works once, for the person.
            return Response(status_code=204)
        if not self.settings.seat or not self.sessions.take_sign_in_token(token):
            if self.sessions.find(request.cookies.get(self.sessions.cookie, "")):
                return _redirect(_SIGNED_IN)
            title, reason = self._explain_stranger(Visitor())
            raise RequestRefused(403, title, f"This address works once. {reason}" if token else reason)
        session = self.sessions.start(self.settings.seat)
        self._log(f"signed in as {self.settings.seat}")
        return _redirect(_SIGNED_IN, self.sessions.format_cookie(session))

    def _explain_stranger(self, visitor: Visitor) -> tuple[str, str]:
        """The title and the reason for a person who wants to record something, and may not. Prints a way to sign in."""
        if not self.settings.allow_write:
            return "Nothing is recorded here", "This server was started without --allow-write."
        if visitor.seats:
            return "There is no such page", "Numbers are entered as of now, not as of a day before."
        if self.settings.is_behind_proxy:
            return "You have no seat here", describe_stranger(visitor.address)
        if not self.sessions.has_sign_in_token:
            self.say_sign_in()
        return "You are not signed in", "Open the newest address that is printed where the server was started."

    async def _sign_out(self, _request: Request, _fields: Mapping[str, str], visitor: Visitor) -> Response:
        if visitor.session:
            self.sessions.end(visitor.session)
        if not self.settings.is_behind_proxy:
            self.say_sign_in()
        response = _redirect("/", self.sessions.format_cookie(None))
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def say_sign_in(self) -> None:
        """Say the address that signs the person of `--as` in, once."""
        token = self.sessions.make_sign_in_token()
        self._say(f"to enter numbers as {self.settings.seat}, open {self.settings.address}sign-in?token={token}")

    # Acts.

    async def _perform(self, act: Act, request: Request, fields: Mapping[str, str], visitor: Visitor) -> Response:
        page = choose_page(*filter(None, (fields.get("page", ""), act.page)))
        if not visitor.seats:
            title, reason = self._explain_stranger(visitor)
            again = "" if visitor.address else " Then load this page again: what you typed is sent once more."
            raise RequestRefused(403, title, f"Nothing was recorded. {reason}{again}")
        if not visitor.may_write or not (visitor.session and visitor.session.has_token(fields.get("csrf", ""))):
            return await self._ask_again(act, request, fields, visitor, page)
        recorder = Recorder(self.live.root, visitor, self.settings.sign_as)
        sent = await asyncio.get_running_loop().run_in_executor(self._writing, perform_act, act, recorder, fields)
        self._log_act(act, visitor, sent)
        if not sent.is_recorded:
            status = _CONFLICT if sent.state is SentState.CONFLICT else _UNPROCESSABLE
            return await self._answer_page(request, page, visitor, sent, status)
        if act.name == "review":
            # The answers are saved, even if the others cannot be told now.
            with suppress(OrgtpError, RequestRefused):
                name = await self._run(self._read_name, visitor)
                self.meetings.tell_saved(fields.get("week", ""), visitor.seat, name)
        key = self.sessions.keep_sent(visitor.session, sent)
        return Response(status_code=_SEE_OTHER, headers={"Location": make_location(page, {"sent": key})})

    async def _ask_again(
        self, act: Act, request: Request, fields: Mapping[str, str], visitor: Visitor, page: str
    ) -> Response:
        """Show the form again after the session has ended, with what was typed, to be sent again."""
        session = self.sessions.start(visitor.address or visitor.seat)
        again = replace(visitor, session=session, is_new=True)
        kept = {name: text for name, text in fields.items() if name != "csrf"}
        error = (
            "Your session had ended, so nothing was recorded. You are signed in again: look at it, and send it again."
        )
        return await self._answer_page(
            request, page, again, SentForm(act.name, SentState.REFUSED, kept, {"": error}), 403
        )

    def _log_act(self, act: Act, visitor: Visitor, sent: SentForm) -> None:
        errors, more = [*sent.errors.values()][:_MOST_LOGGED], len(sent.errors) - _MOST_LOGGED
        wrong = "; ".join([*errors, *([f"and {more:,} more"] if more > 0 else [])])
        what = f"{sent.commit[:10]} {sent.subject}".strip() or sent.queued_because or wrong
        self._log(f"{act.name} by {visitor.seat}: {sent.state} {what}")

    # Events.

    async def _open_events(self, request: Request, path: str) -> Response:
        if request.method != "GET":
            raise RequestRefused(405, "Not possible here", "This address sends events.")
        visitor = await self._find_visitor(request)
        person = visitor.address or visitor.seat or (request.client.host if request.client else "")
        # The connection comes first: what changes while it is looked at is told, too.
        if path == _MEETING_EVENTS:
            stream = self.meetings.watch(request.query_params.get("week", ""), person)
            name, read = "draft", self._read_draft
        else:
            stream = self.hub.find_channel(_CHANGES).open_stream(person)
            name, read = "version", self._read_version
        try:
            stream.tell(format_event(name, await self._run(read)))
        except BaseException:
            stream.end()
            raise
        return stream

    async def _move_meeting(self, _request: Request, fields: Mapping[str, str], visitor: Visitor) -> Response:
        if not visitor.may_write:
            raise RequestRefused(403, "You are not signed in", "Only a person who may write leads a meeting.")
        name = await self._run(self._read_name, visitor)
        week, row = fields.get("week", ""), fields.get("row", "")
        self.meetings.move(week, row, visitor.seat, name, take=fields.get("take") == "1")
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    def _read_name(self, visitor: Visitor) -> str:
        with self.pages.cache.making:
            return visitor.make_reader(self.live.open()).name

    def _read_version(self) -> Mapping[str, object]:
        """What `/events` tells a page: the number of this version of the org in this process, and its commit."""
        handle, version = self.live.open_version()
        commit = ""
        with self.pages.cache.making, suppress(OrgtpError):
            commit = handle.revision or ""
        return {"version": version, "commit": commit}

    def _read_draft(self) -> Mapping[str, object]:
        """What `/meeting/events` tells a page first: which answers are saved, by a number that its page has, too."""
        return {"draft": number_draft(self.live.open())}

    async def tell_changes(self) -> None:
        """Tell the pages that are open when the org has changed, until the task is cancelled."""
        known = -1
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                version = await self._run(self._read_version)
            except OrgtpError:
                # The next page says why.
                continue
            # The first time, too: a page may have been opened before a commit that came before this first look. One
            # that shows this version does nothing.
            if known != version["version"]:
                self.hub.find_channel(_CHANGES).publish("changed", version)
            known = int(str(version["version"]))

    def close(self) -> None:
        """End the threads, after what they are recording."""
        self.pages.cache.close()
        self._reading.shutdown(wait=False, cancel_futures=True)
        self._writing.shutdown(wait=True)

    async def _run(self, work: Callable[..., _Found], *words: object, **named: object) -> _Found:
        return await asyncio.get_running_loop().run_in_executor(self._reading, partial(work, *words, **named))

    def _log(self, line: str) -> None:
        self._say(escape_control_chars(line))


def _leave_form(path: str) -> Response:
    """Lead from the address at which a refused form was shown to its page: somebody has opened it again."""
    act = ACTS.get(path.removeprefix(_ACT))
    if act is None:
        raise RequestRefused(405, "Not possible here", "This address takes forms only.")
    return _redirect(f"/{act.page}")


def _redirect(path: str, cookie: str = "") -> Response:
    headers = {"Location": path, "Cache-Control": "no-store", **({"Set-Cookie": cookie} if cookie else {})}
    return Response(status_code=_SEE_OTHER, headers=headers)
