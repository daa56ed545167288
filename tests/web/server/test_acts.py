"""What people record on a page: the same commit as that of the command, or a page that says why not."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.conftest import Shell
from tests.web.parsed import parse_page
from tests.web.server.server import Browser, give_address, proxy_options, serve

OVERDUE, CASH = "janine/overdue-balance/2026-W47", "janine/cash-collected/2026-11"
SCORE = ("score", "add", "janine", "overdue-balance")


def copy_org(shell: Shell, name: str) -> Shell:
    """A second copy of the org, to run the command in."""
    folder = shell.folder.parent / name
    shutil.copytree(shell.folder, folder, symlinks=True)
    return shell.at(folder)


def show_commit(shell: Shell) -> str:
    """The newest commit with its author, its message and its changes, without the random part of ids."""
    shown = shell.git("show", "--format=%an <%ae> %ad%n%cn <%ce>%n%B", "HEAD").out
    without = re.sub(r'"id":"[0-9A-HJKMNP-TV-Z]{26}"', '"id":"ULID"', shown)
    return re.sub(r"index [0-9a-f]+\.\.[0-9a-f]+", "index", without)


def find_todo(shell: Shell, owner: str) -> str:
    """The id of an open to-do of a seat."""
    shell("todo", "add", "Ask the bank for statements", "--owner", owner, "--due", "2026-12-04", "--by", "david")
    found: str = shell("todo", "list", "--owner", owner, "--json").json["todos"][0]["id"]
    return found


CASES = [
    ("score", {f"value.{OVERDUE}": "$12,900"}, (*SCORE, "$12,900", "--for", "2026-W47")),
    (
        "note",
        {f"value.{OVERDUE}": "12900", f"note.{OVERDUE}": "Two clients pay late."},
        (*SCORE, "12900", "--for", "2026-W47", "--note", "Two clients pay late."),
    ),
    (
        "unavailable",
        {f"unknown.{OVERDUE}": "on", f"reason.{OVERDUE}": "The bank is down."},
        (*SCORE, "--unavailable", "The bank is down.", "--for", "2026-W47"),
    ),
]


def test_who_may_write_is_led_to_a_field_and_to_no_terminal(sample: Shell) -> None:
    monday = "2026-11-30T10:00:00-05:00"
    with serve(sample, "--allow-write", "--as", "janine", ORGTP_NOW=monday) as served:
        janine, anyone = served.sign_in(), served.browser()
        page = parse_page(janine.get("/brief.html").text)
        fields = parse_page(janine.get("/numbers.html").text).xpath("//input/@id")
        found = page.xpath("//main//a[starts-with(@href, 'numbers.html#')]/@href")
        assert found
        assert {address.partition("#")[2] for address in found} <= set(fields)
        for path in ("brief.html", "brief/janine.html", "escalations.html", "todos.html"):
            assert not parse_page(janine.get(f"/{path}").text).xpath("//main//code[starts-with(., 'orgtp ')]"), path
        assert parse_page(anyone.get("/brief.html").text).xpath("//main//code[starts-with(., 'orgtp score add')]")
        assert "numbers.html#" not in anyone.get("/brief.html").text


@pytest.mark.parametrize(("name", "fields", "words"), CASES)
def test_a_value_is_the_commit_of_the_command(
    sample: Shell, name: str, fields: dict[str, str], words: tuple[str, ...]
) -> None:
    other = copy_org(sample, f"command-{name}")
    other(*words, "--by", "janine")
    with serve(sample, "--allow-write", "--as", "janine") as served:
        got = served.sign_in().act("scores", fields)
        assert got.status == 303
        assert got.header("Location").startswith("/")
    assert show_commit(sample) == show_commit(other)
    assert sample.git("status", "--porcelain").out == ""


def test_several_values_are_the_commit_of_a_file_of_values(sample: Shell) -> None:
    other = copy_org(sample, "command")
    rows = "seat,metric,value,period,note\njanine,overdue-balance,12900,2026-W47,\n"
    rows += "janine,cash-collected,,2026-11,Not yet\n"
    other("score", "add", "--from", "-", "--by", "janine", stdin=rows)
    with serve(sample, "--allow-write", "--as", "janine") as served:
        fields = {f"value.{OVERDUE}": "12900", f"unknown.{CASH}": "on", f"reason.{CASH}": "Not yet"}
        assert served.sign_in().act("scores", fields).status == 303
    assert show_commit(sample) == show_commit(other)


TODO_WORDS = [
    ("done", {"note": "They sent it."}, ("done", "--note", "They sent it.")),
    ("start", {}, ("start",)),
    ("ask", {"note": "Which account?"}, ("ask", "--note", "Which account?")),
    ("fail", {"note": "They refuse."}, ("fail", "--note", "They refuse.")),
    ("drop", {"note": "No need."}, ("drop", "--note", "No need.")),
    ("move", {"owner": "david", "due": "2026-12-11"}, ("move", "--to", "david", "--due", "2026-12-11")),
]


def test_what_becomes_of_a_todo_is_the_commit_of_the_command(sample: Shell) -> None:
    id_ = find_todo(sample, "janine")
    start = sample.head()
    other = copy_org(sample, "command")
    with serve(sample, "--allow-write", "--as", "janine") as served:
        browser = served.sign_in()
        for word, fields, words in TODO_WORDS:
            for one in (sample, other):
                one.git("reset", "-q", "--hard", start)
            other("todo", words[0], id_, *words[1:], "--by", "janine")
            assert (word, browser.act("todo", {"do": word, "todo": id_, **fields}).status) == (word, 303)
            assert show_commit(sample) == show_commit(other)
        for one in (sample, other):
            one.git("reset", "-q", "--hard", start)
        other("todo", "add", "Call them", "--owner", "janine", "--due", "2026-12-01", "--by", "janine")
        added = {"do": "add", "what": "Call them", "owner": "janine", "due": "2026-12-01"}
        assert browser.act("todo", added).status == 303
        assert show_commit(sample) == show_commit(other)


def test_what_becomes_of_an_escalation_is_the_commit_of_the_command(sample: Shell) -> None:
    sample("escalate", "open", "dash", "The ad account is locked", "--to", "david", "--by", "dash")
    (id_,) = [one["id"] for one in sample("escalate", "list", "--json").json["escalations"] if "locked" in one["what"]]
    other = copy_org(sample, "command")
    with serve(sample, "--allow-write", "--as", "david") as served:
        browser = served.sign_in()
        for word, note in (("ack", "I call them."), ("resolve", "They opened it.")):
            other("escalate", word, id_, "--note", note, "--by", "david")
            assert browser.act("escalation", {"do": word, "escalation": id_, "note": note}).status == 303
            assert show_commit(sample) == show_commit(other)


def test_a_review_is_saved_as_the_draft_and_closed_with_the_commit_of_the_command(unreviewed: Shell) -> None:
    other = copy_org(unreviewed, "command")
    with serve(unreviewed, "--allow-write", "--as", "david") as served:
        browser = served.sign_in()
        agenda = unreviewed("review", "agenda", "--json").json["agenda"]
        rows = [row for row in agenda["rows"] if row["state"] in {"silent", "late", "drifting", "off"}]
        assert rows
        fields = {"week": agenda["week"], "present": "david janine", "rating": "8.5"}
        for row in rows:
            key = f"{row['seat']}/{row['metric']}"
            fields |= {f"decision.{key}": "watch", f"changed.{key}": "nothing", f"fix.{key}": "wait a week"}
        half = dict([*fields.items()][: len(fields) // 2])
        assert browser.act("review", {"do": "save", "week": agenda["week"], **half}).status == 303
        assert browser.act("review", {"do": "save", **fields}).status == 303
        saved = next((unreviewed.folder / ".git").rglob(f"reviews/{agenda['week']}.yaml"))
        (other.folder / "answers.yaml").write_text(saved.read_text(encoding="utf-8"), encoding="utf-8")
        got = browser.act("review", {"do": "close", "week": agenda["week"]})
        assert got.status == 303, got.text
        assert not saved.exists()
    other("review", "hold", "--answers", "answers.yaml", "--by", "david")
    assert show_commit(unreviewed) == show_commit(other)


def test_a_value_that_does_not_fit_is_told_at_its_field_and_nothing_is_recorded(sample: Shell) -> None:
    before = sample.head()
    with serve(sample, "--allow-write", "--as", "janine") as served:
        fields = {f"value.{OVERDUE}": "twelve", f"value.{CASH}": "188400", f"note.{CASH}": "All but one"}
        got = served.sign_in().act("scores", fields)
        assert got.status == 422
        assert "twelve" in got.text
        # The page is answered at the address of the act: what it refers to is relative to that.
        assert 'action="../act/scores"' in got.text
        assert 'href="../static/orgtp.css' in got.text
    assert sample.head() == before


def test_a_control_character_is_told_at_its_field_and_the_rest_is_kept(sample: Shell) -> None:
    before = sample.git("rev-parse", "HEAD").out
    with serve(sample, "--allow-write", "--as", "janine") as served:
        fields = {f"value.{OVERDUE}": "12900", f"note.{OVERDUE}": "late\x07again", f"value.{CASH}": "1\x1b[2J"}
        got = served.sign_in().act("scores", fields)
    assert got.status == 422
    page = parse_page(got.text)
    assert "It has control characters, which cannot be recorded." in page.text_content()
    assert page.xpath(f"//input[@name='value.{OVERDUE}']/@value") == ["12900"]
    assert sample.git("rev-parse", "HEAD").out == before


def test_an_unknown_value_needs_its_reason(sample: Shell) -> None:
    before = sample.head()
    with serve(sample, "--allow-write", "--as", "janine") as served:
        got = served.sign_in().act("scores", {f"unknown.{OVERDUE}": "on"})
        assert got.status == 422
        assert "Say why in a few words" in got.text
    assert sample.head() == before


def test_a_seat_records_what_the_policy_allows_and_nothing_else(sample: Shell) -> None:
    before = sample.head()
    with serve(sample, "--allow-write", "--as", "janine") as served:
        browser = served.sign_in()
        for name, fields in (
            ("scores", {"value.dash/anomalies-before-open/2026-W47": "97"}),
            ("scores", {"value.nobody/x/2026-W47": "97"}),
            ("scores", {"value.janine/overdue-balance/2099-W47": "97"}),
            ("scores", {}),
            ("todo", {"do": "done", "todo": "nothing"}),
            ("todo", {"do": "eat", "todo": "nothing"}),
            ("escalation", {"do": "ack", "escalation": "nothing"}),
            ("review", {"do": "save", "week": "2020-W01"}),
        ):
            assert (name, browser.act(name, fields).status) == (name, 422)
    assert sample.head() == before


def test_two_people_who_enter_the_same_number_see_each_other(sample: Shell) -> None:
    give_address(sample, janine="janine@example.com", david="david@example.com")
    with serve(sample, *proxy_options(sample), "--allow-write", host="org.example.com") as served:
        janine, david = (proxied(served.browser(f"{who}@example.com")) for who in ("janine", "david"))
        newest = find_newest(sample)
        assert janine.act("scores", {f"value.{OVERDUE}": "12900", f"seen.{OVERDUE}": newest}).status == 303
        first = sample.head()
        # David opened the page before Janine sent hers.
        late = {f"value.{OVERDUE}": "13100", f"seen.{OVERDUE}": newest}
        got = david.act("scores", late)
        assert got.status == 409
        assert "USD 12,900, recorded by Janine on" in got.text
        assert "= 12900, recorded at" not in got.text
        assert sample.head() == first
        # Janine sends hers a second time, because her browser was slow: nothing more is recorded, and nothing is wrong.
        assert janine.act("scores", {f"value.{OVERDUE}": "12900", f"seen.{OVERDUE}": newest}).status == 303
        assert sample.head() == first
        # David has looked at hers, and sends his all the same.
        assert david.act("scores", {**late, f"seen.{OVERDUE}": find_newest(sample)}).status == 303
    assert "13100 (was 12900)" in sample.git("log", "-1", "--format=%s").out
    assert sample.git("log", "-1", "--format=%(trailers:key=Orgtp-By,valueonly)").out.strip() == "david"


def proxied(browser: Browser) -> Browser:
    """The browser as it is behind the proxy of the tests."""
    browser.headers["X-Orgtp-Proxy-Secret"] = "a-secret-of-the-proxy-and-the-server"
    return browser


def find_newest(shell: Shell) -> str:
    """The id of the newest record of the number."""
    records = shell("score", "list", "janine", "overdue-balance", "--json").json["scores"]
    return next((one["id"] for one in reversed(records) if one["period"] == "2026-W47"), "")


def test_a_value_that_could_only_be_queued_says_so(sample: Shell) -> None:
    lock = sample.folder / ".git/refs/heads/main.lock"
    with serve(sample, "--allow-write", "--as", "janine") as served:
        browser = served.sign_in()
        browser.find_token()
        lock.touch()
        got = browser.act("scores", {f"value.{OVERDUE}": "12900"})
        assert got.status == 303
        page = browser.get(got.header("Location"))
        assert "ueued" in page.text
        lock.unlink()
        sample("sync")
    assert "overdue-balance 2026-W47 = 12900" in sample.git("log", "-1", "--format=%s").out


def test_the_page_after_a_form_says_what_was_recorded(sample: Shell) -> None:
    with serve(sample, "--allow-write", "--as", "janine") as served:
        browser = served.sign_in()
        got = browser.act("scores", {f"value.{OVERDUE}": "12900", "page": "seat/janine.html"})
        assert got.header("Location").startswith("/seat/janine.html?sent=")
        page = browser.get(got.header("Location"))
        assert sample.head()[:10] in page.text
        assert "overdue-balance 2026-W47 = 12900" in page.text
        # Only this session sees it.
        assert "overdue-balance 2026-W47 = 12900, in commit" not in served.browser().get(got.header("Location")).text
        for evil in ("https://evil.example.com/", "//evil.example.com/", "/\\evil.example.com", "javascript:alert(1)"):
            away = browser.act("scores", {f"value.{OVERDUE}": "12901", "page": evil}).header("Location")
            assert "evil" not in away
            assert away.startswith("/")


def test_nothing_is_recorded_without_allow_write(sample: Shell) -> None:
    before = sample.head()
    with serve(sample) as served:
        browser = served.browser()
        assert browser.post("/act/scores", {f"value.{OVERDUE}": "12900"}).status == 403
        assert "csrf" not in browser.get("/").text
        assert browser.get("/act/other").status == 405
        assert browser.post("/act/other", {}).status == 405
        assert browser.post("/chart.html", {}).status == 405
    assert sample.head() == before
