"""Who is signed in: sessions in memory, each with a cookie, a token for forms, and an end.

A restart of the server ends all sessions. People who only look have none.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orgtp.web.server.settings import ServerSettings

if TYPE_CHECKING:
    from orgtp.web.pages.page import SentForm

# In seconds. A session ends when nothing was asked for so long, and at the latest after a working day.
IDLE_SECONDS, LONGEST_SECONDS = 2 * 3600, 12 * 3600
_TOKEN_BYTES, _MOST_SESSIONS, _MOST_OF_PERSON = 32, 5000, 10
# In bytes: what the newest forms of all people did, and what one of them, or one of its values, takes at least.
_MOST_SENT, _KEPT_BYTES = 8 * 1024 * 1024, 500


@dataclass
class Session:
    """A person who is signed in. `person` is the address that the proxy names, or the seat of `--as`.

    `csrf` is the token that each form of this session contains.
    """

    person: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(_TOKEN_BYTES))
    began: float = 0.0
    used: float = 0.0

    def has_token(self, token: str) -> bool:
        """Whether a form has the token of this session; compared in constant time."""
        return hmac.compare_digest(token.encode(), self.csrf.encode())


class Sessions:
    """All sessions of a server. `clock` counts seconds. Several threads ask at once who is signed in."""

    def __init__(
        self, settings: ServerSettings, clock: Callable[[], float] = time.monotonic, *, most_sent: int = _MOST_SENT
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Session] = OrderedDict()
        self._secure = settings.is_secure
        # A browser sends cookies to every port of a host, so each server on this machine has a name of its own.
        self.cookie = "__Host-orgtp" if settings.is_secure else f"orgtp-{settings.port}"
        self._token = ""
        # What the newest forms did, by key: of which session, what, and its size.
        self._sent: OrderedDict[str, tuple[str, SentForm, int]] = OrderedDict()
        self._sent_size, self._most_sent = 0, most_sent

    def make_sign_in_token(self) -> str:
        """A token that signs one person in, once. An earlier one is void."""
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        return self._token

    @property
    def has_sign_in_token(self) -> bool:
        """Whether a token is printed that nobody has used."""
        return bool(self._token)

    def take_sign_in_token(self, token: str) -> bool:
        """Whether this is the token; it works once."""
        fits = bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode())
        self._token = "" if fits else self._token
        return fits

    def start(self, person: str) -> Session:
        """Begin a session. If the person has too many, or all have, the one that was unused longest ends."""
        made = Session(person, began=self._clock(), used=self._clock())
        with self._lock:
            own = [key for key, one in self._found.items() if one.person == person]
            if len(own) >= _MOST_OF_PERSON:
                del self._found[own[0]]
            elif len(self._found) >= _MOST_SESSIONS:
                self._found.popitem(last=False)
            self._found[made.key] = made
        return made

    def find(self, key: str) -> Session | None:
        """The session with a cookie's key, if it has not ended."""
        with self._lock:
            found = self._found.get(key)
            if found is None:
                return None
            now = self._clock()
            if now - found.used > IDLE_SECONDS or now - found.began > LONGEST_SECONDS:
                del self._found[key]
                return None
            found.used = now
            self._found.move_to_end(key)
            return found

    def end(self, session: Session) -> None:
        """Sign a person out."""
        with self._lock:
            self._found.pop(session.key, None)

    def keep_sent(self, session: Session, form: SentForm) -> str:
        """Keep what a form did for the page that follows, and return its key. The oldest are forgotten.

        What was recorded need not be typed again, so the fields are not kept.
        """
        key, kept = secrets.token_urlsafe(9), replace(form, fields={})
        size = _KEPT_BYTES + sum(len(text) for text in (kept.subject, *kept.notices, kept.queued_because))
        size += sum(_KEPT_BYTES + len(one.value or "") + len(one.note) for one in kept.values)
        with self._lock:
            self._sent[key] = session.key, kept, size
            self._sent_size += size
            while self._sent_size > self._most_sent:
                self._sent_size -= self._sent.popitem(last=False)[1][2]
        return key

    def find_sent(self, session: Session | None, key: str) -> SentForm | None:
        """What a form of this session did, if that is still known."""
        with self._lock:
            owner, form, _ = self._sent.get(key, ("", None, 0))
        return form if session and owner == session.key else None

    def format_cookie(self, session: Session | None) -> str:
        """The header Set-Cookie that begins a session, or ends it for None. It is gone when the browser closes."""
        value = f"{self.cookie}={session.key if session else ''}; Path=/; HttpOnly; SameSite=Strict"
        return value + ("; Secure" if self._secure else "") + ("" if session else "; Max-Age=0")
