"""Beginning: what `--version` imports, `init`, the sample with its history, and the guided tour."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from orgtp import __version__
from tests.conftest import NOW, SCRIPT, Shell

ZONE = ZoneInfo("America/New_York")
MOMENTS = (
    "2026-11-16T06:00:00-05:00",  # a Monday before anything happened
    "2026-11-21T12:00:00-05:00",  # a Saturday
    "2027-01-01T12:00:00-05:00",
    "2026-03-09T09:00:00-04:00",  # the day after the clocks went forward
    "2026-11-02T09:00:00-05:00",  # the day after they went back
)
HEAVY = {"rich", "jsonschema", "git", "mcp", "yaml", "httpx", "sqlalchemy", "apprise", "jinja2", "pydantic"}


def run_and_list_modules(here: Shell, *words: str) -> tuple[str, set[str]]:
    """What `orgtp WORDS` prints, and the packages that it imports."""
    code = (
        "import sys; from orgtp.cli.main import run_command_line as run; code = run(sys.argv[1:]); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, cwd=here.folder, env=here.env(), capture_output=True, text=True, check=True)
    return done.stdout, set(done.stderr.split())


def test_version_imports_nothing_heavy(shell: Shell) -> None:
    said, modules = run_and_list_modules(shell, "--version")
    assert said == f"orgtp {__version__}\n"
    assert "typer" in modules
    assert not HEAVY & modules


def test_validating_an_org_in_order_imports_the_reader_of_yaml_alone(shell: Shell) -> None:
    """In a plain folder, where git is not asked, and with nothing to explain."""
    shell.write("org.yaml", "org: acme\ntimezone: UTC\n")
    said, modules = run_and_list_modules(shell, "validate", "--json")
    assert json.loads(said)["problems"] == []
    assert HEAVY & modules == {"yaml"}


def test_version_of_the_installed_script(shell: Shell) -> None:
    ran = shell("--version")
    assert (ran.out, ran.err) == (f"orgtp {__version__}\n", "")


def test_no_command_says_what_there_is(shell: Shell) -> None:
    ran = shell(code=None)
    assert ran.code == 2
    for name in ("init", "demo", "validate", "chart", "scorecard", "log", "retire", "seat", "score", "schema"):
        assert name in ran.out + ran.err


def _tracked(here: Shell) -> list[str]:
    return here.git("ls-files").out.splitlines()


def test_init_makes_a_clean_repository(shell: Shell) -> None:
    ran = shell("init", "acme", "--name", "Acme Inc", "--timezone", "Europe/Berlin")
    here = shell.at(shell.folder / "acme")
    assert ran.out == "Created org acme-inc in ./acme.\n"
    assert here.git("status", "--porcelain").out == ""
    assert here.git("symbolic-ref", "HEAD").out == "refs/heads/main\n"
    assert here("validate", "--json").json["summary"] == {"errors": 0, "warnings": 0, "notices": 0, "seats": 0}
    assert here("chart", "--json").json["org"] == "acme-inc"
    assert "timezone: Europe/Berlin" in here.read("org.yaml")
    assert "scores/** -text merge=union" in here.read(".gitattributes")
    assert ".github/workflows/orgtp.yml" in _tracked(here)
    assert here.git("check-attr", "merge", "scores/a/2026-11.jsonl").out.endswith("merge: union\n")
    assert here.git("check-attr", "merge", "seats/a.yaml").out.endswith("merge: unspecified\n")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Sneeze It", "sneeze-it"),
        ("  Ünïcode & Söhne  ", "n-code-s-hne"),
        ("42", "org-42"),
        ("日本", "org"),
        ("x" * 80, "x" * 63),
    ],
)
def test_name_becomes_an_id(shell: Shell, name: str, made: str) -> None:
    ran = shell("init", "here", "--name", name, "--json")
    assert ran.json["org"] == made
    assert shell.at(shell.folder / "here")("validate", "--json").json["summary"]["errors"] == 0


def test_a_name_with_quotes_stays_whole(shell: Shell) -> None:
    shell("init", "here", "--name", 'The "Best": a # org')
    assert 'The "Best": a # org' in shell("chart", "--org", "here").out + shell.read("here/org.yaml").replace("\\", "")


def test_init_in_a_repository_with_commits_keeps_them(shell: Shell) -> None:
    shell.git("init", "-qb", "trunk", "there")
    here = shell.at(shell.folder / "there")
    here.write("code.py", "print(1)\n")
    here.git("add", ".")
    here.git("commit", "-qm", "Before")
    here.write("code.py", "print(2)\n")
    here.write("notes.txt", "mine\n")
    before = here.head()
    here("init", ".")
    assert here.git("rev-parse", "HEAD^").out.strip() == before
    assert here.git("status", "--porcelain").out == " M code.py\n?? notes.txt\n"
    assert here.git("symbolic-ref", "HEAD").out == "refs/heads/trunk\n"


def test_an_org_begun_on_another_branch_can_be_changed(shell: Shell) -> None:
    shell.git("init", "-qb", "trunk", "there")
    here = shell.at(shell.folder / "there")
    here.git("commit", "--allow-empty", "-qm", "Before")
    here("init", ".")
    here("seat", "add", "ada", "--role", "Founder", "--kind", "human")
    assert [seat["seat"] for seat in here("chart", "--json").json["seats"]] == ["ada"]


def test_init_refuses_a_folder_with_files(shell: Shell) -> None:
    shell.write("full/mine.txt", "x")
    ran = shell("init", "full", code=2)
    assert f"git -C {shell.folder / 'full'} init" in ran.err
    assert [path.name for path in (shell.folder / "full").iterdir()] == ["mine.txt"]


def test_init_refuses_an_org(acme: Shell) -> None:
    before = acme.head()
    ran = acme("init", ".", code=2)
    assert "acme is already an org" in ran.err
    assert "orgtp --org" in ran.err
    assert acme.head() == before


def test_init_refuses_to_overwrite(shell: Shell) -> None:
    shell.git("init", "-q", "there")
    shell.write("there/.gitattributes", "mine\n")
    ran = shell("init", "there", code=2)
    assert ".gitattributes already exists, and nothing is overwritten" in ran.err
    assert shell.read("there/.gitattributes") == "mine\n"
    assert not (shell.folder / "there/org.yaml").exists()


def test_init_dry_run_writes_nothing(shell: Shell) -> None:
    ran = shell("init", "acme", "--dry-run")
    assert "org.yaml" in ran.out.splitlines()
    assert not (shell.folder / "acme").exists()
    again = shell("init", "acme", "--dry-run", "--json").json
    assert (again["commit"], again["dry_run"]) == (None, True)
    assert again["paths"] == ran.out.splitlines()


def test_init_json(shell: Shell) -> None:
    data = shell("init", "acme", "--json").json
    here = shell.at(shell.folder / "acme")
    assert data | {"paths": []} == {
        "orgtp": 1,
        "kind": "init",
        "org": "acme",
        "revision": here.head(),
        "dirty": False,
        "problems_total": 0,
        "commit": here.head(),
        "paths": [],
        "outbox": False,
        "dry_run": False,
    }
    assert data["paths"] == _tracked(here)


def test_init_refuses_a_zone_that_is_none(shell: Shell) -> None:
    ran = shell("init", "acme", "--timezone", "Mars/Olympus", code=2)
    assert '"Mars/Olympus" is not a time zone' in ran.err
    assert not (shell.folder / "acme").exists()


def test_init_works_without_any_identity(shell: Shell) -> None:
    (shell.home / ".gitconfig").write_text("", encoding="utf-8")
    shell("init", "acme")
    here = shell.at(shell.folder / "acme")
    assert here.git("log", "-1", "--format=%an <%ae>").out == "orgtp <orgtp@init.invalid>\n"
    ran = here("seat", "add", "ada", "--role", "Founder", "--kind", "human", code=2)
    assert "git config --global user.name" in ran.err


def _pointed_at(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Each YAML file of an org, and the schema file that its first line names."""
    for path in [folder / "org.yaml", *folder.glob("seats/*.yaml"), *folder.glob("retirements/*.yaml")]:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        start = "# yaml-language-server: $schema="
        assert first.startswith(start), path
        yield path, (path.parent / first.removeprefix(start)).resolve()


def test_each_file_points_at_a_schema_that_is_there(sample: Shell) -> None:
    sample("seat", "add", "new", "--role", "R", "--kind", "agent", "--owner", "david", "--reports-to", "david")
    found = list(_pointed_at(sample.folder))
    assert {path.parent.name for path, _ in found} >= {"seats", "retirements"}
    for path, schema in found:
        kind = {"seats": "seat", "retirements": "retirement"}.get(path.parent.name, "org")
        assert schema.name == f"{kind}.schema.json"
        assert json.loads(schema.read_text(encoding="utf-8")) == sample("schema", kind).json


def test_sample_is_whole(sample: Shell) -> None:
    assert int(sample.git("rev-list", "--count", "HEAD").out) > 20
    assert "error" not in sample.git("fsck", "--strict", "--full").err
    assert sample.git("status", "--porcelain").out == ""
    ran = sample("validate", "--json").json
    assert ran["problems"] == []
    assert ran["summary"]["seats"] == 13


def _dates(here: Shell) -> list[tuple[datetime, datetime]]:
    rows = here.git("log", "--reverse", "--format=%aI %cI").out.split()
    moments = [datetime.fromisoformat(row) for row in rows]
    return list(zip(moments[::2], moments[1::2], strict=True))


@pytest.mark.parametrize("moment", MOMENTS)
def test_sample_ends_in_the_current_week(shell: Shell, moment: str) -> None:
    """Whatever the day, the thirteen weeks end with the current one, and nothing lies in the future."""
    shell("init", "--sample", "s", ORGTP_NOW=moment)
    here, now = shell.at(shell.folder / "s"), datetime.fromisoformat(moment).astimezone(ZONE)
    dates = _dates(here)
    assert dates == sorted(dates)
    assert all(author == commit <= now for author, commit in dates)
    assert len(dates) > 20
    assert here.git("status", "--porcelain").out == ""
    assert here("validate", "--json", ORGTP_NOW=moment).json["problems"] == []
    card = here("scorecard", "--json", ORGTP_NOW=moment).json
    year, week, _ = now.isocalendar()
    assert card["columns"][-1] == f"{year}-W{week:02}"
    assert (now - dates[0][0]).days < 13 * 7
    assert all(any(cell["state"] == "on" for cell in row["cells"][:-1]) for row in card["rows"])


def test_the_same_moment_gives_the_same_commits(shell: Shell, sample_made: Path) -> None:
    shell("init", "--sample", "again", ORGTP_NOW=NOW)
    assert shell.at(shell.folder / "again").head() == shell.at(sample_made).head()


def test_sample_has_its_story(sample: Shell) -> None:
    rows = {(row["seat"], row["metric"]): row for row in sample("scorecard", "--json").json["rows"]}
    broken = [cell for cell in rows["penny", "days-to-pay"]["cells"] if cell["state"] == "unavailable"]
    assert len(broken) == 4
    assert all(cell["value"] is None and "401" in cell["note"] for cell in broken)
    corrected = [line for line in sample("score", "list", "--json").json["scores"] if line["corrected"]]
    assert [(line["seat"], line["metric"], line["value"]) for line in corrected] == [
        ("janine", "overdue-balance", "18400")
    ]
    assert rows["radar", "briefing-by-8"]["on_target"] == 11
    assert [cell["state"] for cell in rows["jeff", "invoices-reconciled"]["cells"]][-4:] == ["off"] * 4


def test_sample_is_as_the_issue_says(sample: Shell) -> None:
    seats = {seat["seat"]: seat for seat in sample("chart", "--json").json["seats"]}
    assert {"david", "bogdan", "janine", "kristen", "radar", "tally", "dash", "crystal", "jeff"} < set(seats)
    assert seats["jeff"]["status"] == "active"
    assert list(seats["jeff"]["capabilities"]) == ["ad-pacing-monitoring", "project-reconciliation"]
    assert [metric["name"] for metric in seats["radar"]["metrics"]] == [
        "Briefing delivered before 8 AM",
        "Stale data flagged within one hour",
        "Escalations routed to the right seat by end of day",
    ]
    assert [metric["name"] for metric in seats["dash"]["metrics"]] == [
        "Anomalies flagged before market open",
        "Client spend variance surfaced before the weekly call",
    ]


def test_demo_shows_each_command_before_its_output(shell: Shell) -> None:
    ran = shell("demo", "tour")
    lines = ran.out.splitlines()
    asked = [line.removeprefix("$ orgtp ").split()[0] for line in lines if line.startswith("$ orgtp ")]
    assert asked == [
        "init", "validate", "chart", "score", "scorecard", "health", "why", "review", "retire", "chart", "log",
    ]  # fmt: skip
    assert lines[-4] == str(shell.folder / "tour")
    here = shell.at(shell.folder / "tour")
    assert here.git("status", "--porcelain").out == ""
    assert here("validate", "--json").json["summary"]["errors"] == 0
    assert "status: retired" in here.read("seats/jeff.yaml")
    # The last line works as it stands.
    shell(*shlex.split(lines[-1])[1:])
    assert (shell.folder / "tour-pages" / "index.html").is_file()
    assert f"{shell.folder}/tour-pages/index.html" in lines[-2]


def test_demo_without_a_folder_makes_one_on_any_day(shell: Shell) -> None:
    ran = shell("demo", ORGTP_NOW="2026-11-15T23:00:00-05:00")
    folder = Path(ran.out.splitlines()[-4])
    assert folder.is_relative_to(shell.home)
    assert (folder / "retirements/jeff.yaml").is_file()


@pytest.mark.parametrize(("closed", "code", "told"), [(">&-", 2, "standard output is closed"), ("2>&-", 2, "")])
def test_a_stream_that_is_closed(shell: Shell, closed: str, code: int, told: str) -> None:
    """Nothing is said where it would go nowhere, and nothing is a bug."""
    ran = subprocess.run(
        ["sh", "-c", f'"{SCRIPT}" chart {closed}'],
        cwd=shell.folder,
        env=shell.env(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (code, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr
