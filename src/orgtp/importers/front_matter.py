"""The front matter of a Markdown file: the lines between two lines of `---` at its beginning.

The programs that read such files take lines that are not YAML, such as `description: Use this when: "x"`, and one file
in ten has them. Their main keys are then found line by line, and `fault` says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from orgtp.files.yaml.foreign import ForeignData, UnreadableYaml, read_foreign_yaml
from orgtp.lazy_dataclass import dataclass

# A longer front matter is no front matter.
_MOST_CHARACTERS = 2 * 1024 * 1024
_FENCE = re.compile(r"---[ \t]*\r?(?:\n|\Z)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
# The keys of agent files (code.claude.com/docs/en/sub-agents, and GitHub's reference of custom agents). Line by line,
# only these begin a new value: a description has lines such as `user: "Please review this"`.
_KNOWN = (
    "name|description|tools|disallowedTools|model|permissionMode|maxTurns|skills|mcpServers|mcp-servers|hooks|memory"
    "|background|isolation|effort|color|target|infer|argument-hint|handoffs|metadata|user-invocable"
    "|disable-model-invocation|version|author"
)
_KEY_LINE = re.compile(rf"^({_KNOWN})[ \t]*:(?:[ \t]+|$)", re.MULTILINE)
_QUOTED = re.compile(r"""(["'])(.*)\1""", re.DOTALL)
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*\n")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The values of a front matter, and the text below it.

    `fault` is "" if the front matter is YAML, and else says why it is not: `line 3: unexpected colon`.
    """

    values: Mapping[str, ForeignData]
    body: str
    fault: str = ""

    def text(self, key: str) -> str:
        """The text of a key; "" if there is none."""
        value = self.values.get(key)
        return value.strip() if isinstance(value, str) else ""

    def words(self, key: str) -> tuple[str, ...]:
        """The words of a key, which is a list, or a text with commas between the words."""
        value = self.values.get(key)
        if isinstance(value, str):
            # A comma in brackets belongs to one word: `Agent(worker, researcher)`.
            bare = value.strip()
            inner = bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare
            words = re.findall(r"(?:[^,(]|\([^)]*\)?)+", inner)
        elif isinstance(value, list):
            words = [one for one in value if isinstance(one, str)]
        else:
            words = list(value or ())
        return tuple(word for one in words if (word := one.strip().strip("'\"")))


def read_front_matter(text: str) -> FrontMatter | None:
    """The front matter of a Markdown text; None if it has none."""
    text = text.removeprefix("\ufeff")
    begin = _FENCE.match(text)
    end = _END.search(text, begin.end()) if begin else None
    if begin is None or end is None or end.start() > _MOST_CHARACTERS:
        return None
    block, body = text[begin.end() : end.start()], text[end.end() :].removeprefix("\n")
    try:
        # One line before it, so that the lines have the numbers of the file.
        documents = read_foreign_yaml("", f"\n{block}".encode("utf-8", "replace"))
    except UnreadableYaml as error:
        what = error.problem.message.removeprefix("not YAML: ")
        return FrontMatter(_find_values(block), body, f"line {error.problem.place.line}: {what}")
    if not documents:
        return FrontMatter({}, body)
    data = documents[0].data
    if len(documents) > 1 or not isinstance(data, dict):
        return FrontMatter(_find_values(block), body, "line 2: it has no keys")
    return FrontMatter(data, body)


def _find_values(block: str) -> dict[str, ForeignData]:
    """The values of the known keys, each up to the next known key. The first of two with the same key counts."""
    block = block.replace("\r\n", "\n")
    found = list(_KEY_LINE.finditer(block))
    ends = [*(match.start() for match in found[1:]), len(block)][: len(found)]
    values: dict[str, ForeignData] = {}
    for match, end in zip(found, ends, strict=True):
        values.setdefault(match[1], _clean_value(block[match.end() : end].strip()))
    return values


def _clean_value(text: str) -> str:
    if quoted := _QUOTED.fullmatch(text):
        return quoted[2].strip()
    if block := _BLOCK.match(text):
        return "\n".join(line.strip() for line in text[block.end() :].split("\n"))
    return text
