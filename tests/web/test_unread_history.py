"""Sites of an org whose repository is damaged, or whose files are closed: each page says what it lacks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPT, Shell
from tests.ledger.tight import is_root
from tests.web.written import find, find_broken_links, list_html, read_html

root = pytest.mark.skipif(not is_root(), reason="only root can run a command as another user, who may not read all")
NOTICE = "The history could not be read, so this page is without it"
# What no outsider may learn of what git says.
HIDDEN = ("git ", "object", ".git", "fsck")


def damage_object(here: Shell, name: str) -> None:
    """Leave an object of the repository empty, as after a crash of the machine."""
    here.unpack()
    oid = here.git("rev-parse", name).out.strip()
    path = here.folder / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"")


def cut_pack(here: Shell) -> None:
    """Lose half of the only pack."""
    pack = next((here.folder / ".git/objects/pack").glob("*.pack"))
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[: pack.stat().st_size // 2])


def list_with_notice(folder: Path) -> list[str]:
    """The pages that say that they lack the history."""
    return [str(path.relative_to(folder)) for path in list_html(folder) if NOTICE in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", ["main~40", "main"])
def test_without_a_part_of_the_log_every_page_says_so(sample: Shell, name: str) -> None:
    damage_object(sample, name)
    ran = sample("site", "out", code=1)
    site = sample.folder / "out"
    assert {path.name for path in list_html(site)} >= {"chart.html", "scorecard.html", "record.html", "dash.html"}
    assert list_with_notice(site) == [str(path.relative_to(site)) for path in list_html(site)]
    assert find_broken_links(site) == []
    assert "no page has the history: git " in ran.err
    assert "fsck --full" in ran.err
    chart = (site / "chart.html").read_text(encoding="utf-8")
    assert "13,100" in (site / "seat/janine.html").read_text(encoding="utf-8")
    assert "fsck --full" in chart
    assert "Record: not checked, the history could not be read" in chart
    # A site may be published: where the org is on this machine is no part of it.
    assert not [path for path in list_html(site) if str(sample.folder) in path.read_text(encoding="utf-8")]


def test_with_half_a_pack_there_is_a_site(sample: Shell) -> None:
    cut_pack(sample)
    assert "clone it again" in sample("site", "out", code=1).err
    site = sample.folder / "out"
    assert len(list_with_notice(site)) == len(list_html(site))
    record = " ".join(" ".join(find(read_html(site / "record.html"), "//main//text()")).split())
    assert "What happened could not be read." in record
    assert "not in git" not in record


def test_one_lost_file_concerns_the_pages_that_show_it(sample: Shell) -> None:
    damage_object(sample, "main:seats/dash.yaml")
    ran = sample("site", "out", code=1)
    site = sample.folder / "out"
    assert "chart.html and seat/dash.html are without the history: git cat-file failed" in ran.err
    assert list_with_notice(site) == ["chart.html", "index.html", "seat/dash.html"]
    assert find_broken_links(site) == []
    told = sample("site", "out", "--force", "--json", code=1).json["faults"]
    assert [(one["page"], one["made"]) for one in told] == [("chart.html", True), ("seat/dash.html", True)]


def test_one_file_with_all_pages_says_so_too(sample: Shell) -> None:
    damage_object(sample, "main~40")
    assert "no page has the history" in sample("site", "all.html", code=1).err
    page = read_html(sample.folder / "all.html")
    sections = find(page, "//section[@data-page]")
    assert len(sections) > 20
    assert [one.get("id") for one in sections if NOTICE not in one.text_content()] == []


def test_outsiders_are_told_that_but_not_what(sample: Shell) -> None:
    damage_object(sample, "main~40")
    ran = sample("site", "out", "--without", "people", code=1)
    assert "fsck --full" in ran.err
    for path in list_html(sample.folder / "out"):
        text = read_html(path).text_content()
        assert (path, [word for word in HIDDEN if word in text]) == (path, [])
    assert len(list_with_notice(sample.folder / "out")) == len(list_html(sample.folder / "out"))


@root
@pytest.mark.parametrize("name", ["seats/dash.yaml", "scores/dash/2026-11.jsonl", ".git/objects"])
def test_what_this_user_may_not_read_is_named(sample: Shell, name: str) -> None:
    for path in (*sample.folder.rglob("*"), sample.folder, sample.folder.parent):
        if not path.is_symlink():
            os.chown(path, 4242, 4242)
    for folder in (sample.home, *sample.home.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    (sample.folder / name).chmod(0)
    words = ["setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", str(SCRIPT), "site", "out"]
    ran = subprocess.run(words, cwd=sample.folder, env=sample.env(), capture_output=True, text=True, check=False)
    (sample.folder / name).chmod(0o755)
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    pages = list_html(sample.folder / "out")
    assert len(pages) > 14
    told = name if not name.startswith(".git") else "history could not be read"
    assert [path for path in pages if told not in path.read_text(encoding="utf-8")] == []
