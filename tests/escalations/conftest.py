"""The sample org, in which nothing is stale for a long while: what there is was opened by hand."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import NOW, Shell


@pytest.fixture
def patient(sample: Shell) -> Shell:
    """The sample org with a grace of forty days."""
    sample.write("org.yaml", sample.read("org.yaml").replace("grace: 1h ", "grace: 40d"))
    dated = {"GIT_AUTHOR_DATE": NOW, "GIT_COMMITTER_DATE": NOW}
    subprocess.run(["git", "commit", "-qam", "Patience"], cwd=sample.folder, env=sample.env(dated), check=True)
    return sample
