"""HTML, put together so that no word of a user is ever anything but text: what is not `Markup` is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orgtp.model.text import one_line

# What no HTML may hold, escaped or not ("noncharacters" of Unicode), beside what `one_line` takes out.
_LAST_TWO = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
_NONE = re.compile(f"[\ufdd0-\ufdef{_LAST_TWO}]")
_UNKNOWN = "\ufffd"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(words: str) -> Markup:
    """Words as text on one line, in an element or in an attribute in double quotes; a blank at an end stays one."""
    if isinstance(words, Markup):
        return words
    before, after = words.startswith(" "), words[1:].endswith(" ")
    return Markup(html.escape(f"{' ' * before}{one_line(_NONE.sub(_UNKNOWN, words))}{' ' * after}"))


def tag(name: str, *inside: str, **attributes: str) -> Markup:
    """An element; an underscore in an attribute's name is a hyphen, one at its end is nothing (`class_`)."""
    named = (f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items() if value)
    return Markup(f"<{name}{''.join(named)}>{joined(inside)}</{name}>")


def joined(parts: Iterable[str]) -> Markup:
    """The parts in turn."""
    return Markup("".join(map(text, parts)))


def code(words: str) -> Markup:
    """An id, a path or a value."""
    return tag("code", words)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, and the class of its cells."""

    title: str
    kind: str = ""


def table(label: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> Markup:
    """A table whose rows become cards on a narrow screen: each cell knows its column's title. The first cell heads."""
    head = joined(tag("th", column.title, scope="col", class_=column.kind) for column in columns)
    body = joined(_row(columns, row) for row in rows)
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", body), aria_label=label)


def _row(columns: Sequence[Column], row: Sequence[str]) -> Markup:
    first = tag("th", row[0], scope="row", class_=columns[0].kind)
    rest = (
        tag("td", tag("div", cell), data_label=column.title, class_=column.kind)
        for column, cell in zip(columns[1:], row[1:], strict=True)
    )
    return Markup(f"{tag('tr', first, *rest)}\n")


def facts(rows: Iterable[tuple[str, str]]) -> Markup:
    """Names and what they are; those that are nothing are left out."""
    pairs = (tag("div", tag("dt", name), tag("dd", what)) for name, what in rows if what)
    return Markup(f"{tag('dl', *pairs)}\n")


def section(id_: str, title: str, lead: str, *inside: str) -> Iterator[str]:
    """A section with its heading and a sentence on what is in it."""
    words = tag("p", lead, class_="lead") if lead else ""
    head = tag("h2", title, id=f"{id_}-title")
    yield f"{tag('section', head, words, *inside, id=id_, aria_labelledby=f'{id_}-title')}\n"
