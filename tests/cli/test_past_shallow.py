"""What a shallow clone can tell of the past, and what it says of that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Shell

PAST = [("log", "--limit", "1"), ("seat", "history", "crystal"), ("why", "crystal")]


@pytest.mark.parametrize("words", PAST, ids=lambda words: words[0])
def test_a_shallow_clone_says_that_its_first_commit_is_none(
    sample: Shell, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert "shallow" not in sample(*words).err
    sample.git("clone", "-q", "--depth", "3", f"file://{sample.folder}", str(tmp_path / "few"))
    few = sample.at(tmp_path / "few")
    assert "git fetch --unshallow" in few(*words).err
    few.git("fetch", "-q", "--unshallow")
    assert "shallow" not in few(*words).err
