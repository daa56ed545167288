"""Bring an org up to date with this version of orgtp: schemas, attributes, CI files and `per`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import Change, Edit, ReplaceFile, SetKey
from orgtp.model.org import FORMAT_VERSION, Org
from orgtp.model.period import Grain
from orgtp.model.seat import Metric, Rollup, Seat, seat_path

ATTRIBUTES = ".gitattributes"
_SCHEMAS = ".orgtp/schema/"


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """What to upgrade to: the files that this version ships, and the present content of those paths.

    `unchanged` are the CI files that are as an earlier version wrote them. `per` has the choices for sums, by seat and
    metric.
    """

    shipped: Mapping[str, bytes]
    present: Mapping[str, bytes]
    unchanged: frozenset[str]
    per: Mapping[tuple[str, str], Grain] = field(default_factory=dict)
    by: str = ""


def upgrade_org(org: Org, request: UpgradeRequest) -> Change:
    """Update the files that orgtp wrote and nobody changed, and write the version of the formats."""
    edits: list[Edit] = [*_list_file_edits(request)]
    if org.version != FORMAT_VERSION:
        edits.append(SetKey("org.yaml", ("orgtp",), FORMAT_VERSION))
    for (seat, metric), per in sorted(request.per.items()):
        edits.append(SetKey(seat_path(seat), ("metrics", metric, "per"), str(per)))
    seats = tuple(sorted({seat for seat, _ in request.per}))
    return Change("upgrade", f"formats of version {FORMAT_VERSION}", seats, tuple(edits), by=request.by)


def _list_file_edits(request: UpgradeRequest) -> Iterator[ReplaceFile]:
    for path, shipped in sorted(request.shipped.items()):
        now = request.present.get(path)
        if path != ATTRIBUTES and not path.startswith(_SCHEMAS) and path not in request.unchanged:
            continue
        wanted = add_missing_lines(now or b"", shipped) if path == ATTRIBUTES else shipped
        if now != wanted:
            yield ReplaceFile(path, now, wanted)


def add_missing_lines(present: bytes, wanted: bytes) -> bytes:
    """Add the lines of `wanted`, with the comments above them, that `present` does not have."""
    known = {line.strip() for line in present.splitlines()}
    added: list[bytes] = []
    comments: list[bytes] = []
    for line in wanted.splitlines():
        if line.startswith(b"#"):
            comments.append(line)
            continue
        if line.strip() not in known:
            added += [*(comment for comment in comments if comment.strip() not in known), line]
        comments = []
    gap = b"" if not present or present.endswith(b"\n") else b"\n"
    return present + (gap + b"\n".join(added) + b"\n" if added else b"")


def list_sums_without_per(org: Org) -> list[tuple[Seat, Metric]]:
    """The metrics that add up values of days or hours, but do not say in which cells they are judged."""
    return [
        (seat, metric)
        for seat in org.seats.values()
        if not seat.is_retired
        for metric in seat.metrics.values()
        if metric.rollup is Rollup.SUM and metric.per is None and metric.is_rolled_up
    ]
