"""Commands that have a name in a file: recipes of a Makefile or a justfile, and scripts of a package.json."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orgtp.discovery.parsing import Unparsed, as_mapping, as_text, parse_json

_MOST_TARGETS = 50
_MOST_EXPANSIONS = 5
_LONGEST_LINE = 4096
_LONGEST = 256 * 1024
_SETTING = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*(?::{0,3}|[?+])=[ \t]*(.*)")
_RULE = re.compile(r"@?([^\s:=#][^:=#\n]*?)[ \t]*::?(?!=)[ \t]*([^\n#]*)")
_NAME = re.compile(r"\$[({]([A-Za-z_][A-Za-z0-9_]*)[)}]")


def find_recipes(text: str, targets: Sequence[str]) -> str:
    """The text of a shell that these targets run, with that of the targets they need; no target is the first one."""
    rules, variables = _read_rules(text[:_LONGEST])
    names = [name for name in rules if not name.startswith(".")]
    waiting, seen, lines = [*(targets or names[:1])], dict[str, None](), list[str]()
    while waiting and len(seen) < _MOST_TARGETS:
        name = waiting.pop(0)
        if name in rules and name not in seen:
            seen[name] = None
            needed, recipe = rules[name]
            waiting = [*needed, *waiting]
            lines += recipe
    found = "\n".join(lines)
    for _ in range(_MOST_EXPANSIONS):
        found = _NAME.sub(lambda match: variables.get(match[1], match[0]), found)[:_LONGEST]
    return found.replace("$$", "$")


def list_known_names(raw: bytes, names: Sequence[str], *, package: bool) -> tuple[str, ...]:
    """Those of the names that the file has itself. Another word of a command line is an argument, and never shown."""
    if not package:
        rules, _ = _read_rules(raw.decode(errors="replace")[:_LONGEST])
        return tuple(name for name in names if name in rules)
    try:
        scripts = as_mapping(as_mapping(parse_json(raw)).get("scripts"))
    except Unparsed:
        return ()
    return tuple(name for name in names if name in scripts)


def _read_rules(text: str) -> tuple[dict[str, tuple[list[str], list[str]]], dict[str, str]]:
    """The rules by their targets: what each needs, and the lines of its recipe; and the variables."""
    rules: dict[str, tuple[list[str], list[str]]] = {}
    variables: dict[str, str] = {}
    current: list[str] = []
    for line in text.split("\n"):
        if line[:1] in {"\t", " "}:
            for name in current:
                rules[name][1].append(line.strip().lstrip("@-+"))
        elif len(line) > _LONGEST_LINE or line.startswith("#"):
            continue
        elif setting := _SETTING.fullmatch(line):
            variables[setting[1]] = setting[2].strip()
        elif line.strip():
            current = _begin_rule(line, rules)
    return rules, variables


def _begin_rule(line: str, rules: dict[str, tuple[list[str], list[str]]]) -> list[str]:
    """The targets of a line that begins a rule; none if it is another line."""
    rule = _RULE.match(line)
    names = rule[1].split() if rule else []
    for name in names:
        rules.setdefault(name, ([], []))[0].extend(rule[2].split() if rule else ())
    return names


def find_package_scripts(raw: bytes, names: Sequence[str]) -> str:
    """The text of a shell that these scripts of a package.json run."""
    return "\n".join(_list_scripts(raw, names))


def _list_scripts(raw: bytes, names: Sequence[str]) -> Iterator[str]:
    try:
        scripts = as_mapping(as_mapping(parse_json(raw)).get("scripts"))
    except Unparsed:
        return
    for name in names:
        for one in (f"pre{name}", name, f"post{name}"):
            yield as_text(scripts.get(one))
