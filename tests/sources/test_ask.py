"""One run: its limits, its retries, what becomes of processes, and where secrets go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from orgtp.sources.config import parse_sources, read_sources, sources_path
from orgtp.sources.kind import SourceFailed
from orgtp.sources.run import NOT_ASKED, ask_sources
from orgtp.sources.secrets import SecretRedactor, resolve_secrets
from orgtp.sources.value import check_value, format_raw_value
from tests.conftest import Shell


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_whole_has_a_limit_and_leaves_a_turn_to_each(tmp_path: Path) -> None:
    """Whatever time those that hang would take, what comes after them is asked."""
    hanging = "".join(f"hang-{n}: {{command: [sleep, '60'], timeout: 9999d}}\n" for n in range(2))
    sources = read_sources(written(tmp_path, f"{hanging}works: {{command: [echo, '5']}}\n"))
    begun = time.monotonic()
    said = ask_sources(sources.named.values(), jobs=2, within=timedelta(seconds=6))
    assert time.monotonic() - begun < 15
    assert [one.value for one in said] == [None, None, "5"]
    assert said[0].why.startswith("no answer ")


def test_who_was_not_asked_is_said(tmp_path: Path) -> None:
    said = ask_sources(
        read_sources(written(tmp_path, "a: {command: [echo, '5']}\n")).named.values(), within=timedelta(0)
    )
    assert [(one.value, one.why, one.tries) for one in said] == [(None, NOT_ASKED, 0)]


def test_pauses_grow(tmp_path: Path) -> None:
    """Half a second, a second, two: between the moments at which it was asked."""
    text = "a: {command: [sh, -c, 'date +%s.%N >> when; exit 1'], retries: 3}\n"
    ask_sources(read_sources(written(tmp_path, text)).named.values())
    when = [float(line) for line in (tmp_path / "when").read_text().split()]
    gaps = [after - before for before, after in pairwise(when)]
    assert all(gap >= least for gap, least in zip(gaps, (0.5, 1.0, 2.0), strict=True))


def test_a_source_that_works_has_its_turn_before_any_that_hangs_is_asked_again(tmp_path: Path) -> None:
    text = "a: {command: [sleep, '60'], timeout: 1s, retries: 1}\nb: {command: [echo, '5']}\n"
    told: list[str] = []
    said = ask_sources(
        read_sources(written(tmp_path, text)).named.values(),
        jobs=1,
        within=timedelta(seconds=60),
        on_result=lambda one: told.append(one.name),
    )
    assert told == ["b", "a"]
    assert said[1].value == "5"


def test_retries_are_counted_and_useless_ones_are_not_made(tmp_path: Path) -> None:
    text = (
        "twice: {command: [sh, -c, 'echo x >> twice; exit 1'], retries: 1}\n"
        "once: {command: [sh, -c, 'echo x >> once; echo pear'], retries: 3}\n"
        "third: {command: [sh, -c, 'echo x >> third; test $(wc -l < third) = 3 && echo 7'], retries: 2}\n"
    )
    once, third, twice = ask_sources(read_sources(written(tmp_path, text)).named.values())
    lines = {name: len((tmp_path / name).read_text().split()) for name in ("once", "twice", "third")}
    assert lines == {"once": 1, "twice": 2, "third": 3}
    assert [(one.tries, one.value) for one in (once, third, twice)] == [(1, None), (3, "7"), (2, None)]


def test_nothing_to_ask_is_no_trouble() -> None:
    assert ask_sources([]) == []


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(path: Path, many: int) -> list[int]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = path.read_text().split() if path.exists() else []
        if len(found) == many:
            return [int(pid) for pid in found]
        time.sleep(0.05)
    pytest.fail(f"{path} never had {many} lines")


def gone(many: list[int]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until and any(map(alive, many)):
        time.sleep(0.05)
    return not any(map(alive, many))


FAMILY = "sh -c 'echo $$ >> pids; trap \"\" TERM; while :; do sleep 1; done' & echo $$ >> pids; wait; sleep 60"


def test_children_that_ignore_being_asked_end_with_their_source(tmp_path: Path) -> None:
    (tmp_path / "family").write_text(FAMILY, encoding="utf-8")
    path = written(tmp_path, "hang: {command: [sh, family], timeout: 5s, retries: 0}\n")
    (said,) = ask_sources(read_sources(path).named.values())
    assert said.why == "no answer within 5s"
    assert gone(pids(tmp_path / "pids", 2))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_is_asked_ends_with_whoever_asks(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "family").write_text(FAMILY, encoding="utf-8")
    path = written(tmp_path, "hang: {command: [sh, family]}\n")
    code = "import sys, pathlib, orgtp.sources.run as a, orgtp.sources.config as f; "
    code += "a.ask_sources(f.read_sources(pathlib.Path(sys.argv[1])).named.values())"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.DEVNULL) as asking:
        family = pids(tmp_path / "pids", 2)
        begun = time.monotonic()
        asking.send_signal(how)
        asking.wait()
        assert time.monotonic() - begun < 5
    assert gone(family)


def test_a_source_prints_nothing_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, "loud: {command: [sh, -c, 'echo noise; echo worse >&2; echo 5']}\n")
    code = "import sys, pathlib, orgtp.sources.run as a, orgtp.sources.config as f; "
    code += "print(a.ask_sources(f.read_sources(pathlib.Path(sys.argv[1])).named.values())[0].value)"
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("5\n", "")


def test_settings_are_not_shown(tmp_path: Path) -> None:
    sources = read_sources(written(tmp_path, "a: {http: {url: 'https://example.com/', headers: {Key: hush-hush}}}\n"))
    assert "hush" not in f"{sources}"
    assert sources.named["a"].settings["headers"] == {"Key": "hush-hush"}


def test_the_place_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    for name in ("XDG_CONFIG_HOME", "ORGTP_SOURCES"):
        monkeypatch.delenv(name, raising=False)
    assert sources_path() == Path("/home/ada/.config/orgtp/sources.yaml")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/etc/ada")
    assert sources_path() == Path("/etc/ada/orgtp/sources.yaml")
    monkeypatch.setenv("ORGTP_SOURCES", "~/mine.yaml")
    assert sources_path() == Path("/home/ada/mine.yaml")
    assert sources_path(tmp_path / "that.yaml") == tmp_path / "that.yaml"


def test_no_file_is_no_source_and_no_problem(tmp_path: Path) -> None:
    read = read_sources(tmp_path / "none" / "sources.yaml")
    assert (read.named, read.problems) == ({}, ())


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "the file is empty"),
        (b"a: [", "1:"),
        (b"a: &x 1", "anchors"),
        (b"- a", "does not hold names of sources"),
        (b"a: \xff", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(raw: bytes, words: str) -> None:
    read = parse_sources(Path("/here/sources.yaml"), raw)
    (problem,) = read.problems
    assert words in f"{problem.place}: {problem.message}"
    assert read.named == {}


@pytest.mark.parametrize("line", ["a: {http: {url: x, body: 'hush}}", "a:\n  command: hush: [b]", "a:\n  x: 'hush' b"])
def test_a_file_that_is_no_yaml_is_told_without_what_is_in_it(line: str) -> None:
    read = parse_sources(Path("/here/sources.yaml"), f"{line}\n".encode())
    assert read.problems
    assert "hush" not in f"{read.problems}"


def test_a_folder_where_the_file_belongs_is_a_problem(tmp_path: Path) -> None:
    (problem,) = read_sources(tmp_path).problems
    assert "Is a directory" in problem.message


SECRET = "p@ss w0rd/ü%"  # noqa: S105  (of nobody)


@pytest.mark.parametrize(
    "said",
    [
        f"bad password {SECRET}!",
        "GET /?key=p%40ss%20w0rd%2F%C3%BC%25 failed",
        "GET /?key=p%40ss%20w0rd/%C3%BC%25 failed",
        "key=p%40ss+w0rd%2F%C3%BC%25",
        '{"key": "p@ss w0rd/\\u00fc%"}',
    ],
)
def test_a_secret_is_hidden_in_every_form(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("SECRET", SECRET)
    redactor = SecretRedactor()
    assert resolve_secrets({"a": ["env:SECRET"], "b": "not env:SECRET"}, redactor) == {
        "a": [SECRET],
        "b": "not env:SECRET",
    }
    hidden = redactor.redact(said)
    assert "***" in hidden
    assert "w0rd" not in hidden


def test_the_password_within_an_address_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKS", "postgresql://ada:p%40ss@db/books")
    redactor = SecretRedactor()
    resolve_secrets("env:BOOKS", redactor)
    assert redactor.redact("user ada, password p@ss, or p%40ss, at db") == "user ada, password ***, or ***, at db"


def test_a_secret_in_a_file_is_taken_from_there(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    text = f"a: {{command: [sh, -c, 'test \"$0\" = \"{SECRET}\" && echo 5', 'file:token']}}\n"
    (said,) = ask_sources(read_sources(written(tmp_path, text)).named.values())
    assert (said.value, said.why) == ("5", "")


def test_a_short_secret_leaves_other_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIN", "1")
    redactor = SecretRedactor()
    resolve_secrets("env:PIN", redactor)
    assert redactor.redact("pin 1 of 12") == "pin *** of 12"
    assert not redactor.finds_secret("12")


@pytest.mark.parametrize(
    "text",
    [
        "5",
        " 5\n",
        "-1,200.5",
        "1e5",
        "1E-05",
        "92.5%",
        "$185,000",
        "USD 5",
        "EUR -5",
        "1h30m",
        "36ms",
        "7:52am",
        "24:15",
        "no",
    ],
)
def test_what_some_metric_would_take_is_a_value(text: str) -> None:
    assert check_value(text) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "NaN", "inf", "null", "0,500", "1,2", "0x10", "5 apples", "5\n6", "one", "12:60", "<b>5</b>"]
)
def test_what_no_metric_would_take_is_none(text: str) -> None:
    with pytest.raises(SourceFailed):
        check_value(text)


def test_a_binary_float_is_the_shortest_decimal_that_means_it() -> None:
    assert [format_raw_value(one, "it") for one in (0.1, 1e-7, 1e21, True, 7)] == [
        "0.1",
        "0.0000001",
        "1" + "0" * 21,
        "yes",
        "7",
    ]
    odds: list[object] = [float("nan"), float("inf"), 1e308, None, [], {}, b"5"]
    for odd in odds:
        with pytest.raises(SourceFailed):
            format_raw_value(odd, "it")


def test_version_knows_nothing_of_what_only_sources_need(shell: Shell) -> None:
    code = (
        "import sys; from orgtp.cli.main import run_command_line as run; run(['--version']); "
        "run(['source', 'list', '--help']); "
        "sys.exit(bool({'httpx', 'sqlalchemy', 'orgtp.sources'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], env=shell.env(), check=True, capture_output=True)


def test_without_the_extra_a_source_says_what_to_install(tmp_path: Path) -> None:
    for name in ("httpx", "sqlalchemy"):
        (tmp_path / "hidden").mkdir(exist_ok=True)
        (tmp_path / "hidden" / f"{name}.py").write_text("raise ImportError('hidden')\n", encoding="utf-8")
    path = written(
        tmp_path,
        "a: {http: {url: 'https://example.com'}}\nb: {sql: {url: 'sqlite://', query: select 1}}\n"
        "c: {command: [echo, '1']}\n",
    )
    code = "import sys, pathlib, orgtp.sources.run as a, orgtp.sources.config as f\n"
    code += "said = a.ask_sources(f.read_sources(pathlib.Path(sys.argv[1])).named.values())\n"
    code += "for one in said: print(one.value, one.why, one.tries)"
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "hidden")}
    done = subprocess.run([sys.executable, "-c", code, str(path)], env=env, capture_output=True, text=True, check=True)
    lacks = [
        f"None {name} is not installed. Install it: pip install 'orgtp[sources]' 1" for name in ("httpx", "sqlalchemy")
    ]
    assert done.stdout.splitlines() == [*lacks, "1  1"]
