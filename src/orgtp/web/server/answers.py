"""Answers: a body with its headers, compressed once, and kept while the org stays as it is."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

HTML = "text/html; charset=utf-8"
# Nothing is won by compressing less, and a level above this one takes much longer for little.
_LEAST_BYTES, _LEVEL = 860, 6
_MOST_BYTES = 64 * 1024 * 1024
# An answer that takes longer to make is renewed in the background, unless it is older than that.
_LONG_SECONDS, _OLDEST = 0.1, timedelta(minutes=5)
NEVER_KEPT = "no-store"
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Answer:
    """What a request is answered with. `tag` is the hash of the body (ETag, RFC 9110).

    `is_private`: it is about the person who is signed in, so no browser keeps it.
    """

    body: bytes
    kind: str = HTML
    status: int = 200
    is_private: bool = False
    keep: str = "private, no-cache"
    headers: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""
    packed: bytes = b""

    @property
    def size(self) -> int:
        """How much memory it takes, in bytes."""
        return len(self.body) + len(self.packed)

    def make_response(self, request: Request) -> Response:
        """The response to a request: compressed if the sender can read that, without a body if the sender has it."""
        headers = {**self.headers, "Cache-Control": "no-store" if self.is_private else self.keep}
        if self.packed:
            headers["Vary"] = "Accept-Encoding"
        if self.tag and not self.is_private:
            headers["ETag"] = self.tag
            if self.status == 200 and _has_tag(request.headers.get("if-none-match", ""), self.tag):  # noqa: PLR2004
                return Response(status_code=304, headers=headers)
        body = self.body
        if self.packed and _accepts_gzip(request.headers.get("accept-encoding", "")):
            body, headers["Content-Encoding"] = self.packed, "gzip"
        return Response(body, self.status, headers, media_type=self.kind)


def make_answer(text: str, *, status: int = 200, is_private: bool = False) -> Answer:
    """The answer with a page."""
    return pack_answer(Answer(text.encode(errors="replace"), status=status, is_private=is_private))


def make_asset(text: str, kind: str) -> Answer:
    """The answer with a style sheet or a script, whose address has its hash, so that it never changes."""
    return pack_answer(Answer(text.encode(), kind, keep=_FOREVER))


def pack_answer(answer: Answer) -> Answer:
    """The answer with its hash, and compressed."""
    packed = gzip.compress(answer.body, _LEVEL, mtime=0) if len(answer.body) >= _LEAST_BYTES else b""
    # A weak tag: the compressed body is the same page, byte for byte another.
    return replace(answer, tag=f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"', packed=packed)


def _has_tag(given: str, tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in given.split(",")]
    return given.strip() == "*" or tag.removeprefix("W/") in known


def _accepts_gzip(given: str) -> bool:
    for one in given.split(","):
        name, _, quality = one.partition(";")
        if name.strip().lower() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


@dataclass(frozen=True, slots=True)
class AnswerMoment:
    """What an answer was made from: the version of the org and of its audit (`state`), and the time as of which."""

    state: Hashable
    now: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer that is kept, what it was made from, and how many seconds that took."""

    answer: Answer
    moment: AnswerMoment
    seconds: float

    def may_serve(self, moment: AnswerMoment) -> bool:
        """Whether it may be given once more at a later moment, because nothing but the time is another."""
        is_old = self.moment.state != moment.state or moment.now - self.moment.now >= _OLDEST
        return self.seconds > _LONG_SECONDS and not is_old


class AnswerCache:
    """The newest answers, up to a total size; the one that was unused longest goes first.

    Only one answer is made at a time, since making one uses the processor and not the disk. An answer that takes long
    and is out of date by the clock alone is given once more, while a new one is made: a page states its time.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most, self._size = most_bytes, 0
        self._found: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._renewing: set[Hashable] = set()
        self._renewer = ThreadPoolExecutor(1, "renew")
        self.making = threading.RLock()

    def get_or_make(self, key: Hashable, moment: AnswerMoment, make: Callable[[], Answer]) -> Answer:
        """The answer with a key, or the one that `make` returns. Raises what `make` raises."""
        kept = self._get(key)
        if kept is not None and kept.moment == moment:
            return kept.answer
        if kept is not None and kept.may_serve(moment):
            self._renew(key, moment, make)
            return kept.answer
        return self._make(key, moment, make)

    def _make(self, key: Hashable, moment: AnswerMoment, make: Callable[[], Answer]) -> Answer:
        with self.making:
            # Another thread may have made it meanwhile.
            kept = self._get(key)
            if kept is not None and kept.moment == moment:
                return kept.answer
            began = time.monotonic()
            made = make()
            self._add(key, _Kept(made, moment, time.monotonic() - began))
            return made

    def _renew(self, key: Hashable, moment: AnswerMoment, make: Callable[[], Answer]) -> None:
        with self._lock:
            if key in self._renewing:
                return
            self._renewing.add(key)

        def work() -> None:
            try:
                self._make(key, moment, make)
            finally:
                with self._lock:
                    self._renewing.discard(key)

        self._renewer.submit(work)

    def close(self) -> None:
        """Make nothing more."""
        self._renewer.shutdown(wait=False, cancel_futures=True)

    def _get(self, key: Hashable) -> _Kept | None:
        with self._lock:
            found = self._found.get(key)
            if found is not None:
                self._found.move_to_end(key)
            return found

    def _add(self, key: Hashable, made: _Kept) -> None:
        with self._lock:
            if (before := self._found.pop(key, None)) is not None:
                self._size -= before.answer.size
            if made.answer.size <= self._most // 4 and made.answer.keep != NEVER_KEPT:
                self._found[key] = made
                self._size += made.answer.size
            while self._size > self._most:
                self._size -= self._found.popitem(last=False)[1].answer.size
