"""`orgtp chart --format svg` and `wall-svg`: what the pictures say, and that nothing in them can do harm."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from hypothesis import given, settings

from orgtp.render.drawings.chart import chart_svg, draw_chart
from orgtp.render.drawings.text_width import fit_text, measure_text
from orgtp.render.drawings.wall import wall_svg
from orgtp.views.chart_drawing.boxes import ChartBox
from orgtp.views.chart_drawing.draw_types import BOX_WIDTH
from orgtp.views.signs import Sign
from tests.conftest import ACCEPT, Shell
from tests.drawing.boxes import drawn_charts
from tests.drawing.geometry import Area, find_overlaps

SPACE = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
EXPECTED = Path(__file__).with_name("sample.svg")
SIZES = {"nm": 135, "rl": 120, "ow": 110, "kd": 110, "st": 110, "mo": 110}


def read_svg(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  (what orgtp wrote)


def find_boxes(svg: ET.Element) -> dict[str, ET.Element]:
    return {one.attrib["data-s"]: one for one in svg.iter(f"{SPACE}g") if "b" in one.attrib.get("class", "").split()}


def list_texts(box: ET.Element) -> list[str]:
    return [one.text or "" for one in box.iter(f"{SPACE}text")]


def test_the_sample_is_drawn_as_expected(sample: Shell) -> None:
    out = re.sub(r"commit [0-9a-f]{10}", "commit 0123456789", sample("chart", "--format", "svg").out)
    if ACCEPT:
        EXPECTED.write_text(out, encoding="utf-8")
    assert out == EXPECTED.read_text(encoding="utf-8")


def test_a_box_says_who_it_is_and_what_needs_a_person(sample: Shell) -> None:
    svg = read_svg(sample("chart", "--format", "svg").out)
    boxes = find_boxes(svg)
    assert list_texts(boxes["jeff"]) == ["Jeff", "drifting", "Data integrity", "owner Bogdan"]
    assert list_texts(boxes["penny"]) == ["Penny", "late", "Collections", "owner Janine"]
    needing = {seat for seat, box in boxes.items() if "need" in box.attrib["class"].split()}
    assert needing == {"jeff", "penny", "sift"}
    signs = [use.attrib[HREF] for use in boxes["sift"].iter(f"{SPACE}use")]
    assert sorted(signs) == ["#sign-off", "#sign-on"]
    assert svg.attrib["role"] == "img"
    assert svg.find(f"{SPACE}title") is not None
    assert svg.find(f"{SPACE}desc") is not None


def test_the_picture_needs_nothing_else(sample: Shell) -> None:
    for form in ("svg", "wall-svg"):
        out = sample("chart", "--format", form).out
        assert "http" not in re.sub(r'xmlns(:xlink)?="http://www\.w3\.org/(2000/svg|1999/xlink)"', "", out)
        assert not re.search(r"<script|<image|var\(|light-dark|@import|style=", out)


def test_depth_folds_and_says_what_is_hidden(sample: Shell) -> None:
    ran = sample("chart", "--format", "svg", "--depth", "1")
    boxes = find_boxes(read_svg(ran.out))
    assert set(boxes) == {"david", "bogdan", "janine", "kristen", "radar"}
    assert list_texts(boxes["radar"])[-3:] == ["+5", "2", "1"]
    assert ran.err == ""


def test_a_selection_is_said_in_the_picture(sample: Shell) -> None:
    out = sample("chart", "--format", "svg", "--owner", "bogdan").out
    assert set(find_boxes(read_svg(out))) == {"bogdan", "crystal", "dash", "jeff", "tally"}
    assert "left out by --owner bogdan: 7 seats" in out
    assert set(find_boxes(read_svg(sample("chart", "--format", "svg", "--root", "radar").out))) >= {"radar", "sift"}
    assert "echo" in find_boxes(read_svg(sample("chart", "--format", "svg", "--all").out))


def test_a_past_day(sample: Shell) -> None:
    assert "echo" in find_boxes(read_svg(sample("chart", "--format", "svg", "--at", "2026-10-01").out))


def test_a_group_is_a_frame_led_by_its_owner(sample: Shell) -> None:
    sample(
        "seat",
        "add",
        "ops",
        "--name",
        "Client operations",
        "--role",
        "Team",
        "--kind",
        "group",
        "--owner",
        "bogdan",
        "--reports-to",
        "radar",
    )
    for seat in ("crystal", "dash", "jeff"):
        sample("seat", "set", seat, "reports_to=ops")
    svg = read_svg(sample("chart", "--format", "svg").out)
    (frame,) = [one for one in svg.iter(f"{SPACE}g") if one.attrib.get("class") == "frame"]
    assert list_texts(frame) == ["Client operations", "led by Bogdan"]
    assert "ops" not in find_boxes(svg)


def test_a_large_chart_is_folded_and_names_a_picture_of_all(acme: Shell) -> None:
    for number in range(130):
        text = f"seat: s{number}\nname: S{number}\nrole: R\nkind: human\nstatus: active\nreports_to: ada\n"
        acme.write(f"seats/s{number}.yaml", text)
    ran = acme("chart", "--format", "svg")
    (command,) = re.findall(r"are folded away\. A picture of all: orgtp (.*)\n", ran.err)
    assert command == "chart --format wall-svg"
    assert acme(*command.split()).out.count('class="small row') == 132


@given(drawn_charts())
@settings(max_examples=25, deadline=None)
def test_no_text_leaves_its_box_or_overlaps_another(boxes: list[ChartBox]) -> None:
    svg = read_svg(chart_svg(draw_chart(boxes, ()), "A chart", ["A note"], kind=True))
    for box in find_boxes(svg).values():
        is_small = "small" in box.attrib["class"].split()
        height = int(next(one for one in box.iter(f"{SPACE}rect")).attrib["height"])
        areas = [_find_area(one, is_small=is_small) for one in box.findall(f"{SPACE}text")]
        areas += [_find_sign(one) for one in box.findall(f"{SPACE}use")]
        inside = Area("box", 0, 0, BOX_WIDTH, height)
        assert [one for one in areas if not inside.contains(one)] == []
        assert list(find_overlaps(areas)) == []


def _find_area(text: ET.Element, *, is_small: bool) -> Area:
    name, words = text.attrib["class"].split()[0], text.text or ""
    size = {"nm": 120, "rl": 110}.get(name, SIZES[name]) if is_small else SIZES[name]
    width = measure_text(words, size, bold=name in {"nm", "st"})
    x, y = float(text.attrib["x"]), float(text.attrib["y"])
    left = x - width if text.attrib.get("text-anchor") == "end" else x
    # Letters reach from three quarters of the size above the line to a fifth below it.
    return Area(words, left, y - size * 0.075, left + width, y + size * 0.01)


def _find_sign(use: ET.Element) -> Area:
    found = re.fullmatch(r"translate\(([\d.]+) ([\d.]+)\) scale\(.917\)", use.attrib["transform"])
    assert found
    x, y = float(found[1]), float(found[2])
    return Area(use.attrib[HREF], x, y, x + 11, y + 11)


@given(drawn_charts())
@settings(max_examples=15, deadline=None)
def test_every_seat_is_once_on_the_wall(boxes: list[ChartBox]) -> None:
    seats = re.compile(r'class="small row[^"]*" data-s="([^"]*)"')
    expected = [box.seat for box in boxes]
    assert seats.findall(wall_svg(boxes, "A chart")) == expected
    read_svg(wall_svg(boxes, "A chart", ["A note"]))


def test_a_text_is_cut_between_characters() -> None:
    assert fit_text("Ada", 200, 135) == "Ada"
    assert fit_text("Accounting and finance", 80, 120) == "Accounting…"
    family = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert fit_text(family * 9, 75, 120) in {f"{family * number}…" for number in range(1, 9)}
    accented = "e\N{COMBINING ACUTE ACCENT}"
    assert fit_text(accented * 40, 60, 120).removesuffix("…").endswith(accented)
    for text in ("WWWWWWWWWWWW", "山田太郎と仲間たち", "Владимир Константинович", "iiiiiiiiiiiiiiiiiiiiiiiii"):
        assert measure_text(fit_text(text, 70, 135, bold=True), 135, bold=True) <= 70


def test_more_than_six_metrics_keep_those_that_need_a_person() -> None:
    signs = (*[Sign.ON] * 7, Sign.LATE, Sign.ON, Sign.OFF)
    box = ChartBox("a", "Ada", "R", "Ada", "human", "active", "", False, (), signs, True, False)
    svg = read_svg(chart_svg(draw_chart([box], ()), "x"))
    (drawn,) = find_boxes(svg).values()
    uses = [one.attrib[HREF].removeprefix("#sign-") for one in drawn.iter(f"{SPACE}use")]
    assert uses[1:] == ["on", "on", "on", "late", "off"]
    assert "+5" in list_texts(drawn)
