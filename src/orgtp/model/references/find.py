"""Find what names a seat or a metric, and the edit that makes a place name another one."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.lazy_dataclass import dataclass
from orgtp.model.change import SetKey
from orgtp.model.escalation import silences_path
from orgtp.model.org import Org
from orgtp.model.problem import Keys, Marks, Place
from orgtp.model.records.todo import todo_path
from orgtp.model.references.kinds import REFERENCE_KINDS, ReferenceKind
from orgtp.model.seat import retirement_path, seat_path
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that names `seat`, and perhaps a `metric` of it: `keys` in the file `path`, at `place`."""

    kind: ReferenceKind
    path: str
    keys: Keys
    seat: str
    metric: str
    place: Place

    @property
    def key(self) -> str:
        """The keys with dots between them: `metrics.talks.leads_to`."""
        return ".".join(self.keys)


def list_references(org: Org, seat: str, metric: str = "", *, records: bool = False) -> list[Reference]:
    """The places that name a seat, in the order of `REFERENCE_KINDS`; with `metric`, those that name this metric of it.

    The record of the past (values, retirements, events of escalations) is left out, unless `records`. A seat's own file
    may name the seat, too.
    """
    return [one for one in each_reference(org, records=records) if one.seat == seat and metric in {"", one.metric}]


def each_reference(org: Org, *, records: bool = False) -> Iterator[Reference]:
    """Yield every place that names a seat or a metric."""
    for kind in REFERENCE_KINDS:
        if records or not kind.is_record:
            for path, keys, seat, metric in kind.read(org):
                yield Reference(kind, path, keys, seat, metric, _find_place(org, path, keys))


def _find_place(org: Org, path: str, keys: Keys) -> Place:
    """The line and column of a place; of a file whose lines are records, only the file."""
    marks = _find_marks(org, path)
    if path == ALLOWED_SIGNERS_PATH:
        return Place(path, int(keys[0]))
    return marks.value_place(*keys) if marks else Place(path)


def _find_marks(org: Org, path: str) -> Marks | None:
    folder, _, rest = path.partition("/")
    name = rest.removesuffix(".yaml").rpartition("/")[2]
    if path == "org.yaml":
        return org.marks
    if name in org.seats and path == seat_path(name):
        return org.seats[name].marks
    if name in org.retirements and path == retirement_path(name):
        return org.retirements[name].marks
    if name in org.silences and path == silences_path(name):
        return org.silences[name].marks
    if name in org.todos and path == todo_path(name):
        return org.todos[name].marks
    return org.escalations[name].marks if folder == "escalations" and name in org.escalations else None


def rename_reference(one: Reference, seat: str, metric: str = "") -> SetKey:
    """The edit that makes a place name `seat`, or `metric` of it, instead.

    Raises `ValueError` for a place of a kind that no action can change.
    """
    if not one.kind.can_change:
        raise ValueError(one.kind.id)
    if not one.metric:
        return SetKey(one.path, one.keys, seat)
    own = one.path == seat_path(seat)
    is_alone = one.path == "org.yaml"
    return SetKey(one.path, one.keys, metric if own or is_alone else f"{seat}/{metric}")
