"""A source that sends an HTTP request: the value at a pointer of the JSON, or the text of the response."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from orgtp.sources.json_pointer import POINTER_PATTERN, parse_json_document, read_pointer_value
from orgtp.sources.kind import EXTRA, Fault, Form, Key, Kind, SourceFailed

if TYPE_CHECKING:
    from httpx import URL, Client, Request, Response

ADDRESS = r"^(?:https?://[^/?#@\s]+(?:[/?#]\S*)?|env:.*|file:.*)$(?!\n)"
# A key in the query works like a password.
KEY = r"^https?://[^#]*[?&](?:api[_-]?key|access[_-]?token|auth|key|pass(?:word|wd)?|secret|sig(?:nature)?|token)="
_ADDRESS = re.compile(ADDRESS)
# env: or file: inside a longer text would be sent unresolved.
WITHIN = r"^(?!env:|file:)[\s\S]*[^A-Za-z](?:env|file):"
NAMED = r"^(?:env|file):"
# Headers that carry credentials.
_SECRET = re.compile(r"(?:proxy-)?authorization|cookie|(?:.*-)?(?:api-?key|token|secret|password)", re.IGNORECASE)
_MOST = 5 << 20
_REDIRECTS = 10
_MOVED, _MOVED_AS_GET, _MOVED_AS_IT_IS = {301, 302, 303, 307, 308}, {301, 302, 303}, {307, 308}
# Other successful statuses, such as 202 and 206, do not carry the whole response.
_WHOLE, _BROKEN = {200, 203}, 500
# Timeout, too early, too many requests: a retry may help.
_LATER = {408, 425, 429}


class Http(Kind):
    """`http: {url: "https://…", headers: {Authorization: "env:TOKEN"}, pointer: /radar/stale}`."""

    keys: ClassVar[Mapping[str, Key]] = {
        "url": Key(required=True),
        "headers": Key(Form.TEXTS, secret=True),
        "method": Key(options=("GET", "POST")),
        "body": Key(secret=True),
        "pointer": Key(),
    }
    needs: ClassVar[Mapping[str, str]] = {"httpx": EXTRA}

    def faults(self, settings: Mapping[str, Any]) -> Iterator[Fault]:
        """Check that the URL and headers hold no credentials, that a body goes with POST, and the pointer."""
        yield from _check_address(settings.get("url", ""))
        yield from _check_headers(settings.get("headers", {}))
        if ("body" in settings) != (settings.get("method") == "POST"):
            hint = "Write both, method: POST and body: …, or neither."
            yield Fault("body" if "body" in settings else "method", "body and method: POST belong together", hint)
        yield from check_pointer(settings)

    def ask(self, settings: Mapping[str, Any]) -> str:
        """Send the request and return the value in the response."""
        try:
            import httpx
        except ImportError as error:
            raise SourceFailed(self.without("httpx"), again=False) from error
        try:
            # The calling process enforces the timeout. Certificates are checked by default.
            with httpx.Client(timeout=None, follow_redirects=False) as client:  # noqa: S113
                body = _fetch_answer(client, _build_request(client, settings))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceFailed(f"{_NAMES.get(type(error).__name__, type(error).__name__)}: {error}") from error
        # Without a pointer the whole response is the value, unless it is JSON, which needs one.
        is_json = "pointer" in settings or body.lstrip()[:1] in {"{", "["}
        return (
            read_pointer_value(parse_json_document(body, "the answer"), settings.get("pointer", ""), "the answer")
            if is_json
            else body
        )


_NAMES = {"ConnectError": "no connection", "RemoteProtocolError": "it does not answer with HTTP"}


def _check_address(address: str) -> Iterator[Fault]:
    if re.match(r"^https?://[^/?#]*@", address):
        hint = 'Put the whole address into the environment, and write url: "env:METRICS_URL".'
        yield Fault("url", "the address contains a password", hint)
    elif re.match(KEY, address):
        hint = 'Put the whole address into the environment, and write url: "env:METRICS_URL".'
        yield Fault("url", "the address contains a key", hint)
    elif not _ADDRESS.match(address):
        yield Fault("url", "the url is not an HTTP address", "Write it as https://example.com/metrics.json.")


def _check_headers(headers: Mapping[str, str]) -> Iterator[Fault]:
    """Check that each secret is a reference and the whole text of its header."""
    for name, text in headers.items():
        example = f'headers: {{{name}: "env:NAME"}}'
        hint = f'Put the whole header value, such as "Bearer …", into a variable, and write {example}.'
        if re.match(WITHIN, text):
            yield Fault("headers", f"the header {name} has env: or file: inside a longer text", hint)
        elif _SECRET.fullmatch(name) and not re.match(NAMED, text):
            yield Fault("headers", f"the header {name} holds a secret, which must not be in this file", hint)


def check_pointer(settings: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the pointer in `settings`."""
    if not POINTER_PATTERN.fullmatch(settings.get("pointer", "/")):
        hint = "Start it with a slash: /radar/stale. In a name, write / as ~1 and ~ as ~0."
        yield Fault("pointer", f'"{settings["pointer"]}" is not a JSON pointer', hint)


def _build_request(client: Client, settings: Mapping[str, Any]) -> Request:
    headers = settings.get("headers", {})
    try:
        return client.build_request(
            settings.get("method", "GET"), settings["url"], headers=headers, content=settings.get("body")
        )
    except (UnicodeError, ValueError, TypeError) as error:
        raise SourceFailed("its url or a header cannot be sent", again=False) from error


def _fetch_answer(client: Client, request: Request) -> str:
    """Return the text of the response, after any redirects. Raises `SourceFailed`."""
    for _ in range(_REDIRECTS):
        response = client.send(request, stream=True)
        try:
            if response.status_code not in _MOVED:
                status = response.status_code
                if status not in _WHOLE:
                    reason = f"it answered {status} {response.reason_phrase}".rstrip()
                    raise SourceFailed(reason, again=status >= _BROKEN or status in _LATER)
                raw = b""
                for chunk in response.iter_bytes():
                    raw += chunk
                    if len(raw) > _MOST:
                        raise SourceFailed(f"its response is larger than {_MOST >> 20} MiB", again=False)
                try:
                    return raw.decode("utf-8-sig")
                except UnicodeDecodeError as error:
                    raise SourceFailed("its response is not UTF-8 text", again=False) from error
            request = _follow_redirect(client, request, response)
        finally:
            response.close()
    raise SourceFailed(f"it redirects more than {_REDIRECTS} times", again=False)


def _follow_redirect(client: Client, request: Request, response: Response) -> Request:
    """Return the request for the redirect. Headers and body are never sent to another host."""
    url = request.url.join(response.headers.get("location", ""))
    if url.scheme not in {"http", "https"}:
        raise SourceFailed(f"it redirects to {url.scheme or 'nowhere'}", again=False)
    same_host = _split_origin(url) == _split_origin(request.url)
    if response.status_code in _MOVED_AS_GET or request.method == "GET":
        headers = {name: value for name, value in request.headers.items() if name not in _OF_BODY}
        return client.build_request("GET", url, headers=headers if same_host else {})
    if not same_host:
        raise SourceFailed("it redirects a POST to another host", again=False)
    return client.build_request(request.method, url, headers=dict(request.headers), content=request.content)


_OF_BODY = {"content-length", "content-type", "transfer-encoding"}


def _split_origin(url: URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
