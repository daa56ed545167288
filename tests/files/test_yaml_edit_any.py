"""Edits of any document: exactly the wanted data, and every line around the edit as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from orgtp.files.yaml.dumper import format_scalar
from orgtp.files.yaml.editor import edit_yaml
from orgtp.model.change import DropKey, SetKey, YamlData
from tests.files.test_yaml_edit import PATH, changed, read

Keys = tuple[str, ...]
IDS = st.from_regex(r"[a-d]", fullmatch=True)
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["yes", "12", ">= 95%", "a # b", "2026-11-20", "Watches: all", "it's"]),
)
TREES: st.SearchStrategy[Mapping[str, YamlData]] = st.dictionaries(
    IDS,
    st.recursive(TEXTS, lambda below: st.dictionaries(IDS, below, min_size=1, max_size=3), max_leaves=6),
    min_size=1,
    max_size=4,
)
FILLERS = st.sampled_from(["", "", "", "\n", "# note\n", "    # deeper\n", "\n# a: 1\n\n", "# 'open\n"])
TAILS = st.sampled_from(["", "", "   # since: spring", " # x"])


@dataclass(frozen=True)
class Line:
    """One line of a made document, and the keys it is of; none for what stands between."""

    text: str
    keys: Keys


@st.composite
def documents(draw: st.DrawFn) -> tuple[Mapping[str, YamlData], list[Line]]:
    """Data, and lines that say it, strewn with comments and blank lines."""
    data = draw(TREES)
    lines: list[Line] = []
    for line in _lines(data, ()):
        lines += [Line(text, ()) for text in draw(FILLERS).splitlines(keepends=True)]
        lines.append(Line(line.text + draw(TAILS) + "\n", line.keys))
    return data, [*lines, *(Line(text, ()) for text in draw(FILLERS).splitlines(keepends=True))]


def _lines(data: Mapping[str, YamlData], above: Keys) -> list[Line]:
    lines = []
    for key, value in data.items():
        lead = f"{'  ' * len(above)}{format_scalar(key)}:"
        below = isinstance(value, Mapping)
        lines.append(Line(lead if below else f"{lead} {format_scalar(value)}", (*above, key)))
        lines += _lines(value, (*above, key)) if isinstance(value, Mapping) else []
    return lines


def _without(lines: list[Line], keys: Keys) -> tuple[list[str], list[str]]:
    """The lines before and after those that say what `keys` holds (comments among them belong to them)."""
    own = [number for number, line in enumerate(lines) if line.keys[: len(keys)] == keys]
    return [line.text for line in lines[: own[0]]], [line.text for line in lines[own[-1] + 1 :]]


def _wanted(data: Mapping[str, YamlData], keys: Keys, value: YamlData) -> dict[str, YamlData]:
    """`data` with `value` under `keys`; an empty text for nothing there."""
    key, *rest = keys
    below = data.get(key)
    new = _wanted(below if isinstance(below, Mapping) else {}, tuple(rest), value) if rest else value
    return {**data, key: new}


def _dropped(data: Mapping[str, YamlData], keys: Keys) -> dict[str, YamlData]:
    below = data[keys[0]]
    if len(keys) == 1:
        return {key: value for key, value in data.items() if key != keys[0]}
    assert isinstance(below, Mapping)
    return {**data, keys[0]: _dropped(below, keys[1:])}


@given(documents(), st.data(), TEXTS)
def test_a_set_of_any_old_key_keeps_every_line_around_it(
    made: tuple[Mapping[str, YamlData], list[Line]], data: st.DataObject, value: str
) -> None:
    content, lines = made
    keys = data.draw(st.sampled_from([line.keys for line in lines if line.keys]))
    after = edit_yaml(PATH, "".join(line.text for line in lines), SetKey(PATH, keys, value))
    before, behind = _without(lines, keys)
    assert read(after) == _wanted(content, keys, value)
    assert after.startswith("".join(before))
    assert after.endswith("".join(behind))
    assert after.count("\n") == len(before) + 1 + len(behind)


@given(documents(), st.data(), st.one_of(TEXTS, TREES))
def test_a_set_of_any_new_key_keeps_every_line(
    made: tuple[Mapping[str, YamlData], list[Line]], data: st.DataObject, value: YamlData
) -> None:
    content, lines = made
    parents = sorted({line.keys[:-1] for line in lines if line.keys})
    keys = (*data.draw(st.sampled_from(parents)), "new")
    text = "".join(line.text for line in lines)
    after = edit_yaml(PATH, text, SetKey(PATH, keys, value))
    assert read(after) == _wanted(content, keys, value)
    assert all(line.startswith("+ ") for line in changed(text, after))


@given(documents(), st.data())
def test_a_drop_of_any_key_leaves_every_line_around_it(
    made: tuple[Mapping[str, YamlData], list[Line]], data: st.DataObject
) -> None:
    content, lines = made
    siblings = [line.keys for line in lines if line.keys and len(_below(content, line.keys[:-1])) > 1]
    if not siblings:
        return
    keys = data.draw(st.sampled_from(siblings))
    after = edit_yaml(PATH, "".join(line.text for line in lines), DropKey(PATH, keys))
    before, behind = _without(lines, keys)
    assert read(after) == _dropped(content, keys)
    assert after == "".join(before + behind)


def _below(data: Mapping[str, YamlData], keys: Keys) -> Mapping[str, YamlData]:
    for key in keys:
        below = data[key]
        assert isinstance(below, Mapping)
        data = below
    return data
