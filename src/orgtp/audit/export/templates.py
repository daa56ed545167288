"""Render the files of an export that people read: report.html and README.txt, from Jinja2 templates.

Every expression of a template passes `clean_value`, and in HTML it is escaped as well. So text from a user
cannot become markup, start a new line or contain a control character, even if a template forgets to escape it.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from orgtp.audit.export.report import AuditReport
from orgtp.model.text import escape_control_chars
from orgtp.render.templates import make_environment

if TYPE_CHECKING:
    from jinja2 import Environment

_README_WIDTH = 78
# Expressions per chunk: the page of a large org has many megabytes.
_BUFFERED = 1000


def format_sentence(text: str) -> str:
    """Return `text` with a capital letter at the start and control characters shown as escapes."""
    escaped = escape_control_chars(text)
    return escaped[:1].upper() + escaped[1:]


def wrap_paragraph(text: str) -> str:
    """Break a paragraph into lines of the README's width."""
    return textwrap.fill(text.strip(), _README_WIDTH, break_long_words=False, break_on_hyphens=False) + "\n"


def format_utc(at: datetime, pattern: str) -> str:
    """Format a time in UTC by a pattern of `strftime`."""
    return at.astimezone(UTC).strftime(pattern)


@cache
def load_environment() -> Environment:
    """Load the templates of the export, with their filters."""
    environment = make_environment("orgtp.audit", "export")
    environment.filters.update(
        thousands="{:,}".format,
        utc=format_utc,
        sentence=format_sentence,
        visible=escape_control_chars,
        wrap=wrap_paragraph,
    )
    return environment


def render_html(report: AuditReport) -> Iterator[str]:
    """Render the report as one page of HTML, in chunks. The page has no script and loads nothing."""
    css = files("orgtp.audit.export").joinpath("report.css").read_text(encoding="utf-8")
    # The Content-Security-Policy of the page allows this style sheet by its hash, and nothing else.
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    page = load_environment().get_template("report.html.j2").stream(report=report, css=css, css_digest=digest)
    page.enable_buffering(_BUFFERED)
    return page


def render_readme(report: AuditReport) -> str:
    """Render README.txt: how an auditor checks the export with git and ssh-keygen, without orgtp.

    A line indented by four spaces is a command; tests/audit/export runs them in this order.
    """
    return load_environment().get_template("README.txt.j2").render(report=report, checkpoint=report.checkpoint)
