"""The docs site: its links lead somewhere, every page is listed, it builds, and it loads nothing from other hosts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.docs_site import anchors_of, broken_links, build_site, external_loads, missing_paths, unlisted_pages

GOOD_PAGE = "<html><head><meta http-equiv='Content-Security-Policy' content=\"default-src 'self'\">{}</head></html>"


def test_no_link_of_the_docs_is_dead() -> None:
    assert list(broken_links()) == []


def test_every_page_is_listed() -> None:
    assert unlisted_pages() == []


def test_every_path_in_the_docs_exists() -> None:
    assert list(missing_paths()) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with docs."""
    (tmp_path / "docs" / "adr").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "mkdocs.yml").write_text("nav: [index.md, guide.md, adr/README.md]\n", encoding="utf-8")
    (tmp_path / "docs" / "adr" / "README.md").write_text("# Decisions\n", encoding="utf-8")
    (tmp_path / "docs" / "guide.md").write_text(
        "# Guide\n\n## Read `it` twice\n\n## Again\n\n## Again\n", encoding="utf-8"
    )
    (tmp_path / "README.md").write_text("# Top\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](guide.md)", ""),
        ("[a](guide.md#read-it-twice) [b](guide.md#again-1) [c](#here)", ""),
        ("[a](https://github.com/orgtp/orgtp/blob/main/README.md#top)", ""),
        ("[a](https://example.com/nowhere)", ""),
        ("[a](mailto:a@example.com)", ""),
        ("`[a](nowhere.md)`", ""),
        ("```\n[a](nowhere.md)\n```", ""),
        ("[a](gone.md)", "docs/index.md:5: gone.md leads to a file that does not exist"),
        ("text\n[a](gone.md)", "docs/index.md:6: gone.md leads to a file that does not exist"),
        ("![a](gone.svg)", "docs/index.md:5: gone.svg leads to a file that does not exist"),
        ("| a |\n|---|\n| [a](gone.md) |", "docs/index.md:7: gone.md leads to a file that does not exist"),
        ("[a](guide.md#gone)", "docs/index.md:5: guide.md#gone leads to a heading that does not exist in guide.md"),
        ("[a](#gone)", "docs/index.md:5: #gone leads to a heading that does not exist in index.md"),
        ("[a](/guide.md)", "docs/index.md:5: /guide.md starts with a slash; link relative to this page"),
        ("[a](../README.md)", "docs/index.md:5: ../README.md leaves docs/, which is all that the site holds"),
        (
            "[a](https://github.com/orgtp/orgtp/blob/main/GONE.md)",
            "docs/index.md:5: https://github.com/orgtp/orgtp/blob/main/GONE.md leads to a file that does not exist",
        ),
    ],
)
def test_a_dead_link_is_reported_at_its_line(project: Path, text: str, said: str) -> None:
    (project / "docs" / "index.md").write_text(f"# Home\n\n## Here\n\n{text}\n", encoding="utf-8")
    found = list(broken_links(project))
    assert len(found) == bool(said)
    assert "".join(found).startswith(said)


def test_a_path_that_does_not_exist_is_reported(project: Path) -> None:
    (project / "docs" / "index.md").write_text("# Home\n\nSee `src/` and\n`src/gone.py`.\n", encoding="utf-8")
    assert list(missing_paths(project)) == ["docs/index.md:4: src/gone.py does not exist"]


def test_a_page_outside_the_navigation_is_reported(project: Path) -> None:
    (project / "docs" / "lost.md").write_text("# Lost\n", encoding="utf-8")
    (said,) = unlisted_pages(project)
    assert said.startswith("docs/lost.md:1: add this page to nav")


def test_anchors_are_those_that_github_and_the_site_share(project: Path) -> None:
    page = project / "docs" / "index.md"
    page.write_text("# A\n\n## What's new?\n\n## `orgtp sync`\n\n## A - B\n", encoding="utf-8")
    assert anchors_of(page) == {"a", "whats-new", "orgtp-sync"}


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example.com/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.com/a.css">',
        '<link rel="preconnect" href="https://fonts.example.com">',
        '<img src="https://example.com/a.png">',
        '<p style="background: url(https://example.com/a.png)">',
    ],
)
def test_what_a_page_loads_from_elsewhere_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.html").write_text(GOOD_PAGE.format(text), encoding="utf-8")
    (said,) = external_loads(tmp_path)
    assert ":1: loads " in said


def test_a_style_sheet_and_a_page_without_a_policy_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text('@import "https://fonts.example.com/a.css";', encoding="utf-8")
    (tmp_path / "index.html").write_text('<a href="https://example.com">a link</a>', encoding="utf-8")
    policy, sheet = external_loads(tmp_path)
    assert "has no Content-Security-Policy" in policy
    assert "loads https://fonts.example.com/a.css" in sheet


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copyfile(ROOT / "mkdocs.yml", tmp_path / "mkdocs.yml")
    site = build_site(tmp_path)
    assert list(external_loads(site)) == []
    for page in ROOT.glob("docs/**/*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix("")
        folder = name.parent if name.name in {"index", "README"} else name
        assert (site / folder / "index.html").exists(), name
    assert (site / "images" / "chart.svg").exists()
    assert not (site / "overrides").exists()
