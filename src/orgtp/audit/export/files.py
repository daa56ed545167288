"""The files of an export that people and programs read: the report as HTML and JSON, and README.txt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orgtp.audit.export.report import AuditReport
from orgtp.audit.export.templates import render_html, render_readme
from orgtp.audit.model import Verdict
from orgtp.audit.text import explained_json
from orgtp.model.text import count_noun, one_line
from orgtp.render.json import format_envelope, to_json_value

KIND = "audit-export"
_SIGNS = {Verdict.INTACT: "✓", Verdict.VIOLATED: "✗", Verdict.UNPROVEN: "?"}


def export_json(found: AuditReport) -> dict[str, Any]:
    """Return the report as JSON data."""
    body: dict[str, Any] = to_json_value(found)
    body |= {"verdict": found.verdict_text, "explained": to_json_value([*map(explained_json, found.explained)])}
    history = {**body.pop("history"), "unsigned": found.history.unsigned}
    return {**body, "history": {key: value for key, value in history.items() if key != "places"}}


def export_files(found: AuditReport) -> Mapping[str, Iterable[bytes]]:
    """Return the content of each file by name, in chunks."""
    readme = [render_readme(found)] if found.checkpoint else []
    files = {"README.txt": readme, "report.json": _report_json(found), "report.html": render_html(found)}
    return {name: (piece.encode("utf-8", "replace") for piece in pieces) for name, pieces in files.items()}


def _report_json(found: AuditReport) -> Iterator[str]:
    """Make the JSON only when it is written: for a large org, it takes as much memory as packing the bundle."""
    yield format_envelope(KIND, found.org, found.head, False, export_json(found))


def format_export(found: AuditReport, where: str) -> str:
    """Format the result of an export in two or three lines."""
    wrong = f", {count_noun(len(found.violations), 'violation')}" if found.violations else ""
    history = f"{one_line(found.branch)} up to {found.head[:10]}, {count_noun(found.history.commits, 'commit')}"
    checkpoint = found.checkpoint
    signed = f"signed with {checkpoint.fingerprint}" if checkpoint and checkpoint.fingerprint else "not signed"
    unvouched = "" if checkpoint and checkpoint.fingerprint else ", so nobody vouches for this export"
    lines = [
        f"{_SIGNS[found.verdict]} {found.verdict_text}: {history}{wrong}",
        f"The checkpoint is {signed}{unvouched}.",
    ]
    return "\n".join([*lines, *([f"Written to {one_line(where)}. Start with its README.txt."] if where else [])]) + "\n"
