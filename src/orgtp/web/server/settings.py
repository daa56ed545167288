"""Where the server listens, who its readers are, and what they may do."""

from __future__ import annotations

import ipaddress
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from orgtp.model.errors import BadInput

# The header in which a proxy sends the secret that it shares with the server.
SECRET_HEADER = "x-orgtp-proxy-secret"  # noqa: S105  (the name of the header)
_LEAST_SECRET, _MOST_SECRET = 16, 1024
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
# Headers that mean something else, so that no proxy can say in them who somebody is.
_OTHER_HEADERS = frozenset({"host", "origin", "cookie", "referer", "content-type", "content-length", SECRET_HEADER})
_HTTP_PORT, _HTTPS_PORT, MAX_PORT = 80, 443, 65535


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The options of `orgtp serve`.

    `seat` is the person on this machine (`--as`); `auth_header` is the header in which a proxy names the person, and
    `secret` what it proves itself with. `url` is the address that people type, where a proxy is in between. `public`:
    an address that belongs to no seat may look. `sign_as` is the seat whose key signs here.
    """

    host: str = "127.0.0.1"
    port: int = 8484
    socket: Path | None = None
    seat: str = ""
    allow_write: bool = False
    auth_header: str = ""
    secret: bytes = b""
    url: str = ""
    public: bool = False
    sign_as: str = ""

    @property
    def is_behind_proxy(self) -> bool:
        """Whether a proxy signs people in."""
        return bool(self.auth_header)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the server by https."""
        return self.url.startswith("https:")

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of the server's own pages (RFC 6454)."""
        if self.url:
            # Browsers leave the usual port out (RFC 6454, section 6.1).
            return tuple(dict.fromkeys((self.url, self._url_without_usual_port)))
        return tuple(f"http://{name}" for name in self.hosts)

    @property
    def hosts(self) -> tuple[str, ...]:
        """What the header Host may be. Any other name leads here only if somebody made it point here."""
        if self.url:
            short, port = urlsplit(self._url_without_usual_port), urlsplit(self.url).port or self._usual_port
            host = _bracket(short.hostname or "")
            return tuple(dict.fromkeys((urlsplit(self.url).netloc, short.netloc, f"{host}:{port}")))
        names = dict.fromkeys(("127.0.0.1", "localhost", "[::1]", _bracket(self.host)))
        return tuple(name if self.port == _HTTP_PORT else f"{name}:{self.port}" for name in names)

    @property
    def _usual_port(self) -> int:
        return _HTTPS_PORT if self.is_secure else _HTTP_PORT

    @property
    def _url_without_usual_port(self) -> str:
        return self.url.removesuffix(f":{self._usual_port}")

    @property
    def address(self) -> str:
        """The address of the first page, as people type it."""
        return f"{self.url}/" if self.url else self.own_address

    @property
    def own_address(self) -> str:
        """The address at which the server listens."""
        return f"http://{_bracket(self.host)}:{self.port}/"


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_settings(settings: ServerSettings) -> None:
    """Raise `BadInput` for options that do not belong together, with what to give instead."""
    if not 0 <= settings.port <= MAX_PORT:
        raise BadInput(what=f"--port {settings.port} is not a port. Give one from 1 to {MAX_PORT}, or 0 for any")
    if settings.is_behind_proxy:
        _check_proxy(settings)
        return
    _check_loopback(settings)
    if settings.allow_write and not settings.seat:
        raise BadInput(what="--allow-write needs the seat of the person who writes: --allow-write --as SEAT")
    if settings.seat and not settings.allow_write:
        raise BadInput(what="--as needs --allow-write: give both, or neither")


def _check_loopback(settings: ServerSettings) -> None:
    if settings.socket is not None or not is_loopback(settings.host):
        where = "a socket" if settings.socket is not None else settings.host
        raise BadInput(
            what=f"on {where}, anybody who reaches the server could say to be anybody. Let a proxy sign people in: "
            "--auth-header X-Forwarded-Email --url https://org.example.com, with --socket PATH or "
            "--proxy-secret-file FILE (see docs/web.md). Or look at it on this machine only: --host 127.0.0.1"
        )
    for name, is_given in (("--public", settings.public), ("--proxy-secret-file", bool(settings.secret))):
        if is_given:
            raise BadInput(what=f"{name} needs a proxy that signs people in: --auth-header X-Forwarded-Email")
    if settings.url:
        raise BadInput(what="--url is the address of a proxy. Give its header, too: --auth-header X-Forwarded-Email")


def _check_proxy(settings: ServerSettings) -> None:
    name = settings.auth_header
    if not _HEADER.fullmatch(name) or name.lower() in _OTHER_HEADERS:
        raise BadInput(what=f'--auth-header "{name}" is not a header that can name a person. Use: X-Forwarded-Email')
    if settings.seat:
        raise BadInput(what="the proxy says who a person is, so leave out --as")
    if settings.socket is None and not settings.secret:
        raise BadInput(
            what="every user of this machine could send the header. Listen on a socket that only the proxy may open "
            "(--socket PATH), or share a secret with it (--proxy-secret-file FILE)"
        )
    if not settings.url:
        raise BadInput(what="say at which address people reach the proxy: --url https://org.example.com")
    _check_url(settings)


def _check_url(settings: ServerSettings) -> None:
    parts = urlsplit(settings.url)
    if parts.scheme not in {"http", "https"} or settings.url != f"{parts.scheme}://{parts.netloc}" or not parts.netloc:
        raise BadInput(
            what=f'--url "{settings.url}" is not an address. Write it without a path: https://org.example.com'
        )
    if not _has_valid_port(parts):
        raise BadInput(what=f'--url "{settings.url}": its port is not one from 1 to {MAX_PORT}')
    if parts.netloc != parts.netloc.lower() or "@" in parts.netloc:
        raise BadInput(what=f'--url "{settings.url}": write the host in lower case, without a user')
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise BadInput(
            what=f'--url "{settings.url}" is not encrypted, so others could read and change what people send'
        )


def _has_valid_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def read_secret(path: Path) -> bytes:
    """The secret in a file that only its owner, or its group too, may read. Raises `BadInput`."""
    try:
        mode, raw = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise BadInput(what=f"--proxy-secret-file {path}: {error.strerror}") from error
    if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
        raise BadInput(what=f"--proxy-secret-file {path}: others may read or change it. To stop that: chmod 640 {path}")
    found = raw.strip()
    if not _LEAST_SECRET <= len(found) <= _MOST_SECRET or not found.isascii() or b"\n" in found:
        raise BadInput(
            what=f"--proxy-secret-file {path}: it needs one line of {_LEAST_SECRET} characters or more. "
            f"Make one: openssl rand -hex 32 > {path}"
        )
    return found
