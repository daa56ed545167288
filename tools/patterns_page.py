"""Write the table of what `orgtp discover` looks at into docs/discover.md, from its patterns.

Run by `make rules`; a test holds the page to the patterns.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from orgtp.discovery.patterns import AgentProgram, read_shipped_patterns

PAGE = Path(__file__).parents[1] / "docs" / "discover.md"
BEGIN, END = "<!-- begin: patterns -->\n", "<!-- end: patterns -->"
_PARTS = {
    "crontab": "crontabs, with the one that `crontab -l` prints",
    "systemd": "systemd: services, and the timers, paths and sockets that start them",
    "launchd": "launchd",
    "compose": "compose files",
    "clients": "settings of clients, and agents of this user",
}


def patterns_table() -> str:
    """The tables: files in folders, places of the machine, command lines, and what is left out."""
    return "\n".join([*_list_files(), "", *_list_places(), "", *_list_programs(), "", *_list_others(), ""])


def _list_files() -> Iterator[str]:
    yield "| in folders and repositories | files |\n|---|---|"
    found: dict[str, list[str]] = {}
    for pattern in read_shipped_patterns().files:
        paths = found.setdefault(pattern.what, [])
        if pattern.path.removeprefix("**/") not in [path.removeprefix("**/") for path in paths]:
            paths.append(pattern.path)
    for what, paths in found.items():
        yield f"| {what} | {_join(paths)} |"


def _list_places() -> Iterator[str]:
    yield "| on the machine | places |\n|---|---|"
    found: dict[str, list[str]] = {}
    for pattern in read_shipped_patterns().machine:
        found.setdefault(pattern.part.value, []).append(pattern.path)
    for part, paths in found.items():
        yield f"| {_PARTS[part]} | {_join(paths)} |"


def _list_programs() -> Iterator[str]:
    yield "| a command line runs an agent if it is | also as |\n|---|---|"
    for program in read_shipped_patterns().programs:
        yield f"| {_describe(program)} | {_join(program.packages)} |"


def _describe(program: AgentProgram) -> str:
    if program.with_:
        text = f"`{program.name}` with {_join(program.with_, ' or ')}"
        return (
            f"{text}; {_join([f'{program.name} {word}' for word in program.first], ' or ')}" if program.first else text
        )
    if program.first:
        return _join([f"{program.name} {word}" for word in program.first], " or ")
    return f"`{program.name}`, but not with {_join(program.not_first)}"


def _list_others() -> Iterator[str]:
    patterns = read_shipped_patterns()
    yield "| other | names |\n|---|---|"
    yield f"| GitHub actions that run an agent | {_join(patterns.actions)} |"
    yield f"| images that run an agent | {_join(patterns.images)} |"
    libraries = _join(patterns.python + patterns.javascript)
    yield f"| libraries that make a script an agent, if something starts it | {libraries} |"
    yield f"| folders that are not entered | {_join(patterns.other_people)} |"
    yield f"| folders whose agents are counted and not listed | {_join(patterns.samples)} |"
    yield f"| folders in which everything is a template | {_join(patterns.templates)} |"
    yield f"| tools that write files | {_join(patterns.write)} |"
    yield f"| tools that run programs | {_join(patterns.run)} |"


def _join(words: Sequence[str], between: str = ", ") -> str:
    return between.join(f"`{word}`" for word in words).replace("|", "\\|")


def fill_page(text: str) -> str:
    """The page with the tables between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{patterns_table()}\n{end}{after}" if end else text


def main() -> None:
    """Write the page."""
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write("docs/discover.md\n")


if __name__ == "__main__":
    main()
