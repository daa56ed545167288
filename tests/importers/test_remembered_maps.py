"""The command import remembers the `--map` of a table on the machine, and forgets one that is not needed any more."""

from __future__ import annotations

from tests.conftest import Shell

PEOPLE = "ID,Worker,Role,Manager,Supervisor\n7,Gwen Ito,Lead,ada,\n8,Hal Roy,Designer,7,7\n"
MAPS = ("--map", "name=Worker", "--map", "parent=Manager")


def read_settings(shell: Shell) -> str:
    return (shell.home / ".config" / "orgtp" / "imports.yaml").read_text(encoding="utf-8")


def test_the_next_import_of_the_source_needs_no_map(acme: Shell) -> None:
    acme.write("people-2026-10.csv", PEOPLE)
    acme("import", "people-2026-10.csv", "--by", "ada", code=2)
    acme("import", "people-2026-10.csv", "--by", "ada", *MAPS)
    assert read_settings(acme).endswith("people:\n  name: Worker\n  parent: Manager\n")
    acme.write("people-2026-11.csv", PEOPLE + "9,Ina Sol,Designer,8,8\n")
    acme("import", "people-2026-11.csv", "--by", "ada")
    assert acme("seat", "show", "ina-sol", "--json").json["seat"]["reports_to"] == "hal-roy"


def test_a_dry_run_and_a_refused_import_remember_nothing(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    acme("import", "people.csv", "--by", "ada", *MAPS, "--dry-run")
    acme.write("people.csv", PEOPLE + "8,Bad,,,\n")
    acme("import", "people.csv", "--by", "ada", *MAPS, code=1)
    assert not (acme.home / ".config" / "orgtp").exists()


def test_a_blank_column_takes_a_map_away(acme: Shell) -> None:
    acme.write("people.csv", PEOPLE)
    acme("import", "people.csv", "--by", "ada", *MAPS)
    acme.write("people.csv", "ID,Name,Worker,Role,Manager\n7,Gwen Ito,Someone,Lead,ada\n")
    acme("import", "people.csv", "--by", "ada", "--map", "name=")
    assert read_settings(acme).endswith("people:\n  parent: Manager\n")
    assert acme("seat", "show", "gwen-ito", "--json").json["seat"]["name"] == "Gwen Ito"
    assert "not remembered" not in acme("import", "people.csv", "--by", "ada", "--map", "parent=").err
    assert "people:" not in read_settings(acme)
    acme("import", "people.csv", "--by", "ada", "--map", "parent=Manager")
    assert read_settings(acme).endswith("people:\n  parent: Manager\n")


def test_the_options_of_an_error_work_in_a_shell(acme: Shell) -> None:
    acme.write("people.csv", 'ID,Name,"Role ""old""",Title,Manager\n7,Gwen Ito,Lead,Head,ada\n')
    acme("import", "people.csv", "--by", "ada", "--map", 'role=Role "old"')
    assert acme("seat", "show", "gwen-ito", "--json").json["seat"]["role"] == "Lead"
    acme("import", "people.csv", "--by", "ada", "--map", 'role="Title"')
    assert acme("seat", "show", "gwen-ito", "--json").json["seat"]["role"] == "Head"


def test_broken_settings_are_said_once_and_stop_nothing(acme: Shell) -> None:
    settings = acme.home / ".config" / "orgtp" / "imports.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("people: [\n", encoding="utf-8")
    acme.write("people.csv", PEOPLE)
    ran = acme("import", "people.csv", "--by", "ada", *MAPS)
    assert ran.err.count("No --map is remembered until it is corrected or deleted") == 1
    assert "gwen-ito" in acme("seat", "list").out
    assert settings.read_text(encoding="utf-8") == "people: [\n"
