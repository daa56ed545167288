"""Several people walk through the review: one leads, and the others see the same row."""

from __future__ import annotations

import json
import socket

from tests.conftest import Shell
from tests.web.server.server import (
    SECRET,
    Browser,
    Serving,
    give_address,
    open_socket,
    proxy_options,
    read_lines,
    serve,
)

HOST, WEEK = "org.example.com", "2026-W47"


def watch(served: Serving, address: str) -> socket.socket:
    """A page of the meeting that somebody has open."""
    stream = open_socket(served)
    head = f"Host: {HOST}\r\nX-Forwarded-Email: {address}\r\nX-Orgtp-Proxy-Secret: {SECRET}\r\n"
    stream.sendall(f"GET /meeting/events?week={WEEK} HTTP/1.1\r\n{head}\r\n".encode())
    return stream


def read_position(stream: socket.socket, row: str) -> dict[str, str]:
    """The event that says that the meeting is at a row."""
    text = read_lines(stream, f'"row": "{row}"')
    while "}" not in text.rpartition("event: position")[2]:
        text += read_lines(stream, "}")
    data = text.rpartition("event: position\ndata: ")[2].partition("}")[0]
    found: dict[str, str] = json.loads(data + "}")
    return found


def move(browser: Browser, row: str, **more: str) -> int:
    """Go to a row."""
    return browser.post("/meeting/position", {"csrf": browser.find_token(), "week": WEEK, "row": row, **more}).status


def test_everybody_sees_the_row_of_the_one_who_leads(sample: Shell) -> None:
    give_address(sample, janine="janine@example.com", david="david@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", "--public", host=HOST) as served:
        david, janine = (served.browser(f"{name}@example.com", SECRET) for name in ("david", "janine"))
        with watch(served, "guest@example.com") as guest, watch(served, "janine@example.com") as other:
            assert read_position(guest, "")["leader"] == ""
            assert move(david, "dash/anomalies-before-open") == 204
            for stream in (guest, other):
                found = read_position(stream, "dash/anomalies-before-open")
                assert (found["leader"], found["leader_name"]) == ("david", "David")
            # Two cannot lead at once. Who takes over says so.
            assert move(janine, "dash/other") == 409
            assert move(janine, "pixel/x", take="1") == 204
            assert read_position(guest, "pixel/x")["leader"] == "janine"
            assert move(david, "dash/other") == 409
        # Whoever comes later sees where it is.
        with watch(served, "guest@example.com") as late:
            assert read_position(late, "pixel/x")["leader"] == "janine"


def test_a_page_is_told_which_answers_are_saved(sample: Shell) -> None:
    """Its own number says whether it shows them: somebody may have saved between the page and the connection."""
    give_address(sample, david="david@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", host=HOST) as served:
        david = served.browser("david@example.com", SECRET)
        shown = david.get("/meeting.html").text.partition('data-draft="')[2].partition('"')[0]
        with watch(served, "david@example.com") as stream:
            assert shown in read_lines(stream, f'"draft": "{shown}"')
        assert david.act("review", {"do": "save", "week": "2026-W46"}).status == 303
        with watch(served, "david@example.com") as stream:
            told = read_lines(stream, '"draft": "').partition('"draft": "')[2]
            while '"' not in told:
                told += read_lines(stream, '"')
        after = david.get("/meeting.html").text.partition('data-draft="')[2].partition('"')[0]
        assert told.startswith(after)
        assert after != shown
        # A page of a past day is about another week: it does not load itself again.
        assert 'data-draft=""' in david.get("/meeting.html?at=2026-11-13").text


def test_whoever_saves_leads(sample: Shell) -> None:
    give_address(sample, janine="janine@example.com", david="david@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", host=HOST) as served:
        david, janine = (served.browser(f"{name}@example.com", SECRET) for name in ("david", "janine"))
        fields = {"week": "2026-W46", "row": "x", "csrf": david.find_token()}
        assert david.post("/meeting/position", fields).status == 204
        assert janine.act("review", {"do": "save", "week": "2026-W46"}).status == 303
        assert david.post("/meeting/position", fields).status == 409


def test_only_those_who_may_write_lead(sample: Shell) -> None:
    give_address(sample, janine="janine@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", "--public", host=HOST) as served:
        guest = served.browser("guest@example.com", SECRET)
        assert guest.post("/meeting/position", {"week": WEEK, "row": "x"}).status == 403
        janine = served.browser("janine@example.com", SECRET)
        assert janine.post("/meeting/position", {"csrf": "x", "week": WEEK, "row": "x"}).status == 403
        assert janine.get("/meeting/events?week=x").status == 400
        assert janine.get("/meeting/events").status == 400


def test_a_row_with_line_breaks_is_one_event(sample: Shell) -> None:
    give_address(sample, david="david@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", host=HOST) as served:
        david = served.browser("david@example.com", SECRET)
        with watch(served, "david@example.com") as stream:
            read_position(stream, "")
            assert move(david, "a\n\nevent: saved\ndata: {}") == 204
            assert "\nevent: saved" not in read_lines(stream, '"row": "a event: saved data: {}"')
