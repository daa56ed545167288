"""`orgtp undo` undoes an import: the proposed seats go again, and the audit accepts it. What people built on stays."""

from __future__ import annotations

from tests.conftest import Shell
from tests.imports.test_command import PEOPLE


def import_people(shell: Shell) -> str:
    shell.write("people.csv", PEOPLE)
    shell("import", "people.csv", "--under", "ada")
    return shell.head()


def test_an_import_is_undone_and_can_be_made_again(acme: Shell) -> None:
    before = acme.git("rev-parse", "HEAD^{tree}").out
    import_people(acme)
    done = acme("undo", "--yes")
    assert done.out.endswith(" undo: 5 proposed seats removed\n")
    assert "remove seats/dee.yaml" in done.err
    assert acme.git("rev-parse", "HEAD^{tree}").out == before
    assert not (acme.folder / "seats/dee.yaml").exists()
    assert acme("audit", "verify", "--json").json["verdict"] == "intact"
    acme("validate", "--base", "HEAD~1", code=None)
    assert "id-reused" not in acme("validate", "--base", "HEAD~1", code=None).out
    # The same ids again: nobody ever worked in those seats.
    acme("import", "people.csv", "--under", "ada")
    assert acme("audit", "verify", "--full", "--json").json["verdict"] == "intact"
    for base in ("HEAD~1", "HEAD~2", "HEAD~3"):
        found = acme("validate", "--base", base, "--format", "json", code=None).json["problems"]
        assert [one["rule"] for one in found if one["rule"] in {"seat-deleted", "id-used-again"}] == []


def test_undo_shows_first_what_it_would_do(acme: Shell) -> None:
    commit = import_people(acme)
    found = acme("undo", "--dry-run", "--json").json
    assert found["paths"] == [
        f"seats/{name}.yaml" for name in ("a-3d-bob", "ada-lovelace-2", "ada-lovelace", "dee", "jose-nunez")
    ]
    assert acme.head() == commit


def test_the_files_of_a_large_import_are_counted(acme: Shell) -> None:
    rows = "".join(f"{number},Person {number},Clerk\n" for number in range(1, 41))
    acme.write("people.csv", f"ID,Name,Title\n{rows}")
    acme("import", "people.csv", "--under", "ada")
    done = acme("undo", "--dry-run")
    shown = [line for line in (done.out + done.err).splitlines() if line.startswith("remove ")]
    assert len(shown) == 11
    assert shown[-1] == "remove 30 more files, the last of them seats/person-9.yaml"


def test_a_seat_that_somebody_changed_since_keeps_the_import(acme: Shell) -> None:
    commit = import_people(acme)
    acme("seat", "set", "dee", "role=Clerk")
    later = acme.head()[:10]
    done = acme("undo", commit, "--yes", code=2)
    assert f"role in seats/dee.yaml was changed again by {later} set(dee): role not known -> Clerk" in done.err
    assert f"Undo that first: orgtp undo {later}" in done.err
    acme("undo", later, "--yes")
    acme("undo", commit, "--yes")
    assert acme("audit", "verify", "--json").json["verdict"] == "intact"


def test_a_seat_that_got_something_new_since_keeps_the_import(acme: Shell) -> None:
    commit = import_people(acme)
    acme("seat", "set", "dee", "capabilities.filing=Files things")
    assert "capabilities in seats/dee.yaml was changed again by" in acme("undo", commit, "--yes", code=2).err


def test_a_seat_with_a_value_keeps_the_import(acme: Shell) -> None:
    commit = import_people(acme)
    acme("metric", "add", "dee", "m", "--name", "M", "--outcome", "O", "--target", ">= 1", "--cadence", "weekly")
    acme("score", "add", "dee", "m", "2", "--by", "dee")
    done = acme("undo", commit, "--yes", code=2)
    assert "dee has values, and values are never lost. Retire it instead: orgtp retire dee" in done.err


def test_a_seat_that_others_build_on_keeps_the_import(acme: Shell) -> None:
    commit = import_people(acme)
    acme("seat", "add", "x", "--name", "X", "--role", "R", "--kind", "human", "--reports-to", "dee")
    done = acme("undo", commit, "--yes", code=2)
    assert 'reports_to "dee" is not a seat' in done.err


def test_an_import_that_changed_seats_sets_them_back(acme: Shell) -> None:
    import_people(acme)
    before = acme.git("rev-parse", "HEAD^{tree}").out
    acme.write("people.csv", PEOPLE.replace("Analyst,1", "Senior Analyst,1") + "6,Eve,Clerk,1,,\n")
    acme("import", "people.csv")
    acme("undo", "--yes")
    assert acme.git("rev-parse", "HEAD^{tree}").out == before
    assert acme("audit", "verify", "--json").json["verdict"] == "intact"


def test_a_seat_that_was_in_force_in_between_keeps_the_import(acme: Shell) -> None:
    """What its file says is what the import wrote, but the audit knows each version of it."""
    commit = import_people(acme)
    acme("seat", "set", "dee", "status=active")
    acme.git("revert", "--no-edit", "HEAD")
    before = acme.head()
    done = acme("undo", commit, "--yes", code=2)
    assert "dee was more than a proposal since, so it is retired, not removed: orgtp retire dee" in done.err
    assert acme.head() == before
    acme("audit", "verify")


def test_the_undo_of_an_import_says_how_to_have_it_again(acme: Shell) -> None:
    import_people(acme)
    acme("undo", "--yes")
    done = acme("undo", acme.head(), "--yes", code=2)
    assert "it removed 5 proposed seats. To have them again, import them: orgtp import PATH" in done.err


def test_a_seat_that_was_in_force_may_not_be_removed(acme: Shell) -> None:
    """Somebody makes it proposed again first, by hand: the audit looks at each version of the file."""
    import_people(acme)
    acme("seat", "set", "dee", "status=active", code=None)
    acme("seat", "set", "dee", "status=proposed", code=None)
    acme.git("rm", "-q", "seats/dee.yaml")
    acme.git("commit", "-qm", "Gone")
    found = acme("audit", "verify", "--json", code=1).json["violations"]
    assert [(one["rule"], one["path"]) for one in found] == [("seat-deleted", "seats/dee.yaml")]


def test_a_proposed_seat_that_was_not_imported_may_not_be_removed(acme: Shell) -> None:
    acme(
        "seat",
        "add",
        "x",
        "--name",
        "X",
        "--role",
        "R",
        "--kind",
        "human",
        "--reports-to",
        "ada",
        "--status",
        "proposed",
    )
    acme.git("rm", "-q", "seats/x.yaml")
    acme.git("commit", "-qm", "Gone")
    assert acme("audit", "verify", "--json", code=1).json["violations"][0]["rule"] == "seat-deleted"
    found = acme("validate", "--base", "HEAD~1", "--format", "json", code=1).json["problems"]
    assert "seat-deleted" in [one["rule"] for one in found]
