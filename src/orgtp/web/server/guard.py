"""What every request has to fulfil before anything is looked up, and the headers of every response.

The rules follow OWASP's cheat sheets on request forgery and headers, and the Fetch Metadata specification.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Message, Send

from orgtp.web.server.settings import ServerSettings
from orgtp.web.server.visitors import RequestRefused

MOST_BODY = 256 * 1024
_MOST_FIELDS, _MOST_TARGET, _MOST_HEADERS = 4000, 4096, 32 * 1024
BODY_SECONDS, SEND_SECONDS = 20, 30
_SAFE, _ALLOWED = ("GET", "HEAD"), ("GET", "HEAD", "POST")
_FORM = "application/x-www-form-urlencoded"

# No script but those of this server, nothing from others, no forms to others, and never in a frame.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer", browsers would send the Origin "null" with the forms of our own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_YEAR = 365 * 24 * 3600


def make_security_headers(settings: ServerSettings) -> Mapping[str, str]:
    """The headers of every response."""
    secure = {"Strict-Transport-Security": f"max-age={_YEAR}"} if settings.is_secure else {}
    return _HEADERS | secure


def check_request(request: Request, settings: ServerSettings) -> None:
    """Raise `RequestRefused` for a request that no browser sends from a page of this server, or from a plain link."""
    if request.method not in _ALLOWED:
        raise RequestRefused(405, "Not possible here", "This server takes GET, HEAD and POST.")
    if len(request.scope.get("raw_path", b"")) + len(request.scope["query_string"]) > _MOST_TARGET:
        raise RequestRefused(414, "The address is too long", "No page has an address as long as this.")
    if sum(len(name) + len(value) for name, value in request.headers.raw) > _MOST_HEADERS:
        raise RequestRefused(431, "The headers are too long", "Delete the cookies of this site, and try again.")
    hosts = request.headers.getlist("host")
    if len(hosts) != 1 or hosts[0].lower() not in settings.hosts:
        raise RequestRefused(400, "Another address", f"This server is at {settings.address} and at no other address.")
    site = request.headers.get("sec-fetch-site", "")
    if request.method in _SAFE:
        # A link elsewhere may lead here. A page elsewhere may not load anything from here.
        if site in {"cross-site", "same-site"} and request.headers.get("sec-fetch-mode") != "navigate":
            raise RequestRefused(403, "Not from another site", "Other sites may link to pages, and load nothing.")
        return
    _check_origin(request, settings, site)


def _check_origin(request: Request, settings: ServerSettings, site: str) -> None:
    """Raise `RequestRefused` unless a form comes from a page of this server."""
    reason = "Only a page of this server may send this. Open the page again, and send it from there."
    origins = request.headers.getlist("origin")
    if len(origins) > 1 or (origins and origins[0] not in settings.origins):
        raise RequestRefused(403, "Not from another site", reason)
    if site not in {"", "same-origin"} or (not origins and not site):
        raise RequestRefused(403, "Not from another site", reason)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RequestRefused(415, "Not a form", f"This server takes forms only: {_FORM}.")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form. Raises `RequestRefused` if it is too large, too slow, or not one."""
    too_large = RequestRefused(
        413, "Too much at once", f"A form may have {MOST_BODY // 1024} KiB. Nothing was recorded."
    )
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > MOST_BODY:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                raw += chunk
                if len(raw) > MOST_BODY:
                    raise too_large
    except TimeoutError as error:
        raise RequestRefused(408, "Too slow", "The form did not arrive in time. Nothing was recorded.") from error
    if raw.count(b"&") >= _MOST_FIELDS:
        raise RequestRefused(
            413,
            "Too much at once",
            f"A form may have {_MOST_FIELDS:,} fields. Nothing was recorded. Send less at once.",
        )
    return _parse_form(bytes(raw))


def _parse_form(raw: bytes) -> dict[str, str]:
    bad = RequestRefused(400, "Not a form", "The form could not be read. Nothing was recorded.")
    try:
        pairs = parse_qsl(raw.decode("ascii"), True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise bad from error
    found = dict(pairs)
    if len(found) != len(pairs) or any("\0" in text for pair in pairs for text in pair):
        raise bad
    return found


class TimedSend:
    """Sends the parts of a response. A reader who takes too long for one ends the connection."""

    def __init__(self, send: Send, headers: Mapping[str, str]) -> None:
        self._send = send
        self._headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Send a part. Raises `TimeoutError`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in own)]
        async with asyncio.timeout(SEND_SECONDS):
            await self._send(message)
