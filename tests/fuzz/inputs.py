"""Inputs to try: bytes, near misses of good files, data as YAML, lines of scores, and whole trees of them."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.rules.cases import GOOD

SEATS = [case.files[path] for case in GOOD for path in sorted(case.files) if re.match(r"seats/[^/]+\.yaml$", path)][:20]
# What YAML is made of, and what has a meaning for some reader of it.
MARKS = [
    ":", ": ", "- ", "? ", "\n", "\n  ", "\n    ", "\r", "\r\n", "\t", " ", "{", "}", "[", "]", ",", "'", '"',
    "&a ", "*a", "!!str ", "!", "|", ">", "|2-\n", "%YAML 1.1\n", "---\n", "...\n", "<<: ", "#", " #x", "\\",
    "\ufeff", "\u2028", "\x85", "\x00", "\x1b", "true", "null", "~", "012", "0x1F", "0o7", "1e3", ".5", "-.inf",
    "1_000", "12:30", "2026-11-20", "é", "漢", "\U0001f600", "a", "seat: ", "name: ", "metrics:\n", "target: ",
    "owner: ada\n", "9" * 50,
]  # fmt: skip
BYTES = st.one_of(
    st.binary(max_size=200), st.lists(st.sampled_from(MARKS), max_size=40).map(lambda parts: "".join(parts).encode())
)
KEYS = [
    "org", "name", "timezone", "branch", "policy", "seat", "role", "kind", "status", "owner", "reports_to",
    "since", "email", "review_by", "capabilities", "metrics", "leads_to", "waive", "target", "cadence",
    "rollup", "due", "holidays", "outcome", "decided_by", "retired_on", "reason", "review", "reports", "results",
    "x-own", "a", "ada", "bot",
]  # fmt: skip
WORDS = [
    "ada", "bot", "human", "agent", "active", "retired", "vacant", ">= 95%", "yes", "10..20", "weekly",
    "2026-W47", "2026-11-20", "9999-12-31", "0000-00-00", "1h", "999999d", "UTC", "America/New_York",
    "Asia/Kathmandu", "mon 09:00", "09:00", "../x", "", "-", "\u202e",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(WORDS), st.text(max_size=12))


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(mark):08x}" for mark in text if not "\ud800" <= mark <= "\udfff") + '"'


def flow(data: Any) -> str:
    """Data as YAML in one line, each text with every character escaped."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(flow, data)) + "]"
    return quoted(data) if isinstance(data, str) else {None: "null", True: "true", False: "false"}.get(data, str(data))


SCALARS: SearchStrategy[Any] = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-(10**30), 10**30))
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)),
    max_leaves=25,
)
TOP = st.dictionaries(st.sampled_from(KEYS), DATA, max_size=14).map(lambda data: (flow(data) + "\n").encode())


@st.composite
def bent(draw: st.DrawFn, wholes: list[bytes]) -> bytes:
    """A good file with a few pieces cut out, put in or doubled."""
    raw = draw(st.sampled_from(wholes))
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(raw)))
        end = draw(st.integers(begin, min(len(raw), begin + 30)))
        others = st.one_of(st.just(b""), st.sampled_from(MARKS).map(str.encode), st.just(raw[begin:end] * 2))
        raw = raw[:begin] + draw(others) + raw[end:]
    return raw


MOMENTS = st.sampled_from(
    ["2026-11-20T13:00:02Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "x"]
)
PERIODS = st.sampled_from(
    ["2026-W47", "2026-11", "2026-Q4", "2026-11-20T14", "9000-12-31", "1970-01-01", "2026-W53", "0000-W00", ""]
)
RECORDS = st.fixed_dictionaries(
    {
        "id": st.one_of(st.sampled_from(["a", "b"]), TEXTS),
        "at": MOMENTS,
        "metric": st.sampled_from(["a", "ada", "../x"]),
        "period": PERIODS,
        "value": st.one_of(st.none(), TEXTS, st.sampled_from(["1", "1h", "90%", "1e9"])),
    },
    optional={"note": TEXTS, "by": TEXTS, "more": DATA},
)
LINES = st.one_of(RECORDS.map(lambda record: json.dumps(record).encode()), st.binary(max_size=60))
SCORES = st.lists(LINES, max_size=6).map(lambda lines: b"\n".join([*lines, b""]))
PATHS = [
    "org.yaml", "seats/ada.yaml", "seats/bot.yaml", "seats/Ada.yaml", "seats/x/y.yaml", "seats/con.yaml", "seats",
    "scores/bot", "scores/bot/2026-11.jsonl", "scores/ada/2026-11.jsonl", "scores/Bot/2026-11.jsonl",
    "scores/bot/2026-13.jsonl", "retirements/bot.yaml", "retirements/ada.yaml", "seats/.hidden", "seats/README.md",
]  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(PATHS),
    st.text(max_size=10).map(lambda name: f"seats/{name}.yaml"),
    st.text(max_size=10).map(lambda name: f"scores/{name}/2026-11.jsonl"),
)
FILES = st.one_of(TOP, TOP, BYTES, SCORES, bent(SEATS))
TREES = st.builds(
    lambda head, files: {"org.yaml": head, **files},
    st.one_of(st.just(b"org: acme\ntimezone: Asia/Kathmandu\n"), TOP, BYTES),
    st.dictionaries(NAMES, FILES, max_size=7),
)
# Near targets, periods and values: their own signs, in any order.
SIGNS = [
    *"0123456789.,-+%$€£:dhms ", ">=", "<=", "=", "..", "not ", "by ", "before ", "USD ", "usd", "yes", "no", "pt",
    "p", "W47", "Q4", "2026", "2026-", "T14", "am", "pm", "at least ", " to ", "1,000", "9" * 24, "0" * 25, "٣", "Ⅷ",
    "\u00a0",
]  # fmt: skip
SAID = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
