"""Select seats and metrics, and sort them: the same options with the same meaning in every view that lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from orgtp.lazy_dataclass import dataclass
from orgtp.model.cell import CellState
from orgtp.model.errors import BadInput
from orgtp.model.org import Org
from orgtp.model.text import did_you_mean, make_name_key
from orgtp.views.chart_order import SeatPlace, list_places

Row = TypeVar("Row")


class OnlyKind(StrEnum):
    """The kinds of seat that a selection can name."""

    AGENT = "agent"
    HUMAN = "human"
    GROUP = "group"


class StateWord(StrEnum):
    """The states that a selection can name: those of a metric, `late` for one with a late value, and `drifting`.

    A metric is drifting if a change of it for the worse stands out: see `orgtp.views.variation.judge`.
    """

    ON = "on"
    OFF = "off"
    UNAVAILABLE = "unavailable"
    MISSING = "missing"
    PENDING = "pending"
    LATE = "late"
    DRIFTING = "drifting"


class SortOrder(StrEnum):
    """What to sort by; what comes first is on the right. Equal ones keep the order of the chart."""

    CHART = "chart"  # the top of the chart, then depth first, siblings by name
    ID = "id"
    NAME = "name"
    OWNER = "owner"  # by the owner's name
    STATE = "state"  # off, then missing, unavailable, pending, on
    MISSES = "misses"  # the most misses in a row
    LATE = "late"  # the value that has been late for longest


_WORST_FIRST = (
    CellState.OFF,
    CellState.MISSING,
    CellState.UNAVAILABLE,
    CellState.PENDING,
    CellState.ON,
    CellState.NONE,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which seats and metrics to show, and in which order; "", None and () select everything.

    A seat is shown if it is `seat`, is `root` or below it, belongs to `owner` and is of the kind `only`. Of its
    metrics, those are shown that are in one of the `states`; a view that lists seats shows those with such a metric,
    and counts no others.
    """

    seat: str = ""
    root: str = ""
    owner: str = ""
    only: OnlyKind | None = None
    states: tuple[StateWord, ...] = ()
    sort: SortOrder | None = None

    @property
    def is_about_one_seat(self) -> bool:
        """Whether no other seat is needed to decide what is shown."""
        return bool(self.seat) and not (self.root or self.owner)

    @property
    def asks_for_drift(self) -> bool:
        """Whether it has to be known which metrics are drifting."""
        return StateWord.DRIFTING in self.states

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the options, without the order: `--owner`, `bogdan`, `--state`, `off`."""
        given = {"seat": self.seat, "root": self.root, "owner": self.owner, "only": self.only or ""}
        given["state"] = ",".join(self.states)
        return tuple(word for name, value in given.items() if value for word in (f"--{name}", value))

    @property
    def text(self) -> str:
        """The options as typed, without the order: `--owner bogdan --state off`."""
        return " ".join(self.words)


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Omitted:
    """How many seats and metrics a selection leaves out. None: not counted, because they were not read."""

    seats: int | None = 0
    metrics: int | None = 0


NOTHING_OMITTED = Omitted()


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What a row is selected and sorted by. A seat has the states of all its metrics; `misses` is the longest run.

    `drifting` has the metrics that are drifting. They are known only for a selection that asks for it, because that
    takes the whole history of a metric.
    """

    key: tuple[str, ...]
    name: str
    owner: str
    states: Collection[CellState]
    misses: int = 0
    late: datetime | None = None
    drifting: frozenset[str] = frozenset()


def parse_selection(
    *, seat: str = "", root: str = "", owner: str = "", only: str = "", states: Iterable[str] = (), sort: str = ""
) -> Selection:
    """The selection that the words of a user mean; several states may be separated by commas.

    Raises `BadInput` for an unknown word, with the known ones.
    """
    words = [word for text in states for word in text.split(",")]
    found = dict.fromkeys(_parse_word("state", word, StateWord, StateWord) for word in words)
    return Selection(
        seat,
        root,
        owner,
        _parse_word("only", only, OnlyKind, OnlyKind) if only else None,
        tuple(found),
        _parse_word("sort", sort, SortOrder, SortOrder) if sort else None,
    )


Word = TypeVar("Word", bound=StrEnum)


def _parse_word(option: str, text: str, words: type[Word], known: Iterable[Word]) -> Word:
    try:
        return words(text.strip().lower())
    except ValueError as error:
        hint = f"{did_you_mean(text, list(words))} It is one of: {', '.join(known)}".strip()
        raise BadInput(what=f'--{option} "{text}" is not known. {hint}') from error


def select_places(org: Org, selection: Selection, *, retired: bool = False) -> list[SeatPlace]:
    """The seats of a selection in the order of the chart, before any selection by state.

    A retired seat is shown with `retired`, or if the selection names it. Raises `UnknownSeat`.
    """
    for named in (selection.seat, selection.root, selection.owner):
        if named:
            org.seat(named)
    places = list_places(org, selection.root, retired=retired or bool(selection.seat))
    return [place for place in places if _fits(place, selection)]


def _fits(place: SeatPlace, selection: Selection) -> bool:
    seat = place.seat
    return (
        selection.seat in {"", seat.id}
        and selection.owner in {"", seat.owner}
        and (selection.only is None or selection.only.value == seat.kind.value)
    )


def select_rows(
    rows: Sequence[Row], selection: Selection, facts: Callable[[Row], RowFacts], default: SortOrder = SortOrder.CHART
) -> list[Row]:
    """Those of `rows` that are in one of the states, in the order of the selection, else in the `default` order.

    The rows come in the order of the chart.
    """
    order = selection.sort or default
    if not selection.states and order is SortOrder.CHART:
        return [*rows]
    known = [(facts(row), row) for row in rows]
    kept = [pair for pair in known if not selection.states or _fits_states(pair[0], selection.states)]
    return [row for _, row in sorted(kept, key=lambda pair: _SORT_KEYS[order](pair[0]))]


def _fits_states(facts: RowFacts, states: Sequence[StateWord]) -> bool:
    return (
        (StateWord.LATE in states and facts.late is not None)
        or (StateWord.DRIFTING in states and bool(facts.drifting))
        or any(word.value == state.value for word in states for state in facts.states)
    )


def _rank_worst_state(facts: RowFacts) -> int:
    return min((_WORST_FIRST.index(state) for state in facts.states), default=len(_WORST_FIRST))


_SORT_KEYS: dict[SortOrder, Callable[[RowFacts], tuple[Any, ...]]] = {
    SortOrder.CHART: lambda _: (),
    SortOrder.ID: lambda facts: facts.key,
    SortOrder.NAME: lambda facts: (make_name_key(facts.name), facts.key),
    SortOrder.OWNER: lambda facts: (make_name_key(facts.owner),),
    SortOrder.STATE: lambda facts: (_rank_worst_state(facts),),
    SortOrder.MISSES: lambda facts: (-facts.misses, _rank_worst_state(facts)),
    SortOrder.LATE: lambda facts: (facts.late is None, facts.late.timestamp() if facts.late else 0, facts.key),
}


def count_omitted(every: Mapping[str, int], shown: Mapping[str, int]) -> Omitted:
    """What a view leaves out: from how many metrics of each seat it would show without a selection, and does show."""
    return Omitted(len(every.keys() - shown.keys()), sum({**shown, **every}.values()) - sum(shown.values()))
