"""JSON Lines of seats: one object a line, with the keys of a seat's file, as `orgtp export --format seats` writes them.

Each line is checked as the file that it becomes, with the same problems. Everything that a file may have is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from orgtp.files.foreign_files import UnreadableFile, read_regular_file
from orgtp.files.seat import read_seat
from orgtp.files.yaml.dumper import format_document
from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.json_files import BadJson, parse_json
from orgtp.importers.table import name_source
from orgtp.importers.table_rows import MOST_BYTES, MOST_ROWS
from orgtp.model.change import YamlData
from orgtp.model.inventory.draft import BadDraft, DraftSource, SeatDraft
from orgtp.model.problem import Problem, select_errors
from orgtp.model.seat import Seat, SeatStatus, seat_path
from orgtp.model.text import count_noun, id_hint, is_id, join_sentences

# The keys that a draft has as fields. All others are its `content`.
DRAFT_KEYS = frozenset({"seat", "name", "role", "kind", "owner", "reports_to", "also_reports_to", "mission", "email",
                     "aliases", "runs_from"})  # fmt: skip
# A file of YAML may not be larger.
_LONGEST_LINE = 256 * 1024
# The columns of the table `seats` that no seat's file has.
_TABLE_ONLY = frozenset({"owner_name", "own", "holder"})


def recognise(path: Path, start: bytes) -> bool:
    """Whether the first line is an object with the key `seat`, and not a value."""
    bare = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if path.is_dir() or not bare.startswith(b"{"):
        return False
    line = bare.partition(b"\n")[0]
    return b'"seat"' in line and not (b'"metric"' in line and b'"value"' in line)


def read(request: SourceRequest) -> DraftSource:
    """Read the lines. Raises `BadSource` for a file that is not UTF-8 or too large."""
    drafts: dict[str, SeatDraft] = {}
    bad: list[BadDraft] = []
    retired = 0
    for number, line in enumerate(_read_text(request.path).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{request.path.name}:{number}"
        try:
            draft = _read_line(where, line, drafts)
        except _BadLineError as error:
            bad.append(BadDraft(where, str(error), line.strip("\r")))
            continue
        if draft.content.get("status") == SeatStatus.RETIRED:
            retired += 1
            continue
        drafts[draft.id_hint] = draft
        if len(drafts) > MOST_ROWS:
            raise BadSource(
                where=request.path, what=f"it has more than {MOST_ROWS:,} seats. Split it into several files"
            )
    # A retirement is a record of its own, which no import can make.
    notes = (f"{count_noun(retired, 'seat')} left out, because retired",) if retired else ()
    return DraftSource(
        path=str(request.path),
        name=name_source(request.path),
        format="seats",
        drafts=tuple(drafts.values()),
        bad=tuple(bad),
        notes=notes,
        mapping=request.mapping,
    )


def _read_text(path: Path) -> str:
    try:
        text = read_regular_file(path, MOST_BYTES).decode("utf-8-sig")
    except UnreadableFile as error:
        raise BadSource(where=path, what=str(error)) from error
    except UnicodeDecodeError as error:
        raise BadSource(where=path, what="it is not UTF-8 text") from error
    if text.lstrip().startswith("["):
        raise BadSource(where=path, what="it is a JSON list. Write one object a line, without brackets around them")
    return text


class _BadLineError(Exception):
    """A line that is no seat, with the reason as its text. It never leaves this module."""


def _read_line(where: str, line: str, before: Mapping[str, SeatDraft]) -> SeatDraft:
    """The seat of a line. `before` has those of the lines above, by id. Raises `_BadLineError`."""
    data = _parse_json(line)
    seat_id = data.get("seat")
    if not isinstance(seat_id, str) or not seat_id:
        raise _BadLineError('it has no "seat", which is the id')
    if not is_id(seat_id):
        raise _BadLineError(f'"{seat_id}" is not a valid id. {id_hint(seat_id)}')
    if seat_id in before:
        raise _BadLineError(f'line {before[seat_id].where.rpartition(":")[2]} has the seat "{seat_id}", too')
    if data.keys() & _TABLE_ONLY:
        raise _BadLineError(
            "it is a row of the table seats, which has not all that a seat's file has. Export whole seats: "
            "orgtp export FILE --format seats"
        )
    # A line without a status is a proposal, as every other import makes one.
    seat = _check_seat(seat_id, {"status": str(SeatStatus.PROPOSED), **data})
    return SeatDraft(
        where=where,
        kind=seat.kind,
        name=seat.name,
        role=seat.role,
        id_hint=seat_id,
        keys=(f"id:{seat_id}", *(f"email:{one.lower()}" for one in seat.emails)),
        aliases=seat.aliases,
        parent=f"id:{seat.reports_to}" if seat.reports_to else "",
        dotted=tuple(f"id:{one}" for one in seat.also_reports_to),
        owner=f"id:{seat.owner}" if "owner" in data and seat.owner else "",
        mission=seat.mission,
        emails=seat.emails,
        runs_from=seat.runs_from,
        content={key: value for key, value in data.items() if key not in DRAFT_KEYS},
        text=line.strip("\r"),
    )


def _check_seat(seat_id: str, data: Mapping[str, Any]) -> Seat:
    """The seat as its file will have it. Raises `_BadLineError` with all that is wrong."""
    try:
        raw = format_document(data).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise _BadLineError("it has a text or a number that a YAML file cannot have") from error
    if len(raw) > _LONGEST_LINE:
        raise _BadLineError(f"it has more than {_LONGEST_LINE // 1024} KiB, which is the most that a seat's file has")
    seat, problems = read_seat(seat_path(seat_id), raw)
    wrong: list[Problem] = select_errors(problems)
    if wrong or seat is None:
        raise _BadLineError(join_sentences(*(f"{one.message}. {one.hint}" for one in wrong)))
    return seat


def _parse_json(line: str) -> dict[str, YamlData]:
    """The object of a line; numbers with decimals are exact. Raises `_BadLineError`."""
    if len(line) > 2 * _LONGEST_LINE:
        raise _BadLineError(f"the line has more than {2 * _LONGEST_LINE // 1024} KiB")
    try:
        data = parse_json(line.encode(), read_number=Decimal, read_whole=int)
    except BadJson as error:
        raise _BadLineError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"it is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise _BadLineError('a line must be one object: {"seat": …, "name": …, "role": …}')
    return data
