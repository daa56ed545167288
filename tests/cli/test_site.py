"""`orgtp site`: where it writes, what it replaces, and what it says."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import on_terminal
from tests.conftest import Shell
from tests.ledger.tight import fill, is_root, small_disk


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_has_a_page_for_everything(sample: Shell) -> None:
    ran = sample("site", "../site")
    site = sample.folder.parent / "site"
    written = files(site)
    assert {"index.html", "chart.html", "scorecard.html", "seat/dash.html", "static/orgtp.css"} <= set(written)
    assert written["index.html"] == written["chart.html"]
    pages = sum(name.endswith(".html") for name in written) - 1
    size = sum(map(len, written.values())) // 1000
    assert ran.out == f"wrote ../site: {pages} pages, {size:,} kB\nTo see it, open ../site/index.html\n"
    assert ran.err == ""
    assert sample.git("status", "--porcelain").out == ""


def test_one_file_has_all_pages(sample: Shell) -> None:
    ran = sample("site", "../org.html", "--json").json
    path = sample.folder.parent / "org.html"
    assert (ran["kind"], ran["path"], ran["index"]) == ("site", "../org.html", "../org.html")
    assert ran["bytes"] == path.stat().st_size
    assert (ran["replaced"], ran["short"]) == (False, False)
    assert path.read_text(encoding="utf-8").count('<section class="page') == ran["pages"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~read_umask()


def read_umask() -> int:
    """The umask of this process."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("target", ["site", "org.html"])
def test_the_same_commit_and_time_give_the_same_bytes(acme: Shell, target: str) -> None:
    # The first audit remembers what it has seen, and the next one says so.
    acme("audit", "verify")
    places = [acme.folder.parent / name / target for name in ("one", "two")]
    for place in places:
        acme("site", str(place))
    one, two = (files(place) if place.is_dir() else place.read_bytes() for place in places)
    assert one == two


def test_publishing_again_replaces_all_of_it(acme: Shell) -> None:
    """A page of a seat that has another name now is gone, and so is what somebody put beside it."""
    acme("site", "../site")
    site = acme.folder.parent / "site"
    (site / "seat" / "gone.html").write_text("old")
    refused = acme("site", "../site", code=2).err
    assert refused == "orgtp: ../site exists already and was not changed. To replace it, add --force\n"
    assert (site / "seat" / "gone.html").exists()
    again = acme("site", "../site", "--force", "--json").json
    assert again["replaced"] is True
    assert "seat/gone.html" not in files(site)
    assert [path.name for path in site.parent.iterdir() if path.name.startswith(".orgtp")] == []


def test_what_orgtp_did_not_write_is_never_replaced(acme: Shell) -> None:
    here = acme.folder.parent
    (here / "mine").mkdir()
    (here / "mine" / "notes.txt").write_text("mine")
    (here / "mine.html").write_text("<html>mine</html>")
    (here / "notes").write_text("mine")
    (here / "dir.html").mkdir()
    for target, words in (
        ("../mine", "orgtp did not write it, so it is never replaced. Name another folder"),
        ("../mine.html", "orgtp did not write it, so it is never replaced. Name another file"),
        ("../notes", "It is a file. Name a folder, or a file that ends with .html"),
        ("../dir.html", "It is not a file. Name another one, or a folder without .html"),
    ):
        for force in ([], ["--force"]):
            assert words in acme("site", target, *force, code=2).err
    assert (here / "mine" / "notes.txt").read_text() == "mine"
    assert (here / "mine.html").read_text() == "<html>mine</html>"


def test_an_empty_folder_and_a_link_are_used(acme: Shell) -> None:
    here = acme.folder.parent
    (here / "real").mkdir()
    (here / "current").symlink_to("real")
    acme("site", "../current")
    acme("site", "../current", "--force")
    assert (here / "current").is_symlink()
    assert (here / "real" / "index.html").is_file()
    (here / "now.html").symlink_to("real.html")
    acme("site", "../now.html")
    acme("site", "../now.html", "--force")
    assert (here / "now.html").is_symlink()


def test_within_the_work_tree_it_says_how_to_keep_it_out_of_git(acme: Shell) -> None:
    """That is what people type first. It works, and the remedy works as well."""
    before = acme("validate").out
    ran = acme("site", "public")
    assert "public is in the org's work tree, so git lists it as untracked" in ran.err
    assert acme.git("status", "--porcelain").out == "?? public/\n"
    remedy = ran.err.partition("commit it: ")[2].strip()
    assert remedy == "echo /public/ >> .gitignore"
    acme.git("-c", f"alias.remedy=!{remedy}", "remedy")
    assert acme.git("status", "--porcelain").out == "?? .gitignore\n"
    assert acme("site", "public", "--force").err == ""
    # It is no part of the org.
    assert acme("validate").out == before
    assert acme("scorecard", "--json").json["dirty"] is False


@pytest.mark.parametrize(
    "target", ["seats/site", "scores/x.html", ".git/site", "reviews", "todos/deep/site", "..", "."]
)
def test_a_place_among_the_files_of_the_org_is_refused(acme: Shell, target: str) -> None:
    before = files(acme.folder)
    refused = acme("site", target, "--force", code=2).err
    assert "Name a" in refused
    assert "orgtp site public" in refused or "Name another folder" in refused
    assert files(acme.folder) == before


def test_a_bare_repository_has_a_site(acme: Shell) -> None:
    bare = acme.folder.parent / "org.git"
    acme.git("clone", "-q", "--bare", ".", str(bare))
    here = acme.at(acme.folder.parent)
    here("--org", "org.git", "site", "site")
    assert "Acme" in here.read("site/index.html")
    assert "among the org's own files" in here("--org", "org.git", "site", "org.git/hooks/site", code=2).err


def test_an_org_without_git_has_a_site(acme: Shell) -> None:
    shutil.rmtree(acme.folder / ".git")
    acme("site", "../site")
    assert "Record: not checked, it has no history" in acme.read("../site/scorecard.html")


def test_an_org_with_problems_has_a_site_that_says_so(sample: Shell) -> None:
    sample.write("org.yaml", sample.read("org.yaml") + "wrong: [\n")
    sample.write("seats/jeff.yaml", "seat: jeff\n\tname: x\n")
    ran = sample("site", "../site", code=1)
    assert "could not be read, so the output is incomplete" in ran.err
    for page in (sample.folder.parent / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "2 places could not be read, so this page is incomplete" in text, page
        assert "seats/jeff.yaml:2" in text


def test_a_score_file_that_cannot_be_read_is_on_every_page(sample: Shell) -> None:
    """Values are read late, but before the first page is written."""
    path = "scores/penny/2026-11.jsonl"
    sample.write(path, sample.read(path) + "{broken\n")
    sample("site", "../site", code=1)
    pages = list((sample.folder.parent / "site").rglob("*.html"))
    assert pages
    assert all(path in page.read_text(encoding="utf-8") for page in pages)


def test_a_site_of_the_past(sample: Shell) -> None:
    ran = sample("site", "../site", "--at", "2026-09-30")
    text = sample.read("../site/scorecard.html")
    assert "Wed 30 Sep 2026" in text
    assert "W40" in text
    assert "W47" not in text
    assert ran.out.startswith("wrote ../site")


def test_a_place_that_cannot_be_written_is_named(acme: Shell) -> None:
    (acme.folder.parent / "file").write_text("x")
    said = acme("site", "../file/site", code=2).err
    assert "file" in said
    assert ".orgtp-site" not in said


@pytest.mark.parametrize("target", ["site", "org.html"])
def test_a_full_disk_leaves_the_old_site(acme: Shell, tmp_path: Path, target: str) -> None:
    if not is_root():
        pytest.skip("only root can mount a small disk")
    with small_disk(tmp_path / "disk", 4) as disk:
        place = disk / target
        acme("site", str(place))
        before = files(disk)
        fill(disk)
        said = acme("site", str(place), "--force", code=2).err
        assert str(place) in said
        assert "No space left on device" in said
        assert ".orgtp-site" not in said
        left = {name: raw for name, raw in files(disk).items() if name != "filler"}
        assert left == before


def test_a_folder_that_cannot_be_moved_is_filled_in_place(acme: Shell, tmp_path: Path) -> None:
    """A mount, as in a container: its content is replaced, and stale pages go."""
    if not is_root():
        pytest.skip("only root can mount a disk")
    with small_disk(tmp_path / "disk", 8) as disk:
        acme("site", str(disk))
        (disk / "seat" / "gone.html").write_text("old")
        (disk / "old").mkdir()
        (disk / "old" / "page.html").write_text("old")
        acme("site", str(disk), "--force")
        fresh = acme.folder.parent / "fresh"
        acme("site", str(fresh))
        assert set(files(disk)) == set(files(fresh))


def test_progress_is_told_on_a_terminal_alone(acme: Shell) -> None:
    seat = "seat: s{0}\nname: S{0}\nrole: R\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\nmission: M\n"
    for number in range(100):
        acme.write(f"seats/s{number}.yaml", seat.format(number))
    seen = on_terminal(acme, "site", "../site")
    assert seen.code == 0
    assert "page 50 of " in seen.text
    assert acme("site", "../site", "--force").err == ""


def test_the_json_is_one_document(acme: Shell) -> None:
    told = acme("site", "public", "--json")
    assert json.loads(told.out)["index"] == "public/index.html"


@pytest.mark.parametrize("name", ["report.pdf", "Report.PDF", "site.zip", "org.xhtml"])
def test_a_name_of_another_format_is_refused(sample: Shell, name: str) -> None:
    """Nobody who types it wants a folder of that name. What is suggested works."""
    ran = sample("site", name, code=2)
    assert "Name a folder, or a file that ends with .html: orgtp site " in ran.err
    assert not (sample.folder / name).exists()
    suggested = ran.err.strip().rpartition("orgtp site ")[2]
    sample("site", suggested)
    assert (sample.folder / suggested).is_file()


def test_a_folder_may_have_a_dot_in_its_name(sample: Shell) -> None:
    sample("site", "org.example.com")
    assert (sample.folder / "org.example.com/index.html").is_file()
