"""The places of files that define agents: one that no seat can have makes its own row bad, and stops nothing else."""

from __future__ import annotations

from tests.conftest import Shell

AGENT = "---\nname: {name}\ndescription: Does {name}.\n---\nBody.\n"


def test_a_file_name_that_no_seat_can_have_is_a_bad_row(sample: Shell) -> None:
    for name, file in (("fine", "fine.md"), ("odd", "o\\dd.md"), ("split", "s\nplit.md")):
        sample.write(f"../agents-repo/agents/{file}", AGENT.format(name=name))
    sample.write("../agents-repo/.git/config", "[core]\n")
    refused = sample("import", "../agents-repo/agents", "--owner", "bogdan", "--under", "bogdan", code=1)
    assert "o\\dd.md" in refused.err
    assert "Rename it" in refused.err
    words = ("import", "../agents-repo/agents", "--owner", "bogdan", "--under", "bogdan", "--skip-bad", "../bad.txt")
    done = sample(*words)
    assert "1 new seat, 2 bad rows" in done.err
    assert "path: agents/fine.md" in sample.read("seats/fine.yaml")
    sample("validate")
