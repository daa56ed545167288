"""What must be answered before an import can be recorded. Each question is asked once for all of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from orgtp.actions.import_seats.groups import DraftGroup
from orgtp.actions.import_seats.request import ImportQuestion, QuestionKind
from orgtp.lazy_dataclass import dataclass
from orgtp.model.org import Org
from orgtp.model.seat import SeatKind
from orgtp.model.text import join_with_and, one_line

_MOST_NAMES, _MOST_CHOICES = 5, 3


@dataclass(frozen=True, slots=True)
class Survey:
    """The new seats that report to nobody (`roots`), and those without an owner (`lonely`).

    `bosses` maps the seats of the rows to those that they report to, "" for none. `groups` has the rows by seat, and
    `by` is the seat that acts.
    """

    roots: Sequence[DraftGroup]
    lonely: Sequence[DraftGroup]
    bosses: Mapping[str, str]
    groups: Mapping[str, DraftGroup]
    by: str


def list_questions(org: Org, survey: Survey) -> Iterator[ImportQuestion]:
    """Ask whom the new roots report to, unless one is the top of a new chart, and who owns what has no owner."""
    roots, lonely = survey.roots, survey.lonely
    has_top = any(not seat.is_retired for seat in org.seats.values())
    people = _list_top_people(org, survey)
    if roots and (has_top or len(roots) > 1):
        choices = people if has_top else _sort_by_size(survey, roots)
        where = "the chart has a top already" if has_top else "a chart has one top"
        one = len(roots) == 1
        text = (
            f"{_name_some(roots)} {'reports' if one else 'report'} to nobody in the source, and {where}. "
            f"Which seat {'does it' if one else 'do they'} report to?"
        )
        yield ImportQuestion(QuestionKind.UNDER, text, _list_places(roots), tuple(choices[:_MOST_CHOICES]))
    if lonely:
        kinds = {group.first.kind for group in lonely}
        both = "agents and groups" if len(kinds) > 1 else f"{next(iter(kinds))}s"
        one = len(lonely) == 1
        text = (
            f"{_name_some(lonely)} {'has' if one else 'have'} no owner in the source. "
            f"Which person answers for {'it' if one else f'these {both}'}?"
        )
        tops = [group for group in survey.groups.values() if not survey.bosses.get(group.seat)]
        choices = people or [one for one in _sort_by_size(survey, tops) if _is_person(survey.groups[one])]
        yield ImportQuestion(QuestionKind.OWNER, text, _list_places(lonely), tuple(choices[:_MOST_CHOICES]))


def _list_top_people(org: Org, survey: Survey) -> list[str]:
    """The people of the org who likely are the answer: those at the top of the chart, and who acts."""
    acting = org.seats.get(survey.by)
    return list(dict.fromkeys([*org.top_deciders, *([acting.id] if acting and acting.may_decide else [])]))


def _is_person(group: DraftGroup) -> bool:
    return group.first.kind is SeatKind.HUMAN


def _sort_by_size(survey: Survey, roots: Iterable[DraftGroup]) -> list[str]:
    """The seats at the top of the sources: people first, then those with the most seats below them."""
    sizes: dict[str, int] = {}
    for seat in survey.groups:
        top, seen = seat, {seat}
        while (boss := survey.bosses.get(top, "")) and boss not in seen:
            seen.add(boss)
            top = boss
        sizes[top] = sizes.get(top, 0) + 1
    ordered = sorted(roots, key=lambda one: (not _is_person(one), -sizes.get(one.seat, 0), one.seat))
    return [group.seat for group in ordered]


def _name_some(groups: Sequence[DraftGroup]) -> str:
    """The names of a few groups, and how many more there are."""
    names = [one_line(group.first.name) for group in groups[:_MOST_NAMES]]
    more = len(groups) - len(names)
    return join_with_and([*names, *([f"{more} more"] if more else [])])


def _list_places(groups: Iterable[DraftGroup]) -> tuple[str, ...]:
    return tuple(group.first.where for group in groups)
