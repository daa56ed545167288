"""The parts that can be left out: no field of a record is forgotten."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from orgtp.model.org import Org
from orgtp.views.redaction.parts import FIELD_SORTS, PART_TEXTS, Part, Sort

# Texts that are always shown: a state, a period, a number, a commit, or a label that is made for the pages.
PLAIN_TEXTS = {
    "Org.branch", "Policy.signed_since", "Route.kind", "Route.severity", "Metric.due", "Score.period",
    "Score.value", "Ending.last", "Ending.period", "Review.week", "Delivery.commit", "Seat.emails", "Holder.emails",
    "Policy.due", "Seat.unread",
}  # fmt: skip


@pytest.mark.parametrize("kind", FIELD_SORTS, ids=lambda kind: kind.__name__)
def test_every_field_has_a_sort(kind: type) -> None:
    assert {field.name for field in dataclasses.fields(kind)} == set(FIELD_SORTS[kind])


def test_no_text_is_kept_without_a_reason() -> None:
    kept = {
        f"{kind.__name__}.{field.name}"
        for kind, sorts in FIELD_SORTS.items()
        for field in dataclasses.fields(kind)
        if sorts[field.name].sort is Sort.KEPT and "str" in str(field.type)
    }
    assert kept == PLAIN_TEXTS


def test_addresses_go_with_people() -> None:
    assert [*_list_gone_with(Part.PEOPLE)] == ["Seat.emails", "Holder.emails"]


def _list_gone_with(part: Part) -> Iterator[str]:
    for kind, sorts in FIELD_SORTS.items():
        yield from (f"{kind.__name__}.{name}" for name, how in sorts.items() if part in how.gone_with)


def test_every_part_is_described() -> None:
    assert set(PART_TEXTS) == set(Part)
    assert Org in FIELD_SORTS
