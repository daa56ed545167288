"""Who sent a request: a seat, an address without one, or somebody of whom nothing is known."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from orgtp.model.text import one_line
from orgtp.web.pages.page import ANYONE, Reader
from orgtp.web.server.sessions import Session, Sessions
from orgtp.web.server.settings import SECRET_HEADER, ServerSettings

if TYPE_CHECKING:
    from orgtp.api import LiveOrg, OrgHandle

_MOST_ADDRESS = 254
_GIVE_ADDRESS = "orgtp seat set SEAT email=ADDRESS"
# Google's Identity-Aware Proxy puts this before the address.
_NAMESPACE = "accounts.google.com:"


class RequestRefused(Exception):
    """A request that is not answered, with the status, the title of the page that says so, and the reason."""

    def __init__(self, status: int, title: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.title, self.reason = status, title, reason


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks. `seats` are those of the person at the ledger's tip, the acting one first; `address` is theirs.

    `session` is None for people who only look. `is_new`: the answer sets the cookie of the session.
    """

    seats: tuple[str, ...] = ()
    address: str = ""
    session: Session | None = None
    is_new: bool = False

    @property
    def seat(self) -> str:
        """The seat that acts: the first one of the person; "" if nobody is signed in."""
        return self.seats[0] if self.seats else ""

    @property
    def may_write(self) -> bool:
        """Whether the server takes forms from the person. What is recorded is for the policy to decide."""
        return self.session is not None and bool(self.seats)

    @property
    def key(self) -> str:
        """What answers may depend on: two visitors with the same key get the same pages."""
        return f"{','.join(self.seats)} {self.session.key if self.session else ''}"

    def choose_seat(self, about: str) -> str:
        """The seat that acts on something of the seat `about`: that one if the person holds it, else the first."""
        return about if about in self.seats else self.seat

    def make_reader(self, org: OrgHandle) -> Reader:
        """The reader, for the pages of an org."""
        if not self.seats:
            return ANYONE
        found = org.org.seats.get(self.seat)
        name = (found.person_on(org.org.day_of(org.now)) or found.name) if found else self.seat
        may_write = self.may_write and org.at is None
        csrf = self.session.csrf if self.session and may_write else ""
        return Reader(self.seat, may_write, csrf, self.seats, name, self.session is not None)


def _list_header_values(request: Request, name: str) -> list[str]:
    """Every value of a header; a proxy that adds one to that of the sender makes two."""
    return request.headers.getlist(name)


def check_proxy(request: Request, settings: ServerSettings) -> None:
    """Raise `RequestRefused` unless the request comes from the proxy that shares the secret."""
    if not settings.secret:
        return
    given = _list_header_values(request, SECRET_HEADER)
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), settings.secret):
        reason = "This server answers only the proxy that signs people in."
        raise RequestRefused(403, "Not this way", reason)


def find_visitor(
    request: Request, settings: ServerSettings, sessions: Sessions, live: LiveOrg, *, may_start: bool = False
) -> Visitor:
    """Who sent the request. Raises `RequestRefused` for an address that may not look.

    `may_start`: a person who may write and has no session gets one, because the answer is a page with forms.
    """
    session = sessions.find(request.cookies.get(sessions.cookie, ""))
    if not settings.is_behind_proxy:
        return Visitor((settings.seat,), session=session) if session and settings.seat else Visitor()
    address = _read_address(request, settings)
    user = live.find_user(address)
    if not user.seats:
        if settings.public:
            return Visitor(address=address)
        raise RequestRefused(403, "You have no seat here", describe_stranger(address, is_retired=bool(user.retired)))
    if not settings.allow_write:
        return Visitor(user.seats, address)
    if session and session.person == address:
        return Visitor(user.seats, address, session)
    # A session of another person is not taken over, and not ended: the cookie is replaced.
    if may_start:
        return Visitor(user.seats, address, sessions.start(address), is_new=True)
    return Visitor(user.seats, address)


def describe_stranger(address: str, *, is_retired: bool = False) -> str:
    """Why a person has no seat, and what whoever keeps the org types to change that."""
    why = "is that of a retired seat" if is_retired else "belongs to no seat of this org"
    return f"{address} {why}. If it should belong to one, somebody who keeps the org types: {_GIVE_ADDRESS}"


def _read_address(request: Request, settings: ServerSettings) -> str:
    given = _list_header_values(request, settings.auth_header)
    text = one_line(given[0]).strip() if len(given) == 1 else ""
    address = text.removeprefix(_NAMESPACE).lower()
    if not address or len(address) > _MOST_ADDRESS or "," in address or "@" not in address:
        count = "no address" if not given else "more than one address" if len(given) > 1 else "no valid address"
        raise RequestRefused(400, "Who are you?", f"The proxy sent {count} in {settings.auth_header}.")
    return address
