"""Four programs draw the picture of the chart alike: Chromium, Firefox, rsvg-convert (librsvg) and Inkscape."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from tests.conftest import Shell, base_env

# How much two pictures may differ, as a share of black. Those of two charts differ by much more.
ALIKE = 0.004


def draw_with_rsvg(source: Path, target: Path, width: int, height: int) -> None:
    run(["rsvg-convert", "--width", str(width), "--height", str(height), "--output", str(target), str(source)], target)


def draw_with_inkscape(source: Path, target: Path, width: int, height: int) -> None:
    size = [f"--export-width={width}", f"--export-height={height}"]
    run(["inkscape", "--export-type=png", f"--export-filename={target}", *size, str(source)], target)


def draw_with_chromium(source: Path, target: Path, width: int, height: int) -> None:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
    options += [f"--user-data-dir={target.parent / 'chromium'}", f"--window-size={width},{height}"]
    run(["chromium", *options, f"--screenshot={target}", source.as_uri()], target)


def draw_with_firefox(source: Path, target: Path, width: int, height: int) -> None:
    profile = target.parent / "firefox"
    profile.mkdir(exist_ok=True)
    options = ["--headless", "--no-remote", "--profile", str(profile), f"--window-size={width},{height}"]
    run(["firefox-esr", *options, "--screenshot", str(target), source.as_uri()], target)


def run(command: list[str], target: Path) -> None:
    env = {**base_env(), "HOME": str(target.parent), "TMPDIR": os.environ.get("TMPDIR", "/tmp")}  # noqa: S108
    subprocess.run(command, check=True, capture_output=True, timeout=180, env=env, cwd=target.parent)


PROGRAMS: dict[str, Callable[[Path, Path, int, int], None]] = {
    "inkscape": draw_with_inkscape,
    "chromium": draw_with_chromium,
    "firefox": draw_with_firefox,
}


def read_picture(path: Path, width: int, height: int) -> Image.Image:
    """The picture in grey, blurred, because each program has its own way to smooth text."""
    with Image.open(path) as image:
        assert image.size == (width, height)
        return image.convert("RGB").convert("L").filter(ImageFilter.GaussianBlur(3))


def measure_difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference, as a share of black."""
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0]) / 255


def write_chart(sample: Shell, folder: Path, *words: str) -> tuple[Path, int, int]:
    text = sample("chart", "--format", *words).out
    path = folder / f"{'-'.join(words)}.svg"
    path.write_text(text, encoding="utf-8")
    found = re.search(r'<svg [^>]*width="(\d+)" height="(\d+)"', text)
    assert found
    return path, int(found[1]), int(found[2])


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("form", ["svg", "wall-svg"])
def test_the_picture_is_like_that_of_librsvg(sample: Shell, tmp_path: Path, program: str, form: str) -> None:
    source, width, height = write_chart(sample, tmp_path, form)
    draw_with_rsvg(source, tmp_path / "rsvg.png", width, height)
    PROGRAMS[program](source, tmp_path / "other.png", width, height)
    expected = read_picture(tmp_path / "rsvg.png", width, height)
    assert measure_difference(expected, read_picture(tmp_path / "other.png", width, height)) < ALIKE


def count_colored(path: Path) -> int:
    """How many dots are of a clear colour. In this picture, these are of the signs and of the words beside them."""
    with Image.open(path) as image:
        saturation = image.convert("RGB").convert("HSV").getchannel("S")
    return sum(saturation.histogram()[120:])


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_draws_the_signs(sample: Shell, tmp_path: Path, program: str) -> None:
    source, width, height = write_chart(sample, tmp_path, "svg")
    draw_with_rsvg(source, tmp_path / "rsvg.png", width, height)
    PROGRAMS[program](source, tmp_path / "other.png", width, height)
    expected = count_colored(tmp_path / "rsvg.png")
    assert expected > 500
    assert count_colored(tmp_path / "other.png") == pytest.approx(expected, rel=0.25)


def test_other_charts_are_not_alike(sample: Shell, tmp_path: Path) -> None:
    """The comparison can fail: a chart without the signs of some metrics, or with one seat at another place."""
    sizes = []
    for number, change in enumerate([(), ("seat", "set", "tally", "reports_to=bogdan")]):
        if change:
            sample(*change)
        source, width, height = write_chart(sample, tmp_path, "svg")
        draw_with_rsvg(source, tmp_path / f"{number}.png", 800, 400)
        sizes.append((width, height))
    pictures = [read_picture(tmp_path / f"{number}.png", 800, 400) for number in (0, 1)]
    assert measure_difference(*pictures) > 2 * ALIKE
