"""`orgtp source list|test|add`, as they are typed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from orgtp.sources.config import parse_sources
from orgtp.sources.kind import EXTRA, Kind
from orgtp.sources.kinds.http import Http
from orgtp.sources.kinds.sql import Sql, name_driver_package
from tests.conftest import ROOT, Shell
from tests.sources.places import TOKEN, install_kinds

SOURCES = """\
# Mine.
ad-anomalies: {command: [echo, 96.5]}   # by hand
closed: {file: {path: closed.csv, column: closed, rollup: sum}}
broken: {comand: [date]}
"""


@dataclass(frozen=True)
class Desk(Shell):
    """A folder of a machine, outside of the org that it collects for."""

    org: Path = Path()

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The same, with where the org is."""
        return super().env({"ORGTP_ORG": str(self.org), **(more or {})})

    def head(self) -> str:
        """The org's commit."""
        return Shell(self.org, self.home).head()


@pytest.fixture
def desk(acme: Shell) -> Shell:
    """A machine of Acme's, three of whose metrics have sources, two of them one that this machine knows."""
    text = acme.read("seats/bot.yaml")
    for metric, source in (("percent", "ad-anomalies"), ("clock", "ad-anomalies"), ("span", "elsewhere")):
        text = text.replace(f"name: {metric}, ", f"name: {metric}, source: {source}, ")
    acme.write("seats/bot.yaml", text)
    here = Desk(acme.folder.parent / "machine", acme.home, acme.folder)
    here.write("sources.yaml", SOURCES.replace("96.5", '"96.5"'))
    here.write("closed.csv", "closed\n3\n4\n")
    return here


def test_list_says_what_is_named_and_what_is_known(desk: Shell) -> None:
    ran = desk("source", "list", "--sources", "sources.yaml", code=1)
    assert [re.split("  +", line) for line in ran.out.splitlines()] == [
        ["ad-anomalies", "command", "bot/clock, bot/percent"],
        ["broken", "no kind (wrong)", "no metric names it"],
        ["closed", "file", "no metric names it"],
        ["elsewhere", "not known here", "bot/span"],
    ]
    assert "no metric uses broken yet. Connect one with: orgtp metric set SEAT METRIC source=broken\n" in ran.err
    assert f"{desk.folder}/sources.yaml:4:10: " in ran.err
    assert 'Did you mean "command"?' in ran.err


def test_list_says_what_may_be_meant(desk: Shell) -> None:
    desk.write("sources.yaml", "elsewhere-2: {command: [date]}\n")
    ran = desk("source", "list", "--sources", "sources.yaml")
    assert 'not known here. Did you mean "elsewhere-2"?' in ran.out
    rows = desk("source", "list", "--sources", "sources.yaml", "--json").json["sources"]
    assert [(row["source"], row["near"]) for row in rows][1:] == [("elsewhere", "elsewhere-2"), ("elsewhere-2", None)]


def test_list_as_json(desk: Shell) -> None:
    found = desk("source", "list", "--sources", "sources.yaml", "--json", code=1).json
    assert (found["kind"], found["org"]) == ("sources", "acme")
    assert found["file"] == str(desk.folder / "sources.yaml")
    assert [(row["source"], row["kind"], bool(row["wrong"])) for row in found["sources"]] == [
        ("ad-anomalies", "command", False),
        ("broken", None, True),
        ("closed", "file", False),
        ("elsewhere", None, False),
    ]
    assert found["sources"][3]["metrics"] == [{"seat": "bot", "metric": "span", "name": "span"}]
    assert [problem["line"] for problem in found["problems"]] == [4]


def test_list_without_a_file_says_how_to_begin(desk: Shell) -> None:
    ran = desk("source", "list")
    assert "not known here" in ran.out
    assert f"{desk.home}/.config/orgtp/sources.yaml" in ran.err
    assert "orgtp source add" in ran.err


def test_test_says_how_the_value_reads_against_each_metric(desk: Shell) -> None:
    ran = desk("source", "test", "ad-anomalies", ORGTP_SOURCES="sources.yaml", code=1)
    head, clock, percent = ran.out.splitlines()
    assert head.startswith("96.5  in ")
    later = "after the midnight that ends the day: 24:15, up to 47:59."
    assert clock == f'  bot/clock    ✗ "96.5" is not a time of day. Accepted: 07:52, 7:52am, 19:05; {later}'
    assert percent == "  bot/percent  ✓ 96.5% (stored as 96.5)"
    found = desk("source", "test", "ad-anomalies", "--sources", "sources.yaml", "--json", code=1).json
    assert (found["kind"], found["value"], found["why"], found["tries"]) == ("source-test", "96.5", None, 1)
    assert [(row["metric"], row["stored"]) for row in found["readings"]] == [("clock", None), ("percent", "96.5")]


def test_test_of_a_source_that_nothing_is_wrong_with(desk: Shell) -> None:
    before = desk.head()
    ran = desk("source", "test", "closed", "--sources", "sources.yaml")
    assert ran.out.startswith("7  in ")
    assert ran.err == "no metric uses closed yet. Connect one with: orgtp metric set SEAT METRIC source=closed\n"
    assert desk.head() == before


def test_test_of_a_wrong_or_unknown_source(desk: Shell) -> None:
    ran = desk("source", "test", "broken", "--sources", "sources.yaml", code=1)
    assert ran.out == ""
    assert 'broken has no value: the sources file, line 4: "comand" is not an installed kind' in ran.err
    assert desk("source", "test", "broken", "--sources", "sources.yaml", "--json", code=1).json["value"] is None
    assert 'Did you mean "closed"?' in desk("source", "test", "closd", "--sources", "sources.yaml", code=2).err
    assert "orgtp source add elsewhere" in desk("source", "test", "elsewhere", code=2).err


def test_test_needs_no_org(shell: Shell) -> None:
    shell.write("s.yaml", "five: {command: [echo, '5']}\n")
    assert shell("source", "test", "five", "--sources", "s.yaml").out.startswith("5  in ")
    assert shell("source", "test", "five", "--sources", "s.yaml", "--json").json["org"] == ""
    assert "no org" in shell("source", "test", "five", "--sources", "s.yaml", "--org", ".", code=2).err


def test_add_writes_the_machines_own_file_for_nobody_elses_eyes(desk: Shell) -> None:
    ran = desk("source", "add", "stock", "--command", "echo '5 %'", "--timeout", "1m", "--retries", "0")
    path = desk.home / ".config" / "orgtp" / "sources.yaml"
    assert ran.out == f"Added stock to {path}.\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    read = parse_sources(path, path.read_bytes())
    assert read.problems == ()
    source = read.named["stock"]
    assert (source.settings, source.timeout.seconds, source.retries) == ({"argv": ["echo", "5 %"]}, 60, 0)
    assert desk("source", "test", "stock").out.startswith("5 %  in ")


def test_add_keeps_what_is_there(desk: Shell) -> None:
    Path(desk.folder / "sources.yaml").chmod(0o644)
    before = desk.read("sources.yaml")
    words = ("--http", "https://example.com/m.json", "--header", "Authorization=env:TOKEN", "--pointer", "/radar")
    dry = desk("source", "add", "flags", *words, "--sources", "sources.yaml", "--dry-run")
    assert desk.read("sources.yaml") == before
    desk("source", "add", "flags", *words, "--sources", "sources.yaml", TOKEN=TOKEN)
    after = desk.read("sources.yaml")
    assert after == dry.out
    assert after.startswith(before)
    assert after.removeprefix(before) == (
        "flags:\n  http:\n    url: https://example.com/m.json\n    headers:\n      Authorization: env:TOKEN\n"
        "    pointer: /radar\n"
    )
    assert (desk.folder / "sources.yaml").stat().st_mode & 0o777 == 0o600


def test_add_a_query_and_a_file(desk: Shell) -> None:
    desk("source", "add", "unpaid", "--sql", "env:BOOKS_URL", "select 1", "--sources", "new.yaml")
    words = ("--file", "closed.csv", "--format", "csv", "--rollup", "count", "--max-age", "1d")
    assert (
        "orgtp source test rows --sources new.yaml\n"
        in desk("source", "add", "rows", *words, "--sources", "new.yaml").err
    )
    desk("source", "add", "posted", "--http", "https://example.com/", "--body", "env:QUERY", "--sources", "new.yaml")
    read = parse_sources(desk.folder / "new.yaml", desk.read("new.yaml").encode())
    assert read.named["posted"].settings == {"url": "https://example.com/", "method": "POST", "body": "env:QUERY"}
    assert read.named["unpaid"].settings == {"url": "env:BOOKS_URL", "query": "select 1"}
    rows = {"path": str(desk.folder / "closed.csv"), "rollup": "count", "format": "csv", "max_age": "1d"}
    assert read.named["rows"].settings == rows
    assert desk("source", "test", "rows", "--sources", "new.yaml").out.startswith("2  in ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["closed", "--command", "date"], 'already has a source "closed"'),
        (["one"], "--command, --sql, --http, --file and --record"),
        (
            ["one", "--command", "date", "--http", "https://example.com"],
            "--command, --sql, --http, --file and --record",
        ),
        (["one", "--command", "date 'x"], "cannot split --command into words"),
        (["one", "--sql", "sqlite:///a.db"], "See: orgtp source add --help"),
        (["one", "--command", "date", "--pointer", "/a"], "--pointer applies to --http and --file, not to --command"),
        (["one", "--http", "https://example.com", "--max-age", "1d"], "--max-age applies to --file"),
        (["one", "--file", "a.csv", "--header", "A=b"], "--header applies to --http"),
        (["one", "--file", "a.csv", "--rollup", "count", "--max-age", "a day"], '--max-age "a day" is not a duration'),
        (["one", "--file", "log", "--rollup", "count"], "Use --format csv, json or jsonl"),
        (["one", "--command", "date", "--retries", "-1"], "-1 is not in the range 0<=x<=10"),
        (["one", "--http", "https://example.com", "--header", "Authorization=Bearer env:T"], "Authorization=env:NAME"),
        (["one", "--http", "https://example.com", "--header", "x-token=hush"], "use --header x-token=env:NAME"),
        (["one", "--sql", "/srv/books.db", "select 1"], "Write it as sqlite:////home/ada/books.db"),
        (["One", "--command", "date"], 'Did you mean "one"?'),
        (["one", "--command", "date", "--timeout", "soon"], "is not a duration"),
        (["one", "--http", "https://ada:hush@example.com"], "use --http env:METRICS_URL"),
        (["one", "--http", "https://example.com", "--header", "hush"], "is not NAME=VALUE"),
        (["one", "--command", "date", "--body", "{}"], "--body applies to --http, not to --command"),
        (["one", "--http", "https://example.com", "--column", "a"], "--column applies to --file"),
        (["one", "--sql", "postgresql://ada:hush@db/x", "select 1"], "use --sql env:BOOKS_URL"),
        (["one", "--file", "a.csv"], "Use --column NAME, or --rollup count"),
    ],
)
def test_add_refuses_what_would_not_work_and_writes_nothing(desk: Shell, words: list[str], said: str) -> None:
    before = desk.read("sources.yaml")
    ran = desk("source", "add", *words, "--sources", "sources.yaml", code=2)
    assert said in ran.err
    assert "hush" not in ran.err
    assert desk.read("sources.yaml") == before


def test_add_says_what_would_be_found_out_by_trying_only(desk: Shell) -> None:
    (desk.home / "bin").mkdir()
    desk.write("../../home/bin/x.sh", "echo 5\n")
    folder = f"{desk.home}/.config/orgtp"
    ran = desk("source", "add", "one", "--command", "sh bin/x.sh | tail -1")
    assert f"bin/x.sh is relative to {folder}, the folder of the sources file\n" in ran.err
    assert "note: It runs without a shell, so | is a plain argument. To use a shell, write: sh -c '…'\n" in ran.err
    ran = desk("source", "add", "two", "--sql", "sqlite:///books.db", "select 1")
    assert f"books.db is relative to {folder}" in ran.err
    ran = desk("source", "add", "three", "--command", "sh ~/bin/x.sh")
    assert ran.err == "test it with: orgtp source test three\n"
    assert desk("source", "test", "three").out.startswith("5  in ")


def test_what_is_not_installed_is_said_with_what_installs_it() -> None:
    class Lacking(Kind):
        needs: ClassVar[Mapping[str, str]] = {"json": "nothing", "no_such_module": EXTRA}

    assert Lacking().lacks == "no_such_module is not installed. Install it: pip install 'orgtp[sources]'"
    assert Http().lacks == Sql().lacks == ""
    assert name_driver_package("psycopg2", "postgresql://db/books") == "'psycopg[binary]'"
    assert name_driver_package("pymssql", "mssql+pymssql://db/x") == "pymssql"


@pytest.mark.parametrize(
    ("before", "said"), [("a: [\n", "sources.yaml:"), ("{}\n", "by hand"), ("x-a: 1\n", "by hand")]
)
def test_add_to_a_file_that_is_odd_leaves_it(desk: Shell, before: str, said: str) -> None:
    desk.write("sources.yaml", before)
    assert said in desk("source", "add", "one", "--command", "date", "--sources", "sources.yaml", code=2).err
    assert desk.read("sources.yaml") == before


def test_add_to_a_file_with_nothing_but_comments(desk: Shell) -> None:
    desk.write("sources.yaml", "# Mine.\n")
    desk("source", "add", "one", "--command", "date", "--sources", "sources.yaml")
    assert desk.read("sources.yaml") == "# Mine.\none:\n  command: [date]\n"


def blocks(language: str) -> list[str]:
    """The examples of docs/sources.md in one language."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_the_example_of_the_page_is_a_good_file() -> None:
    read = parse_sources(Path("/sources.yaml"), blocks("yaml")[1].encode())
    assert read.problems == ()
    assert {source.kind for source in read.named.values()} == {"command", "file", "http", "record", "sql"}


def test_a_kind_of_a_distribution_that_is_installed(shell: Shell) -> None:
    points = tomllib.loads(blocks("toml")[0])["project"]["entry-points"]["orgtp.sources"]
    info = shell.folder / "site" / "shelf_stock-1.0.dist-info"
    info.mkdir(parents=True)
    shell.write("site/shelf_stock.py", blocks("python")[0])
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shelf-stock\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[orgtp.sources]\nstock = {points['stock']}\n", encoding="utf-8")
    shell.write("s.yaml", "a: {stock: A7}\nb: {stock: {shelf: B1, token: x}}\nc: {stock: {shelve: B1}}\n")
    site = str(shell.folder / "site")
    assert shell("source", "test", "a", "--sources", "s.yaml", PYTHONPATH=site).out.startswith("12  in ")
    assert "there is no shelf B1" in shell("source", "test", "b", "--sources", "s.yaml", PYTHONPATH=site, code=1).err
    assert 'Did you mean "shelf"?' in shell("source", "test", "c", "--sources", "s.yaml", PYTHONPATH=site, code=1).err
    assert '"stock" is not an installed kind' in shell("source", "test", "a", "--sources", "s.yaml", code=1).err


SHELF = """\
from orgtp.sources.kind import Form, Key, Kind


class Shelf(Kind):
    keys = {"shelf": Key(required=True), "parts": Key(Form.LIST), "labels": Key(Form.TEXTS), "token": Key(secret=True)}

    def ask(self, settings):
        return str(len(settings["parts"]))
"""


@pytest.fixture
def shelved(shell: Shell) -> Shell:
    """A shell beside an installed kind of source, `shelf`."""
    info = shell.folder / "site" / "shelf-1.0.dist-info"
    info.mkdir(parents=True)
    shell.write("site/shelf_kind.py", SHELF)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shelf\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[orgtp.sources]\nshelf = shelf_kind:Shelf\n", encoding="utf-8")
    return shell


def test_add_a_source_of_an_installed_kind(shelved: Shell) -> None:
    site = str(shelved.folder / "site")
    settings = ("shelf=A7", "parts=flour", "labels.floor=2", "labels.room=east = left", "token=env:SHELF_TOKEN")
    words = [word for setting in settings for word in ("--set", setting)]
    shelved(
        "source", "add", "stock", "--kind", "shelf", *words, "--timeout", "5s", "--sources", "s.yaml", PYTHONPATH=site
    )
    text = shelved.read("s.yaml")
    for line in (
        "shelf: A7",
        "parts: [flour]",
        'floor: "2"',
        "room: east = left",
        "token: env:SHELF_TOKEN",
        "timeout: 5s",
    ):
        assert line in text.replace("'", '"'), text
    env = {"PYTHONPATH": site, "SHELF_TOKEN": "x"}
    assert shelved("source", "test", "stock", "--sources", "s.yaml", code=0, **env).out.startswith("1  in ")
    # A list of more than one, in the order given.
    more = ("--set", "shelf=B", "--set", "parts=b", "--set", "parts=a")
    shelved("source", "add", "two", "--kind", "shelf", *more, "--sources", "s.yaml", PYTHONPATH=site)
    assert parse_order(shelved.read("s.yaml")) == ["flour", "b", "a"]


def parse_order(text: str) -> list[str]:
    return re.findall(r"(?:- |\[|, )(flour|a|b)\b", text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "shlef"), 'is not an installed kind of source. Did you mean "shelf"?'),
        (("--kind", "shelf", "--set", "shelve=A"), 'is not a setting of shelf. Did you mean "shelf"?'),
        (("--kind", "shelf", "--set", "shelf"), "is not a setting"),
        (("--kind", "shelf", "--set", "shelf=A", "--set", "shelf=B"), "Write it as shelf=VALUE, once"),
        (("--kind", "shelf", "--set", "labels=A"), "Write it as labels.NAME=VALUE"),
        (("--kind", "shelf", "--set", "token=s3cret"), "token is a secret. Name where it is: --set token=env:VARIABLE"),
        (("--kind", "shelf", "--set", "parts=a"), "shelf"),
        (
            ("--kind", "shelf", "--command", "echo 1"),
            "give one of --command, --sql, --http, --file and --record, or --kind",
        ),
        (("--command", "echo 1", "--set", "a=b"), "--set applies to --kind"),
        (("--kind", "shelf", "--set", "shelf=A", "--pointer", "/a"), "not to --kind shelf"),
        ((), "give one of --command, --sql, --http, --file and --record, or --kind"),
    ],
)
def test_add_refuses_what_the_kind_does_not_take(shelved: Shell, words: tuple[str, ...], said: str) -> None:
    site = str(shelved.folder / "site")
    ran = shelved("source", "add", "stock", *words, "--sources", "s.yaml", code=2, PYTHONPATH=site)
    assert said in ran.err
    assert "s3cret" not in ran.err + ran.out
    assert not (shelved.folder / "s.yaml").exists()


def test_nobody_takes_the_name_of_one_of_our_kinds(shell: Shell) -> None:
    install_kinds(shell.folder / "site")
    shell.write("s.yaml", "a: {command: [echo, '5']}\n")
    ran = shell("source", "test", "a", "--sources", "s.yaml", PYTHONPATH=str(shell.folder / "site"))
    assert ran.out.startswith("5  in ")
