"""Parts of the server whose time or size no test can wait for: the end of sessions, and what is kept."""

from __future__ import annotations

import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orgtp.web.pages import registry
from orgtp.web.pages.page import SentForm, SentState, SentValue
from orgtp.web.server.answers import Answer, AnswerCache, AnswerMoment, make_answer
from orgtp.web.server.pages import PageAsk
from orgtp.web.server.sessions import IDLE_SECONDS, LONGEST_SECONDS, Sessions
from orgtp.web.server.settings import ServerSettings
from orgtp.web.server.visitors import Visitor

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.seconds


def test_a_session_ends_when_it_is_not_used() -> None:
    clock = Clock()
    sessions = Sessions(ServerSettings(), clock)
    key = sessions.start("janine").key
    clock.seconds += IDLE_SECONDS - 1
    assert sessions.find(key)
    clock.seconds += IDLE_SECONDS - 1
    assert sessions.find(key)
    clock.seconds += IDLE_SECONDS + 1
    assert sessions.find(key) is None
    clock.seconds -= IDLE_SECONDS
    assert sessions.find(key) is None


def test_a_session_ends_after_a_working_day_even_if_it_is_used() -> None:
    clock = Clock()
    sessions = Sessions(ServerSettings(), clock)
    key = sessions.start("janine").key
    while clock.seconds <= LONGEST_SECONDS:
        assert sessions.find(key)
        clock.seconds += IDLE_SECONDS / 2
    assert sessions.find(key) is None


def test_what_forms_did_takes_a_bounded_amount_of_memory() -> None:
    """What the newest forms of all people did is known, whatever its size, and to nobody else."""
    sessions = Sessions(ServerSettings(), most_sent=100_000)
    janine, david = sessions.start("janine"), sessions.start("david")
    note, typed = "x" * 9_000, {f"note.{number}": "y" * 9_000 for number in range(25)}
    done = SentForm("scores", SentState.DONE, typed, values=(SentValue("janine", "m", "2026-W47", "1", note),))
    keys = [sessions.keep_sent(janine, done) for _ in range(50)]
    known = [found for key in keys if (found := sessions.find_sent(janine, key))]
    assert 5 < len(known) < 12
    assert sessions.find_sent(janine, keys[-1]) == replace(done, fields={})
    assert sessions.find_sent(david, keys[-1]) is None
    assert sessions.find_sent(None, keys[-1]) is None


def test_one_person_cannot_end_the_sessions_of_others() -> None:
    sessions = Sessions(ServerSettings())
    other = sessions.start("david").key
    first = sessions.start("janine").key
    for _ in range(20):
        sessions.start("janine")
    assert sessions.find(other)
    assert sessions.find(first) is None


def test_several_threads_ask_for_sessions_at_once() -> None:
    sessions = Sessions(ServerSettings())
    keys = [sessions.start(f"person-{number}").key for number in range(2000)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            began = [threads.submit(sessions.start, f"another-{number}") for number in range(300)]
            found = [threads.submit(sessions.find, key) for key in keys * 3]
            assert all(one.result() for one in began)
            assert all(one.result() for one in found)
    finally:
        sys.setswitchinterval(before)


def test_what_is_kept_is_bounded() -> None:
    cache, made = AnswerCache(100_000), list[int]()

    def ask(number: int) -> Answer:
        def make() -> Answer:
            made.append(number)
            return Answer(bytes(20_000))

        return cache.get_or_make(number, AnswerMoment(0, NOW), make)

    for number in (1, 2, 3, 4, 5, 1, 6, 1, 2):
        ask(number)
    # The sixth one took the place of the second, which was unused longest.
    assert made == [1, 2, 3, 4, 5, 6, 2]
    cache.get_or_make("big", AnswerMoment(0, NOW), lambda: Answer(bytes(90_000)))
    ask(1)
    assert made[-1] == 2


def test_a_page_that_takes_long_is_given_again_while_a_new_one_is_made() -> None:
    cache, begun, go_on = AnswerCache(), threading.Event(), threading.Event()

    def slow(text: str) -> Answer:
        threading.Event().wait(0.2)
        return make_answer(text)

    def held() -> Answer:
        begun.set()
        assert go_on.wait(60)
        return make_answer("second")

    assert cache.get_or_make("page", AnswerMoment(1, NOW), lambda: slow("first")).body == b"first"
    later = AnswerMoment(1, NOW + timedelta(minutes=1))
    assert cache.get_or_make("page", later, held).body == b"first"
    assert begun.wait(60)
    # It is made once, and whoever asks meanwhile does not wait.
    assert cache.get_or_make("page", later, lambda: make_answer("never")).body == b"first"
    go_on.set()
    with cache.making:
        assert cache.get_or_make("page", later, lambda: make_answer("never")).body == b"second"
    # What the org says now is never replaced by what it said before.
    changed = AnswerMoment(2, NOW + timedelta(minutes=1))
    assert cache.get_or_make("page", changed, lambda: make_answer("third")).body == b"third"
    much_later = AnswerMoment(2, NOW + timedelta(hours=1))
    assert cache.get_or_make("page", much_later, lambda: make_answer("fourth")).body == b"fourth"
    cache.close()


def test_a_parameter_that_a_page_does_not_have_makes_no_other_page() -> None:
    asked = PageAsk.of("/scorecard.html", {"weeks": "6", "at": "2026-11-20", "x": "1", "minutes": "5"}, Visitor())
    assert asked == PageAsk.of("/scorecard.html", {"at": "2026-11-20", "weeks": "6"}, Visitor())
    assert asked.query == (("weeks", "6"),)
    assert asked.at == "2026-11-20"


def test_each_page_reads_only_the_parameters_that_it_names() -> None:
    """A page that reads another one would ignore what was asked."""
    folder = Path(registry.__file__).parent
    for kind in registry.KINDS:
        text = (folder / f"{kind.name}.py").read_text() if kind.name != "record" else ""
        read = set(re.findall(r"""query\.get\("(\w+)\"""", text)) | set(
            re.findall(r"""\"(\w+)\" in request\.query""", text)
        )
        assert read <= set(kind.query), kind.name
