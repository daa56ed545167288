"""Any change of a good file, however odd, gets the same verdict of our readers and of jsonschema."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from orgtp.files.yaml.dumper import format_document
from orgtp.files.yaml.loader import read_document
from tests.files.judges import SCHEMAS, YAMLS, accepted, base_name, ours, yaml_files

RAW = {name: {raw: base_name(path) for path, raw in yaml_files(name).items()} for name in YAMLS}
GOOD = {
    name: [read_document(path, raw).data for raw, path in RAW[name].items() if not ours(name, path, raw)]
    for name in YAMLS
}
WORDS = [
    "x",
    "X",
    "dash",
    "yes",
    "no",
    "2026-11-20",
    "2026-02-30",
    "2026-W01-1",
    "20261120",
    "0000-01-01",
    "2026-W53",
    "2025-W53",
    "2026-Q4",
    "human",
    "retired",
    "weekly",
    "sum",
    "hits",
    "a@b",
    "@",
    "a@b@c",
    "1h",
    "1.5h",
    "20..10",
    "10..20%",
    "America/New_York",
    "Mars/Olympus",
    "main",
    "-x",
    "09:00",
    "24:00",
    "mon 09:00",
    "mon 9:00",
]
TEXTS = ["", " ", "a b", "dash\n", "\ndash", "a" * 63, "a" * 64, "a @b", "a@b\n", "agent\n", "2026-11-20\n", "1h 30m"]
TEXTS += [">= 95%", ">= 95%\n", "by 8:00", ">= USD 5", ">= 123456789012345678.123456"]
LISTS = [[], ["x"], ["X"], [1], [None], ["2026-12-25"], ["2026-12-25", "2026-12-25"], ["2026-02-30", "2026-02-30"]]
GROUPS: list[dict[str, object]] = [
    {},
    {"x": "x"},
    {"X": "x"},
    {"x": None},
    {"x-y": None},
    {"to": "x"},
    {"ended": "x"},
    {"to": "x", "ended": "y"},
    {"2026-W01": ">= 1"},
    {"2026-W01": ">= 1", "2026-W02": "yes"},
    {"2025-W53": "yes"},
    {"spring": "yes"},
    {"name": "n", "outcome": "o", "target": "yes", "cadence": "weekly", "rollup": "mean"},
]
ODD: st.SearchStrategy[Any] = st.sampled_from([None, True, False, 0, -1, 7, *WORDS, *TEXTS, *LISTS, *GROUPS])
KEYS = st.sampled_from(
    ["x-y", "X", "x", "name", "owner", "target", "2026-11", "since", "to", "email", "grace", "known", "due", "holidays"]
)


def paths_of(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every key of `data` and of all below it."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*above, key)
        yield from paths_of(value, (*above, key))


@st.composite
def bent(draw: st.DrawFn, good: dict[str, Any], keys: st.SearchStrategy[str]) -> dict[str, Any]:
    """`good` with something in it changed, dropped, or added under one of `keys`."""
    data = copy.deepcopy(good)
    way = draw(st.sampled_from(list(paths_of(data))))
    here: Any = data
    for key in way[:-1]:
        here = here[key]
    does = draw(st.sampled_from(["change", "drop", "add"]))
    if does == "drop":
        del here[way[-1]]
    elif does == "change" or isinstance(here, list):
        here[way[-1]] = draw(ODD)
    else:
        here[draw(keys)] = draw(ODD)
    return dict(data)


def changed(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """A good file with something in it otherwise."""
    return st.sampled_from(GOOD[name]).flatmap(lambda good: bent(good, KEYS))


@pytest.mark.parametrize("name", YAMLS)
@settings(max_examples=400)
@given(data=st.data())
def test_any_change_of_a_good_file_gets_one_verdict(name: str, data: st.DataObject) -> None:
    made = data.draw(changed(name))
    raw = format_document(made).encode() or b"{}\n"
    read = read_document("f.yaml", raw).data
    assert read == (made or {})
    verdict = accepted(name, "f.yaml", raw)
    assert Draft202012Validator(SCHEMAS[name]).is_valid(read) == verdict, ours(name, "f.yaml", raw)
    assert Draft7Validator(SCHEMAS[name]).is_valid(read) == verdict
