"""What a reader made of a source, as text that people can review."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.inventory.draft import DraftSource, SeatDraft


def write_source(source: DraftSource) -> str:
    """All drafts, bad rows and notes of a source."""
    lines = [f"{source.name} ({source.format})"]
    lines += [f"note: {note}" for note in source.notes]
    lines += [f"bad: {bad.where}: {bad.why}" for bad in source.bad]
    for draft in source.drafts:
        lines += ["", *_write_draft(draft)]
    return "\n".join(lines) + "\n"


def _write_draft(draft: SeatDraft) -> Iterator[str]:
    yield f"{draft.kind} {draft.name!r}, role {draft.role!r}, id from {draft.id_hint or draft.name!r}"
    yield f"  at {draft.where}"
    for name in ("keys", "aliases", "parent", "dotted", "owner", "members", "member_of", "emails"):
        if value := getattr(draft, name):
            yield f"  {name}: {value if isinstance(value, str) else ', '.join(value)}"
    if draft.mission:
        yield f"  mission: {draft.mission!r}"
    for place in draft.runs_from:
        yield f"  runs from {place.text} {place.sha256[:12]}".rstrip()
    for lost in draft.lost:
        yield f"  lost: {lost.what}: {lost.text!r}"
    for unknown in draft.unknown:
        yield f"  not known: {unknown}"
