"""What is shipped: sample and pictures are what the story gives, and the wheel holds all that is needed."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from orgtp.api.org import open_org
from tests.conftest import ROOT, Shell
from tools.pictures import IMAGES, NOW, pictures
from tools.sample import PARTS, SAMPLE


def below(folder: Path, part: str) -> dict[str, bytes]:
    """The files of one part of an org."""
    top = folder / part
    files = [path for path in top.rglob("*") if path.is_file()] if top.is_dir() else [top]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("part", PARTS)
def test_readable_sample_is_what_the_story_gives(sample_made: Path, part: str) -> None:
    assert below(sample_made, part), part
    assert below(SAMPLE, part) == below(sample_made, part), "see: make sample"


def test_readable_sample_is_valid_as_a_plain_folder(shell: Shell) -> None:
    assert shell("--org", str(SAMPLE), "validate").out == ""
    assert shell("--org", str(SAMPLE), "chart", "--json").json["revision"] is None


def words(svg: str) -> str:
    """What a picture says, whatever the drawing library made of it."""
    return re.sub(r"<style>.*?</style>|<[^>]+>", " ", svg, flags=re.S)


def test_pictures_are_what_the_sample_gives(sample_made: Path) -> None:
    for name, text in pictures(open_org(sample_made, now=NOW)):
        assert words((IMAGES / name).read_text(encoding="utf-8")) == words(text), "see: make pictures"


def test_wheel_works_without_the_checkout(shell: Shell, tmp_path: Path) -> None:
    """The wheel, unpacked beside the libraries of this environment, makes the sample, validates it and exports it."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*pip, str(ROOT)], check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    run = "import sys; sys.path.insert(0, sys.argv[1]); from orgtp.cli.main import run_command_line as run; "
    run += "sys.exit(run(sys.argv[2:]))"
    env = shell.env()
    export = ["--org", "org", "audit", "export", "audit.zip", "--unsigned"]
    for line in (["schema", "seat"], ["init", "--sample", "org"], ["--org", "org", "validate"], export):
        command = [sys.executable, "-c", run, str(tmp_path / "unpacked"), *line]
        ran = subprocess.run(command, cwd=shell.folder, env=env, capture_output=True, timeout=120, check=False)
        assert ran.returncode == 0, ran.stderr.decode()
    assert str(tmp_path / "unpacked" / "orgtp") in _where(tmp_path / "unpacked", env)


def _where(folder: Path, env: dict[str, str]) -> str:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import orgtp; print(orgtp.__file__)"
    ran = subprocess.run([sys.executable, "-c", code, str(folder)], env=env, capture_output=True, check=True)
    return ran.stdout.decode()
