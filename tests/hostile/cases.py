"""What somebody may put into a file or a name, and the problem that it is: rule, path and line."""

from __future__ import annotations

import json
from dataclasses import dataclass

Found = tuple[str, str, int]
ORG = b"org: acme\nname: Acme\ntimezone: UTC\n"
ADA = b"""\
seat: ada
name: Ada
role: Founder
kind: human
status: active
since: 2026-01-05
metrics:
  talks: {name: Talks booked, outcome: Clients come, target: ">= 3", cadence: weekly}
"""
BASE = {b"org.yaml": ORG, b"seats/ada.yaml": ADA}
MONTH = "scores/ada/2026-11.jsonl"
LINE = {"id": "a", "at": "2026-11-20T13:00:02Z", "metric": "talks", "period": "2026-W47", "value": "3"}


@dataclass(frozen=True)
class Case:
    """Files over those of a small org, and what `validate` finds at least."""

    files: dict[bytes, bytes]
    found: set[Found]

    @property
    def tree(self) -> dict[bytes, bytes]:
        """All files of the org."""
        return {**BASE, **self.files}


def seat(raw: bytes, rule: str, line: int = 1) -> Case:
    """A seat's file that holds `raw`."""
    return Case({b"seats/eve.yaml": raw}, {(rule, "seats/eve.yaml", line)})


def key(line: bytes, rule: str) -> Case:
    """A whole seat, and one line more."""
    raw = ADA.replace(b"ada", b"eve").replace(b"kind: human", b"kind: human\nreports_to: ada") + line + b"\n"
    return Case({b"seats/eve.yaml": raw}, {(rule, "seats/eve.yaml", raw.count(b"\n"))})


def target(text: str) -> Case:
    """A metric with this target, as YAML writes it."""
    line = b"  bad: {name: Deals won, outcome: Clients come, cadence: weekly, target: " + text.encode() + b"}"
    return key(line, "bad-target")


def org(line: bytes, rule: str) -> Case:
    """An org.yaml with a line more."""
    raw = ORG.replace(b"timezone: UTC\n", b"") if line.startswith(b"timezone") else ORG
    return Case({b"org.yaml": raw + line + b"\n"}, {(rule, "org.yaml", (raw + line).count(b"\n") + 1)})


def score(rule: str = "score-malformed", **changed: object) -> Case:
    """A score file whose second line has other values."""
    return lines(json.dumps({**LINE, "id": "b", **changed}).encode(), rule)


def lines(line: bytes, rule: str = "score-malformed") -> Case:
    """A score file whose second line is `line`."""
    return Case({MONTH.encode(): json.dumps(LINE).encode() + b"\n" + line + b"\n"}, {(rule, MONTH, 2)})


def named(path: bytes, rule: str, content: bytes = b"seat: x\n") -> Case:
    """A file of this name."""
    return Case({path: content}, {(rule, path.decode("utf-8", "surrogateescape"), 1)})


LAUGHS = b"a: &a [lol, lol]\n" + b"".join(
    b"%c: &%c [*%c, *%c, *%c]\n" % (n + 1, n + 1, n, n, n) for n in range(ord("a"), ord("z"))
)
MILLION = b"9" * 1_000_000
MANY = b"9" * 200_000
FILES = {
    "billion-laughs": seat(LAUGHS, "yaml-alias"),
    "merge-bomb": seat(b"a: {b: c}\nd:\n  <<: {b: c}\n", "yaml-merge", 3),
    "deep-block": seat(b"".join(b" " * n + b"a:\n" for n in range(600)), "yaml-too-deep", 33),
    "deep-list": seat(b"- " * 100_000 + b"a\n", "yaml-too-deep"),
    "deep-flow": seat(b"a: " + b"[" * 100_000 + b"]" * 100_000, "yaml-too-deep"),
    "deep-flow-small": seat(b"a: " + b"[" * 9_000, "yaml-too-deep"),
    "deep-flow-map": seat(b"{a: " * 9_000, "yaml-too-deep"),
    "deep-keys": seat(b"? " * 9_000 + b"a\n", "yaml-key"),
    "many-values": seat(b"a: [" + b"1," * 130_000 + b"]\n", "yaml-too-large"),
    "tag": seat(b"a: !!python/object/apply:os.system ['touch pwned']\n", "yaml-tag"),
    "nul": seat(b"seat: eve\nname: \0\n", "yaml-syntax", 2),
    "nul-all": seat(b"\0" * 200_000, "yaml-syntax"),
    "latin": seat(b"seat: eve\nname: \xe9\n", "yaml-not-utf8", 2),
    "utf-16": seat("seat: eve\n".encode("utf-16"), "yaml-not-utf8"),
    "utf-16-bare": seat("seat: eve\n".encode("utf-16-le"), "yaml-syntax"),
    "surrogate": seat(b"seat: eve\nname: \xed\xa0\x80\n", "yaml-not-utf8", 2),
    "bom-alone": seat(b"\xef\xbb\xbf", "yaml-empty"),
    "bom-inside": seat(b"seat: eve\nname: \xef\xbb\xbfx\n", "yaml-syntax", 2),
    "line-separator": seat("seat: eve\nname: a\u2028role: b\n".encode(), "yaml-syntax", 2),
    "escapes": seat(b"seat: eve\nname: \x1b[2J\n", "yaml-syntax", 2),
    "open-quote": seat(b"seat: eve\nname: '" + b"x\n" * 9_000, "yaml-syntax", 2),
    "blanks": seat(b"seat: eve\nname: a" + b" " * 250_000 + b": b\n", "yaml-syntax", 2),
    "long-key": seat(b"seat: eve\n" + b"k" * 250_000 + b": b\n", "yaml-syntax", 2),
    "keys": key(b"\n".join(b"k%d: 1" % n for n in range(9_000)), "unknown-key"),
    "id-up": key(b"owner: ../x", "bad-id"),
    "id-option": key(b"owner: -x", "bad-id"),
    "id-upper": key(b"owner: X", "bad-id"),
    "id-long": key(b"owner: " + b"a" * 64, "bad-id"),
    "id-marks": key(b"owner: '" + "a\u0315\u0300\u05b0".encode() * 20_000 + b"'", "bad-id"),
    "id-number": key(b"owner: " + MANY, "bad-id"),
    "id-hex": key(b"owner: 0x" + b"f" * 200_000, "bad-id"),
    "id-exponent": key(b"owner: 1e9999", "bad-id"),
    "date-9999": key(b"review_by: 9999-99-99", "bad-date"),
    "date-0000": key(b"review_by: 0000-00-00", "bad-date"),
    "date-99999": key(b"review_by: 99999-01-01", "bad-date"),
    "target-digits": target(f'">= {MANY.decode()}"'),
    "target-number": target("9" * 200_000),
    "target-exponent": target("1e9999"),
    "target-dots": target(f'"{"." * 100_000}"'),
    "target-words": target(f'"by {"8" * 100_000}pm"'),
    "target-blanks": target(f'"1{" " * 100_000}d"'),
    "target-period": target(f'{{"{"9" * 900}-W01": ">= 1"}}'),
    "grace-digits": org(b"policy: {grace: " + MANY + b"d}", "bad-duration"),
    "zone-up": org(b"timezone: ../../../../etc/passwd", "bad-timezone"),
    "zone-root": org(b"timezone: /etc/passwd", "bad-timezone"),
    "zone-folder": org(b"timezone: America", "bad-timezone"),
    "zone-nul": org(b'timezone: "UTC\\0"', "bad-timezone"),
    "zone-long": org(b"timezone: " + b"A" * 200_000, "bad-timezone"),
    "zone-digits": org(b"timezone: " + MANY, "bad-timezone"),
    "zone-table": org(b"timezone: tzdata.zi", "bad-timezone"),
    "branch-option": org(b"branch: --upload-pack=touch", "bad-branch"),
    "branch-up": org(b"branch: ../../x", "bad-branch"),
    "branch-newline": org(b'branch: "a\\nb"', "bad-branch"),
    "branch-lock": org(b"branch: a.lock", "bad-branch"),
    "branch-reflog": org(b"branch: main@{1}", "bad-branch"),
    "score-nul": lines(b"\0" * 100_000),
    "score-latin": lines(b'{"id":"\xe9"}'),
    "score-utf-16": lines(json.dumps(LINE).encode("utf-16-le")),
    "score-deep": lines(b"[" * 100_000),
    "score-deep-key": lines(b'{"a":' * 50_000),
    "score-digits": lines(b'{"id":' + b"9" * 200_000 + b"}"),
    "score-million": lines(b'{"id":' + MILLION + b"}"),
    "score-float": lines(b'{"id":1e999999999}'),
    "score-twice": lines(b'{"id":"a","id":"b"}'),
    "score-half": score(note="\ud800"),
    "score-long-id": score(id="a" * 65),
    "score-id-up": score(id="../../x"),
    "score-metric-up": score(metric="../x"),
    "score-date-9999": score(at="9999-99-99T99:99:99Z"),
    "score-date-0000": score(at="0000-00-00T00:00:00Z"),
    "score-date-last": score("score-in-future", at="9999-12-31T23:59:59Z"),
    "score-period-9999": score(period="9999-12-31"),
    "score-period-0000": score(period="0000-W00"),
    "score-period-digits": score(period="9" * 200_000),
    "score-value-digits": score("score-wrong-value", period="2026-W46", value="9" * 200_000),
    "score-value-blanks": score("score-wrong-value", period="2026-W46", value="1d" + " " * 200_000 + "x"),
    "score-note-formula": score("score-note-formula", note='=HYPERLINK("https://example.com")'),
    "score-note-command": score("score-note-formula", note="-2+3+cmd|' /C calc'!A0"),
    "score-line": lines(b'{"note":"' + b"x" * 7_000_000 + b'"}'),
    "score-line-10-mb": Case({MONTH.encode(): b"x" * 10_000_000}, {("too-large", MONTH, 1)}),
    "score-lines": Case({MONTH.encode(): b"\n" * 8_000_000}, {("too-large", MONTH, 1)}),
    "score-return": Case({MONTH.encode(): b"x\r" * 100_000}, {("score-malformed", MONTH, 1)}),
    "ten-thousand": Case(
        {MONTH.encode(): b"x\n" * 10_000}, {("score-malformed", MONTH, 1), ("score-malformed", MONTH, 10_000)}
    ),
    "hundred-thousand": Case({MONTH.encode(): b"x\n" * 100_000}, {("score-malformed", MONTH, 10_001)}),
    "records": Case(
        {MONTH.encode(): b"".join(json.dumps({**LINE, "id": f"i{n}"}).encode() + b"\n" for n in range(60_000))}, set()
    ),
    "org-laughs": Case({b"org.yaml": LAUGHS}, {("yaml-alias", "org.yaml", 1)}),
    "org-nul": Case({b"org.yaml": b"\0"}, {("yaml-syntax", "org.yaml", 1)}),
    "org-large": Case({b"org.yaml": ORG + b"#" * 300_000}, {("yaml-too-large", "org.yaml", 1)}),
    "record-laughs": Case({b"retirements/eve.yaml": LAUGHS}, {("yaml-alias", "retirements/eve.yaml", 1)}),
    "carriage-returns": Case({b"seats/ada.yaml": ADA.replace(b"\n", b"\r")}, set()),
    "bom": Case({b"seats/ada.yaml": b"\xef\xbb\xbf" + ADA}, set()),
}
NAMES = {
    "upper": named(b"seats/X.yaml", "bad-id"),
    "option": named(b"seats/-x.yaml", "bad-id"),
    "dots": named(b"seats/x..yaml", "bad-id"),
    "long-id": named(b"seats/" + b"a" * 64 + b".yaml", "bad-id"),
    "long": named(b"seats/" + b"a" * 250 + b".yaml", "bad-id"),
    "newline": named(b"seats/a\nb.yaml", "bad-id"),
    "escape": named(b"seats/\x1b[2J.yaml", "bad-id"),
    "right-to-left": named("seats/\u202elmay.yaml".encode(), "bad-id"),
    "not-utf-8": named(b"seats/\xff.yaml", "bad-id"),
    "quote": named(b"seats/\"'$(touch pwned)`.yaml", "bad-id"),
    "month-00": named(b"scores/ada/2026-00.jsonl", "unknown-file"),
    "month-13": named(b"scores/ada/2026-13.jsonl", "unknown-file"),
    "scores-of-nobody": Case({b"scores/x-1/2026-11.jsonl": b""}, {("score-unknown-seat", "scores/x-1", 1)}),
    "yml": named(b"seats/old.yml", "seat-file-name"),
    "text": named(b"seats/notes.txt", "seat-file-name"),
    "folder": named(b"seats/team/x.yaml", "seat-file-name"),
    "deep": named(b"scores/" + b"a/" * 100 + b"x", "unknown-file"),
    "case": named(b"seats/Ada.yaml", "id-differs-by-case"),
    "case-of-a-folder": Case(
        {b"scores/Ada/2026-11.jsonl": b"", b"scores/ada/2026-10.jsonl": b""},
        {("id-differs-by-case", "scores/Ada/2026-11.jsonl", 1)},
    ),
    "con": named(
        b"seats/con.yaml", "id-reserved", ADA.replace(b"ada", b"con").replace(b"status", b"reports_to: ada\nstatus")
    ),
}
# Git writes no such names, but its objects can hold them.
RESERVED = {"up": b"seats/../../x.yaml", "up-here": b"seats/../x", "git": b"seats/.git/hooks/x"}
# No file system holds these; git's objects do.
OBJECTS = {
    "300-bytes": named(b"seats/" + b"a" * 300 + b".yaml", "bad-id"),
    "4000-bytes": named(b"scores/ada/" + b"a" * 4000, "unknown-file"),
    "device": named(b"seats/x:y|z*?.yaml", "bad-id"),
}
