"""A mail server on this machine: a real one, which keeps what it is sent."""

from __future__ import annotations

import email
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """What was sent, and what the server answers: `250 OK` unless told otherwise. `on_mail` is called before that."""

    port: int
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answer: str = "250 OK"
    on_mail: Callable[[], None] = lambda: None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (its name there)
        """Keep a mail, if it is accepted."""
        self.on_mail()
        if self.answer.startswith("250"):
            for to in envelope.rcpt_tos:
                self.mails.append((to, email.message_from_bytes(envelope.content, policy=default)))
        return self.answer

    def address(self, seat: str) -> str:
        """The address of a seat, as the library for sending has it."""
        return f"mailto://127.0.0.1:{self.port}/?from=orgtp@example.com&to={seat}@example.com"

    def file(self, *seats: str) -> str:
        """The content of a file of addresses."""
        return "".join(f'{seat}: "{self.address(seat)}"\n' for seat in seats)

    @property
    def recipients(self) -> list[str]:
        """Who got a mail, in order of their addresses; twice if there were two."""
        return sorted(to.partition("@")[0] for to, _ in self.mails)

    def text_to(self, seat: str) -> str:
        """The text of the only mail to a seat."""
        (mail,) = [mail for to, mail in self.mails if to == f"{seat}@example.com"]
        body = mail.get_body()
        assert body is not None
        text: str = body.get_content()
        return text


@contextmanager
def serve_mail() -> Iterator[MailServer]:
    """A server for as long as the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = MailServer(port)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
