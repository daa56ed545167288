"""Run the server: listen, answer, and stop cleanly. This is the only module that imports uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shlex
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from orgtp.api import GitFailed, LiveOrg, WaitNotice
from orgtp.model.errors import BadInput, OrgtpError
from orgtp.web.history_faults import describe_fault
from orgtp.web.server.app import WebApp
from orgtp.web.server.settings import MAX_PORT, ServerSettings, check_settings

# All headers of a request together, in bytes, and how long they may take, in seconds.
_MOST_HEADERS, _HEADER_SECONDS, _KEEP_SECONDS = 32 * 1024, 15, 20
_MOST_CONNECTIONS, _BACKLOG = 512, 128
# How long what is being answered may take when the server stops.
_STOP_SECONDS = 10
# How long a form waits for other programs. People wait for the answer, and what cannot be written is queued.
_WAIT_SECONDS = 5.0
_INTERRUPTED = 130
_SOCKET_MODE = 0o660


class CannotListen(OrgtpError):
    """The server cannot listen where it should."""

    text = "{where}: {why}. {remedy}"


def open_listener(settings: ServerSettings) -> socket.socket:
    """The socket to listen on. Raises `CannotListen`."""
    return _open_unix_socket(settings.socket) if settings.socket else _open_port(settings.host, settings.port)


def _open_port(host: str, port: int) -> socket.socket:
    where = f"{host} port {port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotListen(where=where, why="there is no such host", remedy="Use: --host 127.0.0.1") from error
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < MAX_PORT else port - 1
            remedy = f"Stop it, or use another one: --port {other}"
            raise CannotListen(where=where, why="another program listens there already", remedy=remedy) from error
        remedy = (
            "Use a port above 1023: orgtp serve --port 8484" if error.errno == errno.EACCES else "Use: --host 127.0.0.1"
        )
        raise CannotListen(where=where, why=error.strerror or error, remedy=remedy) from error
    made.setblocking(False)
    return made


def _open_unix_socket(path: Path) -> socket.socket:
    """A Unix socket that its owner and its group may open; who may reach it at all is for its folder to say."""
    named = shlex.quote(str(path))
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_dead_socket(path)
        before = os.umask(0o777 & ~_SOCKET_MODE)
        try:
            made.bind(str(path))
        finally:
            os.umask(before)
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        why = error.strerror or str(error)
        remedy = f"Look at it: ls -l {named}"
        if not path.parent.is_dir():
            remedy = f"Make its folder first: mkdir -p {shlex.quote(str(path.parent))}"
        raise CannotListen(where=path, why=why, remedy=remedy) from error
    except BaseException:
        made.close()
        raise
    made.setblocking(False)
    return made


def _remove_dead_socket(path: Path) -> None:
    """Remove the socket of a server that was killed. Raises `CannotListen` if one lives, or for anything else there."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise CannotListen(where=path, why="it exists and is no socket", remedy="Name another path: --socket PATH")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise CannotListen(
        where=path, why="another server listens there", remedy="Stop it, or name another path: --socket PATH"
    )


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 for a client that sends a whole request in time; a connection that does not is closed.

    uvicorn itself waits forever for the rest of a request's headers.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._forget_deadline()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Handle what has arrived. When the headers are complete, the application takes over with limits of its own."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._forget_deadline()

    def data_received(self, data: bytes) -> None:
        """Take what arrives. After an answer, the next request has to arrive in time, too."""
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_request()
        super().data_received(data)

    def _expect_request(self) -> None:
        self._deadline = self.loop.call_later(_HEADER_SECONDS, self._close_slow)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _close_slow(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class _StoppableServer(Server):
    """A server that stops for Ctrl-C and SIGTERM, and says which it was.

    `on_start` is called once it serves, and stops when asked to. `on_stop` ends what would never end.
    """

    def __init__(self, config: Config, on_start: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start, self._on_stop = on_start, on_stop
        self.stopped_by: int | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets=sockets)
        self._on_start()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop for the first signal, and at once for the second."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop, number)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self, number: int) -> None:
        self.force_exit = self.should_exit
        self.should_exit, self.stopped_by = True, self.stopped_by or number
        self._on_stop()


def run_server(live: LiveOrg, settings: ServerSettings, say: Callable[[str], None]) -> int:
    """Serve until Ctrl-C (130) or SIGTERM (0), and return that exit code. `say` writes a line for whoever runs it.

    Raises `BadInput` for options that do not fit the org or each other, and `CannotListen`.
    """
    check_settings(settings)
    WaitNotice.seconds = _WAIT_SECONDS
    _check_org(live, settings, say)
    listener = open_listener(settings)
    try:
        if settings.socket is None:
            settings = replace(settings, port=listener.getsockname()[1])
        return asyncio.run(_serve(WebApp(live, settings, say), settings, listener, say))
    finally:
        listener.close()
        if settings.socket is not None:
            settings.socket.unlink(missing_ok=True)


def _check_org(live: LiveOrg, settings: ServerSettings, say: Callable[[str], None]) -> None:
    """Raise now for what no act could work with: a seat that does not exist, nowhere to write, another seat's key.

    A repository that git cannot read may be mended while its pages are served.
    """
    org = live.open()
    for option, seat in (("--as", settings.seat), ("--sign-as", settings.sign_as)):
        if seat and org.staff.org.seat(seat).is_retired:
            raise BadInput(what=f"{seat} is retired. Name another seat: {option} SEAT")
    if not settings.allow_write:
        return
    try:
        org.ledger.writable_repo  # noqa: B018  (it raises if nothing can be written)
        seats = org.ledger.find_signing_seats()
    except GitFailed as error:
        say(f"until this is mended, nothing is recorded: {describe_fault(error)}")
        return
    _check_key(seats, settings)


def _check_key(seats: frozenset[str], settings: ServerSettings) -> None:
    own = {settings.seat, settings.sign_as} - {""}
    if not seats and settings.sign_as:
        raise BadInput(
            what=f"git signs no commits here with a key of {settings.sign_as}. Set commit.gpgsign, gpg.format and "
            "user.signingkey for this repository, and add the key to policy/allowed_signers; or leave out --sign-as"
        )
    if seats and not own & seats:
        names = " or ".join(sorted(seats))
        raise BadInput(
            what=f"git signs commits here with a key of {names}, so what people enter is recorded by that seat, for "
            f"them. Say so: --sign-as {min(seats)}"
        )


async def _serve(app: WebApp, settings: ServerSettings, listener: socket.socket, say: Callable[[str], None]) -> int:
    config: dict[str, Any] = {
        "http": BoundedProtocol,
        "ws": "none",
        "lifespan": "off",
        "loop": "asyncio",
        "log_config": None,
        "access_log": False,
        # Who is at the other end is never taken from a header.
        "proxy_headers": False,
        "server_header": False,
        "date_header": True,
        "limit_concurrency": _MOST_CONNECTIONS,
        "h11_max_incomplete_event_size": _MOST_HEADERS,
        "timeout_keep_alive": _KEEP_SECONDS,
        "timeout_graceful_shutdown": _STOP_SECONDS,
    }
    server = _StoppableServer(Config(app, **config), lambda: _say_start(app, settings, say), app.hub.end)
    changes = asyncio.create_task(app.tell_changes())
    try:
        await server.serve(sockets=[listener])
    finally:
        changes.cancel()
        app.close()
    say("stopped")
    return _INTERRUPTED if server.stopped_by == signal.SIGINT else 0


def _say_start(app: WebApp, settings: ServerSettings, say: Callable[[str], None]) -> None:
    org = app.live.open()
    behind = f" behind {settings.address}" if settings.is_behind_proxy else ""
    say(f"serving {org.head.id} at {settings.socket or settings.own_address}{behind}")
    if not settings.is_behind_proxy and settings.seat:
        app.say_sign_in()
    say("stop with Ctrl-C")
