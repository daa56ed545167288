"""Show the history page by page. The first page decides the widths of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from orgtp.model.setting_text import summarize_settings
from orgtp.model.text import one_line
from orgtp.render.spans import SHORT_COMMIT, Line, Span
from orgtp.render.terminal import UNLIMITED_WIDTH, Screen, apply_style, fit_width, measure_width
from orgtp.views.log import LogEntry

# The least widths of the columns: when, who, action, seats, what, commit.
_LEAST = (16, 6, 7, 6, 20, SHORT_COMMIT)
_WHO, _ABOUT, _WHAT = 1, 3, 4
_GAP = 2
# The greatest width of the author and the seats on a screen narrower than _BELOW, and on a wider one.
_NARROW, _WIDE, _BELOW = 10, 28, 110
# The width of `what`, if the screen has room: most subjects fit.
_ROOM = 72
_SEATS = 3
# On a screen narrower than this, a commit takes two lines.
_SMALL = 76


def log_pages(pages: Iterable[Sequence[LogEntry]], zone: tzinfo, screen: Screen) -> Iterator[str]:
    """A text for each page, with a line for each commit: when, who, action, seats, what and the commit."""
    widths: list[int] = []
    for page in pages:
        rows = [_format_log_cells(entry, zone) for entry in page]
        pairs = zip(page, rows, strict=True)
        if rows and screen.width < _SMALL:
            yield "".join(_format_two_lines(entry, row, screen) for entry, row in pairs)
        elif rows:
            widths = widths or _choose_log_widths(rows, screen)
            room = widths[_WHAT] if screen.width < UNLIMITED_WIDTH else UNLIMITED_WIDTH
            yield "".join(
                _format_log_row([*row[:_WHAT], _shorten_what(entry, row, room), row[-1]], widths, screen)
                for entry, row in pairs
            )


def _format_log_cells(entry: LogEntry, zone: tzinfo) -> Line:
    """The cells of a row."""
    seats = ", ".join(entry.seats[:_SEATS]) + (f" +{len(entry.seats) - _SEATS}" if len(entry.seats) > _SEATS else "")
    return [
        (entry.at.astimezone(zone).isoformat(" ", "minutes")[:16], "dim"),
        (one_line(entry.who), ""),
        (one_line(entry.action), "bold") if entry.action else ("by hand", "yellow"),
        (one_line(seats), ""),
        (one_line(entry.what + _format_names(entry)), ""),
        (entry.commit[:SHORT_COMMIT], "dim"),
    ]


def _format_names(entry: LogEntry) -> str:
    """Who approved a commit, and the names that only the commit itself gives."""
    by, approved = entry.by or "", entry.approved_by or ""
    claims = [
        *([f"by {by}"] if by and entry.by_claimed else []),
        *([f"for {entry.acted_for}"] if entry.acted_for else []),
        *([f"approved by {approved}"] if approved and entry.approved_by_claimed else []),
    ]
    known = f" (approved by {approved})" if approved and not entry.approved_by_claimed else ""
    return known + (f" (claimed: {', '.join(claims)})" if claims else "")


def _shorten_what(entry: LogEntry, row: Sequence[Span], room: int) -> Span:
    """What was done. Of several settings, no key is cut."""
    what, style = row[_WHAT]
    if entry.settings and measure_width(what) > room:
        names = one_line(_format_names(entry))
        names = f" {names}" if names else ""
        left = max(_LEAST[_WHAT], room - measure_width(names))
        what = one_line(summarize_settings(entry.settings, left)) + names
    return what, style


def _choose_log_widths(rows: Sequence[Sequence[Span]], screen: Screen) -> list[int]:
    """The widths of the columns, from the first rows and the width of the screen."""
    widths = [max(least, *(measure_width(row[n][0]) for row in rows)) for n, least in enumerate(_LEAST)]
    if screen.width >= UNLIMITED_WIDTH:
        return widths
    most = _NARROW if screen.width < _BELOW else _WIDE
    widths[_WHO], widths[_ABOUT] = min(most, widths[_WHO]), min(most, widths[_ABOUT])
    spare = screen.width - sum(widths) + widths[_WHAT] - _GAP * (len(widths) - 1)
    widths[_WHAT] = min(spare, max(_ROOM, widths[_WHAT]))
    return widths


def _format_log_row(row: Sequence[Span], widths: Sequence[int], screen: Screen) -> str:
    """A row in columns. In a pipe, nothing is truncated."""
    whole = screen.width >= UNLIMITED_WIDTH
    cells = [(fit_width(text, width, cut=not whole), style) for (text, style), width in zip(row, widths, strict=True)]
    return (" " * _GAP).join(apply_style(text, style, screen) for text, style in cells).rstrip() + "\n"


def _format_two_lines(entry: LogEntry, row: Sequence[Span], screen: Screen) -> str:
    when, who, (action, style), (about, _), _, commit = row
    room = screen.width - len(when[0]) - SHORT_COMMIT - 2 * _GAP
    first = _format_log_row([when, who, commit], [len(when[0]), room, SHORT_COMMIT], screen)
    left, about = max(1, screen.width - len(action) - 3), f"{about}: " if about else ""
    what = _shorten_what(entry, row, left - measure_width(about))[0]
    below = fit_width(f"{about}{what}", left).rstrip()
    return f"{first}  {apply_style(action, style, screen)} {below}\n"
