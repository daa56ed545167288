"""A difference as a comment: rendered by GitHub's own Markdown, nothing that users write is anything but text."""

from __future__ import annotations

import html
import re

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orgtp.model.text import one_line
from orgtp.render.diff.markdown import COMMENT_LIMIT, diff_markdown
from orgtp.render.markdown import escape_markdown, format_bold, format_code
from orgtp.render.spans import format_revision
from orgtp.views.diff.build import diff
from tests.views.orgs import BOT, EVE, org, row

HOSTILE = (
    "@torvalds and @acme/all",
    "[click](https://evil.example) [x]: http://a.b",
    "![p](http://evil.example/p.png)",
    "<img src=x onerror=alert(1)><script>1</script><!-- ",
    "https://evil.example www.evil.example mailto:a@b.co a@b.co xmpp:a@b.co ftp://e.x",
    "| a | b |\\| c",
    "``` ` `` code \\` ~~x~~ **b** __i__ *_",
    "&lt;b&gt; &#64;me &amp;",
    "#12 GH-7 acme/repo#3 !4 &5 ~bug %2 deadbeef1234567 :smile: :+1: $x$",
    "# head",
    "1. one",
    "- [ ] task",
    "> quote",
    "line\n\n# two\n| x |\r---",
    "</td></tr></table>",
    "[^1] [[wiki]] <http://e.x> {{ x }} {% y %}",
)
# What GitHub looks for in the finished text (outside of code): mentions, references, commits, emoji.
AFTER = re.compile(
    r"(?<![\w`/])@\w|(?<!\w)(?:#|GH-)\d|\w#\d|(?<!\w)[!~%&]\w|\b[0-9a-f]{7,40}\b|:[\w+-]+:|://|www\.", re.IGNORECASE
)
OURS = {"h2", "h3", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"}


def rendered(text: str) -> str:
    """The HTML that GitHub's Markdown makes of `text`, with raw HTML let through, so that it would be seen."""
    page: str = cmarkgfm.github_flavored_markdown_to_html(text, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
    return page


def visible(page: str) -> str:
    """The text of a page outside of code, as a reader's eye and GitHub's filters see it."""
    return html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>", "", page)))


def tags(page: str) -> set[str]:
    """The names of all elements."""
    return set(re.findall(r"</?([a-zA-Z][\w-]*)", page))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("show", [escape_markdown, format_bold, format_code])
def test_words_are_text(text: str, show: object) -> None:
    assert callable(show)
    page = rendered(f"- {show(text)}, ours\n\n| a | b |\n|---|---|\n| {show(text)} | ours |\n")
    assert tags(page) <= OURS
    assert page.count("<td>") == 2
    assert not AFTER.search(visible(page))
    words = html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\u200b", "")
    assert words.count(one_line(text)) == 2


@given(st.text(alphabet="ab1 \\`*_[]()<>!|~#@:/.&;-+=^$\"'{}\n\t", max_size=40))
def test_any_words_are_text(text: str) -> None:
    page = rendered(f"{escape_markdown(text)} end\n\n- **x** {escape_markdown(text)} ({format_code(text)}), end\n")
    assert tags(page) <= OURS
    assert "<code></code>" not in page
    words = html.unescape(re.sub(r"<[^>]*>", "", page)).replace("\u200b", "")
    assert words.startswith(f"{one_line(text)} end".strip())


def hostile_pull() -> str:
    """A pull request in which everything that a person can write means harm."""
    evil = " ".join(HOSTILE)
    quoted = '"' + evil.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
    bot = BOT.replace("name: Bot", f"name: {quoted}").replace("role: Desk", f"role: {quoted}\nmission: {quoted}")
    bot = bot.replace("Calls booked", quoted).replace("Talks", quoted).replace("Answers the desk.", quoted)
    bot = bot.replace("cadence: weekly", f"cadence: weekly, waive: {{runtime-metric: {quoted}}}")
    note = evil.replace("\\", "/").replace("\n", " ").replace("\r", " ").replace('"', "'")
    after = org(
        {
            "seats/bot.yaml": bot,
            "seats/new.yaml": bot.replace("seat: bot", "seat: new"),
            "org.yaml": f"org: acme\nname: {quoted}\ntimezone: UTC\n",
            "scores/bot/2026-11.jsonl": row("a", "4") + row("b", "5", day=21, note=note),
        }
    )
    before = org({"scores/bot/2026-11.jsonl": row("a", "4")})
    return diff_markdown(diff(before, after), format_revision(evil, "abc"), format_revision("", "def"))


def test_a_hostile_pull_request_is_inert() -> None:
    page = rendered(hostile_pull())
    assert tags(page) <= OURS
    assert not AFTER.search(visible(page))
    assert page.count("<td>") == page.count("<tr>") * 4 - 4
    assert page.count("<h2>") == 1
    assert re.findall("<h3>(.*?)</h3>", page) == ["Added", "Changed", "Scores", "Policy"]


@pytest.mark.parametrize("seats", [10, 500, 3000])
def test_never_longer_than_a_comment_may_be(seats: int) -> None:
    new = {f"seats/s{number}.yaml": EVE.replace("eve", f"s{number}") for number in range(seats)}
    text = diff_markdown(diff(org(), org(new)), format_revision("main", "abc"), format_revision("", ""))
    told = text.count("- **Eve** (`s") if seats else 0
    left = re.search(r"\*\*([0-9]+) lines? more", text)
    assert len(text) <= COMMENT_LIMIT < 65_536
    assert (told == seats) is (left is None)
    assert text.startswith(f"## {seats} seats added\n")
    assert left is None or 2 * seats - int(left[1]) - text.count("\n  - ") == told


def test_a_title_never_stands_alone() -> None:
    found = diff(
        org(), org({"seats/new.yaml": EVE.replace("eve", "new"), "org.yaml": "org: acme\nname: B\ntimezone: UTC\n"})
    )
    for limit in range(200, 700, 7):
        text = diff_markdown(found, format_revision("main", "abc"), format_revision("", ""), limit=limit)
        assert not re.search(r"### \w+\n+(?:\*\*|###|\Z)", text), text


def test_one_line_where_nothing_changed() -> None:
    assert diff_markdown(diff(org(), org()), format_revision("main", "abc123"), format_revision("", "")) == (
        "Nothing changed in the org from `main` (`abc123`) to the work tree.\n"
    )
