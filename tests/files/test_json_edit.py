"""A member of somebody else's JSON file is set, and nothing else of it moves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.mcp.install.json_editor import NotJson, parse_json_object, set_json_member

AT, NEW = ("servers", "new"), {"command": "/x"}

EDITS = {
    "nothing": ("", '{\n  "servers": {\n    "new": {\n      "command": "/x"\n    }\n  }\n}\n'),
    "an empty object": ("{}\n", '{\n  "servers": {\n    "new": {\n      "command": "/x"\n    }\n  }\n}\n'),
    "one line": ('{"a":1}', '{"a":1, "servers": {"new": {"command": "/x"}}}'),
    "one line, with servers": (
        '{"servers":{"b":{}},"a":1}\n',
        '{"servers":{"b":{}, "new": {"command": "/x"}},"a":1}\n',
    ),
    "tabs": (
        '{\n\t"servers": {\n\t\t"b": {"x": 1}\n\t},\n\t"a": 1\n}\n',
        '{\n\t"servers": {\n\t\t"b": {"x": 1},\n\t\t"new": {\n\t\t\t"command": "/x"\n\t\t}\n\t},\n\t"a": 1\n}\n',
    ),
    "four spaces, and lines as on Windows": (
        '{\r\n    "servers": {}\r\n}',
        '{\r\n    "servers": {\r\n        "new": {\r\n            "command": "/x"\r\n        }\r\n    }\r\n}',
    ),
    "an older one": (
        '{\n  "servers": {\n    "new": {"command": "/old"},\n    "b": {}\n  }\n}\n',
        '{\n  "servers": {\n    "new": {\n      "command": "/x"\n    },\n    "b": {}\n  }\n}\n',
    ),
    "an older one in one line": ('{"servers":{"new":{},"b":{}}}', '{"servers":{"new":{"command": "/x"},"b":{}}}'),
    "a key that is there twice": (
        '{"servers":{"a":{}},"servers":{"b":{}}}',
        '{"servers":{"a":{}},"servers":{"b":{}, "new": {"command": "/x"}}}',
    ),
    "a mark at the beginning": ('\ufeff{"servers":{}}', '\ufeff{"servers":{\n  "new": {\n    "command": "/x"\n  }\n}}'),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_member_is_set(name: str) -> None:
    before, after = EDITS[name]
    made = set_json_member(before, AT, NEW)
    assert made == after
    assert set_json_member(made, AT, NEW) == made


WITH_COMMENTS = """\
// all that I use
{
  /* "new": no, not this one */
  "servers": {
    "a": {"url": "https://x.example/*"}, // one, and
    // "b": {},
  },
  "inputs": [1, 2,], // {
}
// the end }
"""


def test_comments_and_last_commas_stay() -> None:
    made = set_json_member(WITH_COMMENTS, AT, NEW, comments=True)
    added = '\n    "new": {\n      "command": "/x"\n    }'
    assert made == WITH_COMMENTS.replace('// "b": {},', '// "b": {},' + added)
    assert parse_json_object(made, comments=True)["servers"]["new"] == NEW
    changed = set_json_member(made, AT, {"command": "/y"}, comments=True)
    assert changed == made.replace('/x"\n', '/y"\n')
    without = set_json_member('{\n  "servers": {\n    "a": 1 // one\n  }\n}\n', AT, NEW, comments=True)
    assert '"a": 1, // one\n    "new": {' in without


@pytest.mark.parametrize(
    ("text", "place", "comments"),
    [
        ('{\n"a": 1,\n}', "[23]:[0-9]", False),
        ('{\n  "a": 1 // one\n}', "2:10", False),
        ('{\n  "a": 1\n  "b": 2\n}', "3:3", True),
        ('{"a": "never ends}', "1:7", True),
        ("/* never ends", "1:1", True),
        ('{"servers": []}', "1:13", False),
        ('{\n"servers": null}', "2:12", True),
        ("[]", "1:1", True),
        ('{"a": NaN}', "1:1", False),
        ("[" * 100_000, "1:1", False),
        ('{"a": 1} {"b": 2}', "1:10", True),
        ('{"a": "\n"}', "1:8", False),
    ],
)
def test_what_is_broken_is_placed(text: str, place: str, comments: bool) -> None:
    with pytest.raises(NotJson) as caught:
        set_json_member(text, AT, NEW, comments=comments)
    assert re.match(f"{place}: ", str(caught.value))


_WORDS = st.text(max_size=6)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=12,
)
_SERVERS = st.dictionaries(st.sampled_from(["new", "a", "//", '"', "*/"]), _DATA, max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(_WORDS, _DATA, max_size=3),
    _SERVERS | st.none(),
    st.sampled_from([None, 0, 2, "\t"]),
    st.booleans(),
)
def test_whatever_else_is_there_stays(more: Any, servers: Any, indent: Any, comments: bool) -> None:
    data = {**more, **({} if servers is None else {"servers": servers})}
    if not isinstance(data.get("servers", {}), dict):
        return
    made = set_json_member(json.dumps(data, indent=indent), AT, NEW, comments=comments)
    assert json.loads(made) == {**data, "servers": {**data.get("servers", {}), "new": NEW}}
