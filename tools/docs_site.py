"""Build the docs site and check that every link leads somewhere and that no page loads anything from another host.

Run by `make docs`. A problem is printed as `file:line: message`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import count, pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
# A docs page links to a file outside docs/ by this address, because the site holds docs/ only.
REPOSITORY = "https://github.com/orgtp/orgtp/blob/main/"
# Elements and attributes that make a browser load something. A link that a reader clicks is none of them.
LOADING = {
    ("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"), ("audio", "src"),
    ("embed", "src"), ("object", "data"), ("img", "srcset"), ("source", "srcset"), ("use", "href"),
}  # fmt: skip
LOADING_RELATIONS = {
    "stylesheet",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "icon",
    "manifest",
}
_EXTERNAL_CSS = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])((?:https?:)?//[^"')\s]+)""")


def pages(root: Path = ROOT) -> list[Path]:
    """The Markdown files whose links are checked: those at the top, in .github/, and in docs/."""
    return sorted([*root.glob("*.md"), *root.glob(".github/**/*.md"), *root.glob("docs/**/*.md")])


def anchors_of(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site both spell them.

    Where the two differ (GitHub keeps the hyphens around a removed sign), only the shared spelling is returned.
    """
    found: set[str] = set()
    for tokens in _headings(path):
        text = "".join(part.content for part in tokens if part.type in {"text", "code_inline"})
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        if "--" not in slug:
            found.add(next(one for one in _numbered(slug) if one not in found))
    return found


def _headings(path: Path) -> Iterator[list[Token]]:
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            yield token.children or []


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    for number in count(1):
        yield f"{slug}-{number}"


def broken_links(root: Path = ROOT) -> Iterator[str]:
    """Each link that leads nowhere, as `file:line: message`."""
    anchors = cache(anchors_of)
    for path in pages(root):
        for line, target in _links(path):
            message = _problem_with(root, path, target, anchors)
            if message:
                yield f"{path.relative_to(root)}:{line}: {message}"


def _links(path: Path) -> Iterator[tuple[int, str]]:
    """The targets of a page's links and images, with their lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for token in MarkdownIt("commonmark").enable("table").parse("\n".join(lines)):
        begin, end = token.map or (0, 0)
        for part in token.children or []:
            target = part.attrGet("href") if part.type == "link_open" else part.attrGet("src")
            if part.type in {"link_open", "image"} and target:
                text = str(target)
                # The parser knows the first line of the paragraph; the link may be on a later one.
                yield next((n for n in range(begin, end) if unquote(text) in unquote(lines[n])), begin) + 1, text


def _problem_with(root: Path, path: Path, target: str, anchors: Callable[[Path], set[str]]) -> str:
    """What is wrong with one target, given the anchors of each page; empty if nothing is."""
    address, _, anchor = target.partition("#")
    if address.startswith(REPOSITORY):
        there = root / unquote(address.removeprefix(REPOSITORY))
    elif re.match(r"[a-z][a-z0-9+.-]*:|//", address):
        return ""
    elif address.startswith("/"):
        return f"{target} starts with a slash; link relative to this page"
    else:
        there = (path.parent / unquote(address)) if address else path
    docs = root / "docs"
    if not there.exists():
        return f"{target} leads to a file that does not exist"
    if (
        path.is_relative_to(docs)
        and not address.startswith("http")
        and not there.resolve().is_relative_to(docs.resolve())
    ):
        return f"{target} leaves docs/, which is all that the site holds; link to {REPOSITORY}"
    if anchor and there.suffix == ".md" and anchor not in anchors(there):
        return f"{target} leads to a heading that does not exist in {there.name}"
    return ""


def missing_paths(root: Path = ROOT) -> Iterator[str]:
    """Each path of the repository that a page names in code style and that does not exist."""
    tops = "|".join(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    named = re.compile(rf"`((?:{tops})/[\w./-]*)`")
    for path in pages(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for target in named.findall(line):
                if not (root / target).exists():
                    yield f"{path.relative_to(root)}:{number}: {target} does not exist"


def unlisted_pages(root: Path = ROOT) -> list[str]:
    """Pages that neither the navigation nor the list of decisions names."""
    listed = (root / "mkdocs.yml").read_text(encoding="utf-8") + (root / "docs/adr/README.md").read_text(
        encoding="utf-8"
    )
    return [
        f"{path.relative_to(root)}:1: add this page to nav in mkdocs.yml (a decision: to docs/adr/README.md)"
        for path in sorted((root / "docs").rglob("*.md"))
        if path.name not in listed
    ]


class _Loads(HTMLParser):
    """Collects what a page makes a browser load from another host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        values = {name: value or "" for name, value in attrs}
        relations = set(values.get("rel", "").lower().split()) & LOADING_RELATIONS
        for name, value in values.items():
            loads = (tag, name) in LOADING or (tag == "link" and name == "href" and relations)
            if loads and re.match(r"(https?:)?//", value):
                self.found.append((self.getpos()[0], value))
            if name == "style":
                self.found.extend((self.getpos()[0], url) for url in _EXTERNAL_CSS.findall(value))


def external_loads(site: Path) -> Iterator[str]:
    """Everything that a page or style sheet of the built site loads from another host."""
    for path in sorted(site.rglob("*.html")):
        reader = _Loads()
        text = path.read_text(encoding="utf-8")
        reader.feed(text)
        for line, url in reader.found:
            yield f"{path}:{line}: loads {url}"
        # The theme's script fetches these on demand; the policy stops it where a page were to ask for them.
        if "Content-Security-Policy" not in text or "default-src 'self'" not in text:
            yield f"{path}:1: has no Content-Security-Policy; see docs/overrides/main.html"
    for path in sorted(site.rglob("*.css")):
        for url in _EXTERNAL_CSS.findall(path.read_text(encoding="utf-8")):
            yield f"{path}:1: loads {url}"


def build_site(root: Path = ROOT) -> Path:
    """Build the site with zensical, in strict mode; return its folder."""
    program = Path(sys.executable).with_name("zensical")
    subprocess.run([program, "build", "--clean", "--strict"], cwd=root, check=True)
    return root / "site"


def main() -> int:
    """Check the sources, build the site, check what it loads; return the exit code."""
    problems = [*broken_links(), *missing_paths(), *unlisted_pages()]
    if not problems:
        problems = list(external_loads(build_site()))
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        sys.stdout.write("site/index.html\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
