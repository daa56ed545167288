"""Addresses of pages, for a folder and for one file, and the path of each kind of page."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from orgtp.web.links import OWN_IDS, FileLinks, FragmentLinks
from orgtp.web.pages.page import PageMissing
from orgtp.web.pages.registry import KINDS, find_page


def test_a_page_of_a_folder_has_relative_addresses() -> None:
    links = FileLinks("seat/dash.html")
    assert links.link("chart.html") == "../chart.html"
    assert links.link("seat/jeff.html", "pacing") == "../seat/jeff.html#pacing"
    assert links.asset("orgtp.css") == "../static/orgtp.css"
    assert links.anchor("pacing") == "pacing"


def test_a_page_about_the_past_links_to_the_past() -> None:
    links = FileLinks("chart.html", at="2026-11-10")
    assert links.link("seat/jeff.html", "pacing") == "seat/jeff.html?at=2026-11-10#pacing"


@pytest.mark.parametrize("name", sorted(OWN_IDS))
def test_a_part_of_a_page_never_has_an_id_of_the_page_itself(name: str) -> None:
    links = FileLinks("seat/dash.html")
    assert links.anchor(name) not in OWN_IDS
    assert links.link("seat/dash.html", name) == f"../seat/dash.html#{links.anchor(name)}"


def test_every_id_that_all_pages_have_is_known() -> None:
    folder = files("orgtp.web").joinpath("templates")
    texts = [
        folder.joinpath(name).read_text(encoding="utf-8") for name in ("frame/sprite.svg", "frame/document.html.j2")
    ]
    assert set(re.findall(r'\bid="([^"{]+)"', "".join(texts))) == OWN_IDS


def test_one_file_has_a_fragment_for_each_page_and_part() -> None:
    links = FragmentLinks("seat/dash.html")
    assert links.link("chart.html") == "#chart"
    assert links.link("seat/jeff.html") == "#seat/jeff"
    assert links.link("seat/dash.html", "pacing") == f"#{links.anchor('pacing')}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_path_of_a_page_finds_it(kind: object) -> None:
    from orgtp.web.pages.registry import PageAddress, PageKind

    assert isinstance(kind, PageKind)
    address = PageAddress(kind, "dash" if kind.has_subjects else "")
    assert find_page(address.path) == address


@pytest.mark.parametrize(
    "path", ["seat/", "seat/.html", "seat/../chart.html", "seat/a/b.html", "nothing.html", "x/y.html"]
)
def test_another_path_has_no_page(path: str) -> None:
    with pytest.raises(PageMissing, match="there is no page"):
        find_page(path)


@pytest.mark.parametrize("path", ["", "index.html", "chart.html", "chart"])
def test_the_chart_is_the_first_page(path: str) -> None:
    assert find_page(path).kind.name == "chart"
