"""The environment of Jinja2 templates: HTML is escaped, and text from users is cleaned.

Every expression of a template passes `clean_value`, and in HTML it is escaped as well. So text from a user
cannot become markup, start a new line or contain a control character, even if a template forgets to escape it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from orgtp.model.text import count_noun, one_line, plain_lines
from orgtp.render.spans import Line
from orgtp.render.spans_html import line_to_html

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# Unicode noncharacters: HTML does not allow them, even escaped.
_LAST_TWO = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
_NONCHARACTERS = re.compile(f"[\ufdd0-\ufdef{_LAST_TWO}]")
_REPLACEMENT = "\ufffd"


def clean_value(value: Any) -> Any:
    """Put a text on one line, without characters that are not allowed in HTML. Markup stays as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return one_line(_NONCHARACTERS.sub(_REPLACEMENT, value))
    return value


def _keep_lines(text: str) -> Markup:
    """The text as markup that keeps its lines."""
    from markupsafe import escape

    return escape(plain_lines(_NONCHARACTERS.sub(_REPLACEMENT, text)))


def format_spans(line: Line) -> Markup:
    """A line of spans as markup: names are bold, and ids and values are code."""
    return mark_as_html(line_to_html([(_NONCHARACTERS.sub(_REPLACEMENT, text), style) for text, style in line]))


def mark_as_html(text: str) -> Markup:
    """Mark a text as HTML that is not escaped again: only for what a renderer made, with the texts of users escaped."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  (that is its purpose)


def make_environment(package: str, folder: str) -> Environment:
    """An environment with the templates in `folder` of `package`. Names that end with `html.j2` are escaped as HTML.

    An undefined name in a template is an error, not an empty string.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader(package, folder),
        autoescape=select_autoescape(["html.j2"], default_for_string=True, default=False),
        undefined=StrictUndefined,
        finalize=clean_value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(clean=clean_value, lines=_keep_lines, spans=format_spans)
    environment.globals["count_noun"] = count_noun
    return environment
