"""report.html: what a strict parser makes of it, and that no word of a user is ever anything but text."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html import unescape
from xml.etree.ElementTree import Element

import html5lib
import pytest
from jinja2 import UndefinedError

from orgtp.audit.export.templates import load_environment
from tests.audit.export.handed import export
from tests.conftest import Shell

NASTY = "</style><script>alert(1)</script><img src=x onerror=alert(2)> & 'q' \"d\" &amp; ]]> -->"
CONTROLS = "\x00\x1b\u202e\u2066\ufffe\ufdd0\U0001ffff\x85\ud800"


def parsed(page: str) -> Element:
    """The page as the standard has it parsed. Raises for whatever the standard calls an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(page)
    return tree


def checked(page: str) -> Element:
    """The page, which does nothing, fetches nothing, and is well made."""
    tree = parsed(page)
    elements = list(tree.iter())
    names = Counter(element.tag for element in elements)
    forbidden = {"script", "img", "link", "iframe", "object", "embed", "form", "svg", "base", "video", "audio"}
    assert not forbidden & set(names)
    for element in elements:
        assert not [
            key for key in element.attrib if key.startswith("on") or key in {"src", "style", "action", "srcset"}
        ]
        assert element.get("href", "#").startswith("#")
    _well_made(elements, names)
    _only_its_own_style(tree)
    return tree


def _well_made(elements: list[Element], names: Counter[str]) -> None:
    assert (names["h1"], names["main"], names["title"], names["style"]) == (1, 1, 1, 1)
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    assert set(ids.values()) <= {1}
    named = {target[1:] for element in elements if (target := element.get("href"))}
    named |= {label for element in elements if (label := element.get("aria-labelledby"))}
    assert named <= set(ids)
    assert all(element.get("scope") in {"col", "row"} for element in elements if element.tag == "th")
    assert all(element.get("aria-label") for element in elements if element.tag == "table")


def _only_its_own_style(tree: Element) -> None:
    style = tree.find(".//style")
    assert style is not None
    hashed = base64.b64encode(hashlib.sha256((style.text or "").encode()).digest()).decode()
    (policy,) = [one.get("content") for one in tree.iter("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in (style.text or "")
    assert "@import" not in (style.text or "")


def words(tree: Element) -> str:
    """All that is read of the page."""
    body = tree.find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def test_the_sample(sample: Shell) -> None:
    handed = export(sample)
    said = words(checked(handed.html))
    for seat in handed.report["seats"]:
        assert seat["name"] in said
        assert seat["role"] in said
        for metric in seat["metrics"]:
            assert metric["name"] in said
            assert all(target["target"] in said for target in metric["targets"])
    for one in handed.report["guarantees"]:
        assert one["what"][1:] in said
    assert "What failed Most alerts were not about our clients" in said
    assert "USD 18,400" in said
    assert "USD 14,150" in said


def test_a_row_does_not_say_who_is_human(sample: Shell) -> None:
    handed = export(sample)
    assert {seat["kind"] for seat in handed.report["seats"]} == {"human", "agent"}
    said = words(checked(handed.html)).lower()
    assert not re.search(r"\b(human|agent)\b", said)


@pytest.fixture
def hostile(org: Shell) -> Shell:
    """Acme with words in every place that a user has words in, each of them after something in the page."""
    quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    controls = "\\e[31m\\u202e\\u2066\\x7f\\x85"
    org.write(
        "seats/bot.yaml",
        f'seat: bot\nname: "{quoted}{controls}"\nrole: "{quoted}"\nkind: agent\nstatus: active\nowner: ada\n'
        f'reports_to: ada\nmission: "{quoted}{controls}\\n\\n# x"\nretire_when: "{quoted}"\nsince: 2026-10-05\n'
        f'capabilities: {{mail: "{quoted}"}}\n'
        f'metrics:\n  number: {{name: "{quoted}", outcome: "{quoted}", cadence: weekly, target: ">= 12"}}\n',
    )
    org.write("seats/ada.yaml", f'seat: ada\nname: "{quoted}"\nrole: R\nkind: human\nstatus: active\n')
    org.write("org.yaml", f'org: acme\nname: "{quoted}"\ntimezone: UTC\nbranch: main\n')
    org.write("retirements/zed.yaml", "x: </style><script>\n")
    path = "scores/bot/2026-11.jsonl"
    org.write(path, org.read(path).replace("two were missed", "</td><script>\\u001b[31m") + f"{NASTY}\x1b[31m\x01\n")
    org.git("add", ".")
    org.git("commit", "-qm", "</script>", "--author", "&lt; Mallory\x1b[31m <m&m@x>")
    return org


def test_hostile_words_are_text(hostile: Shell) -> None:
    handed = export(hostile, code=1)
    tree = checked(handed.html)
    said = words(tree)
    assert said.count("</style><script>alert(1)</script>") >= 8
    title = tree.find(".//title")
    assert title is not None
    assert "<script>alert(1)" in (title.text or "")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", handed.html)
    assert "\\x1b[31m" in said
    for plain in (handed.readme, handed.shell.read("report.json")):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", plain)


def test_a_name_is_no_command_of_the_readme(hostile: Shell) -> None:
    handed = export(hostile, code=1)
    assert all("script" not in command for command in handed.commands)


def rendered(source: str, **values: str) -> str:
    """What a template with the settings of the report makes of values."""
    return load_environment().from_string(source).render(**values)


def test_every_value_is_escaped_on_one_line() -> None:
    assert rendered("{{ x }}", x="<b>") == "&lt;b&gt;"
    assert rendered('<p title="{{ x }}">', x='"x"') == '<p title="&#34;x&#34;">'
    nested = "{% macro code(x) %}<i>{{ x }}</i>{% endmacro %}<p>{{ code(x) }}</p>"
    assert rendered(nested, x="<b>") == "<p><i>&lt;b&gt;</i></p>"
    page = '<!DOCTYPE html><title>x</title><p title="{{ nasty }}">{{ nasty }}{{ controls }}</p>'
    assert parsed(rendered(page, nasty=NASTY, controls=CONTROLS)) is not None
    assert unescape(rendered("{{ x }}", x=NASTY)) == NASTY
    assert rendered("{{ x }}", x=" a  b\n") == "a b"


@pytest.mark.parametrize("mark", list(CONTROLS))
def test_no_control_character_is_left(mark: str) -> None:
    assert mark not in rendered("{{ x }}", x=f"a{mark}b")


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ report }}")
