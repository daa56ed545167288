"""All that can be wrong with a source, asked side by side with sources that work: no number is ever made up."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from orgtp.api.org import init_org, open_org
from orgtp.model.text import is_id
from orgtp.sources.collect import CollectRequest
from orgtp.sources.config import read_sources
from orgtp.sources.kind import find_kinds
from orgtp.sources.run import ask_sources
from orgtp.sources.source import SourceResult
from tests.sources.broken import BROKEN, GOOD
from tests.sources.places import AMBIENT, PASSWORD, TOKEN, fill, install_kinds, served


@dataclass(frozen=True)
class Heard:
    """What all of them said in one run, and the org that it was collected for."""

    by_name: dict[str, SourceResult]
    told: list[SourceResult]
    seconds: float
    elsewhere: list[tuple[str, dict[str, str]]]
    org: Path


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    folder, kinds_folder = tmp_path_factory.mktemp("machine"), tmp_path_factory.mktemp("kinds")
    fill(folder)
    install_kinds(kinds_folder)
    with pytest.MonkeyPatch.context() as patch, served() as (there, elsewhere), served(f"{there}/plain") as (here, _):
        patch.setenv("PYTHONPATH", str(kinds_folder))
        patch.syspath_prepend(str(kinds_folder))
        patch.setenv("NO_PROXY", "*")
        patch.setenv("TOKEN", TOKEN)
        patch.setenv("BEARER", f"Bearer {TOKEN}")
        patch.setenv("EMPTY", "")
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Ada")
            patch.setenv(f"GIT_{who}_EMAIL", "ada@example.com")
        patch.setenv("REPORT_API_TOKEN", AMBIENT)
        patch.setenv("AT_URL", "postgresql+psycopg://ada:p@hush-word@localhost:1/books")
        patch.setenv("PORT_URL", "http://127.0.0.1:hush-word/")
        patch.setenv("KEY_URL", f"{here}/asked?key=hush-hush")
        patch.setenv("BOOKS_URL", "postgresql+psycopg://ada:hush%20hush%2Fhush@127.0.0.1:1/books")
        find_kinds.cache_clear()
        rows = [_line(name, body) for name, (body, _) in (BROKEN | GOOD).items()]
        text = "".join(rows).replace("{here}", here).replace("{there}", there)
        (folder / "sources.yaml").write_text(text, encoding="utf-8")
        yield _asked(folder / "sources.yaml", tmp_path_factory.mktemp("org") / "acme", elsewhere)
    find_kinds.cache_clear()


def _line(name: str, body: str) -> str:
    """A source, asked once where it does not say otherwise, so that a run of a hundred is not long."""
    rest = [f"{key}: {value}" for key, value in (("timeout", "60s"), ("retries", 0)) if f"{key}: " not in body]
    return f"{name}: {{{', '.join([body, *rest])}}}\n"


def _asked(path: Path, org: Path, elsewhere: list[tuple[str, dict[str, str]]]) -> Heard:
    told: list[SourceResult] = []
    begun, sources = time.monotonic(), read_sources(path)
    init_org(org, timezone="UTC")
    (org / "seats").mkdir(exist_ok=True)
    (org / "seats" / "ada.yaml").write_text(_seat(), encoding="utf-8")
    for words in (["add", "."], ["commit", "-qm", "Ada"]):
        subprocess.run(["git", "-C", str(org), *words], check=True)
    done = open_org(org).collect(sources, CollectRequest(), on_result=lambda said, _: told.append(said))
    # What has no name that a metric can have is asked by itself.
    names = {one.name for one in done.said}
    rest = ask_sources([one for name, one in sources.named.items() if name not in names], on_result=told.append)
    said = sorted([*done.said, *rest], key=lambda one: one.name)
    assert [one.name for one in said] == sorted(BROKEN | GOOD)
    return Heard({one.name: one for one in said}, told, time.monotonic() - begun, elsewhere, org)


def _seat() -> str:
    """Ada, who has a metric for each source."""
    head = "seat: ada\nname: Ada\nrole: Founder\nkind: human\nstatus: active\nsince: 2026-01-05\nmetrics:\n"
    metric = '  {0}: {{name: {0}, outcome: Something, cadence: daily, target: ">= 0", source: {0}}}\n'
    return head + "".join(metric.format(name) for name in BROKEN | GOOD if is_id(name))


def _written(org: Path) -> dict[str, list[str | None]]:
    """The values that were written of each metric."""
    found: dict[str, list[str | None]] = {}
    for file in (org / "scores" / "ada").glob("*.jsonl"):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.setdefault(row["metric"], []).append(row["value"])
    return found


def test_no_number_is_written_by_any(heard: Heard) -> None:
    """All of it in one commit: a blank with its reason for each that is broken, and the numbers beside them."""
    written = _written(heard.org)
    broken = {name: written.get(name) for name in BROKEN if is_id(name)}
    assert broken == {name: [None] for name in broken}
    assert len(broken) > 100
    numbers = {name: value for name, (_, value) in GOOD.items() if value.replace(".", "").isdigit()}
    assert {name: written[name] for name in numbers} == {name: [value] for name, value in numbers.items()}


def test_no_secret_is_committed(heard: Heard) -> None:
    found = subprocess.run(["git", "-C", str(heard.org), "log", "-p", "--all"], capture_output=True, check=True).stdout
    assert b"source broken" in found
    for secret in (TOKEN, PASSWORD, AMBIENT, "hush"):
        assert secret.encode() not in found


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_source_has_no_value_and_says_why(heard: Heard, name: str) -> None:
    said = heard.by_name[name]
    assert said.value is None
    assert BROKEN[name][1] in said.why
    assert said.tries <= 1


@pytest.mark.parametrize("name", GOOD)
def test_a_good_source_beside_them_says_its_value(heard: Heard, name: str) -> None:
    assert (heard.by_name[name].value, heard.by_name[name].why) == (GOOD[name][1], "")


def test_a_reason_is_one_short_line_that_drives_no_terminal(heard: Heard) -> None:
    for said in heard.by_name.values():
        assert len(said.why) <= 300
        assert said.why.isprintable()
        assert bool(said.why) == (said.value is None)


def test_no_secret_leaves_in_any_form(heard: Heard) -> None:
    words = " ".join(f"{said}" for said in heard.by_name.values())
    for secret in (TOKEN, quote(TOKEN, safe=""), quote(TOKEN), AMBIENT, PASSWORD, quote(PASSWORD, safe=""), "hush"):
        assert secret not in words
    assert "***" in heard.by_name["tells-secret"].why


def test_headers_are_for_their_own_host(heard: Heard) -> None:
    assert [path for path, _ in heard.elsewhere] == ["/plain"]
    assert "X-Key" not in heard.elsewhere[0][1]
    assert TOKEN not in f"{heard.elsewhere}"


def test_each_is_told_once_and_as_soon_as_it_is_known(heard: Heard) -> None:
    assert sorted(said.name for said in heard.told) == sorted(heard.by_name)
    assert {said.name: said for said in heard.told} == heard.by_name


def test_what_failed_for_a_moment_is_asked_again(heard: Heard) -> None:
    assert heard.by_name["good-flaky"].tries == 2


def test_seconds_are_those_of_the_asking(heard: Heard) -> None:
    assert 1 <= heard.by_name["hangs"].seconds < 15
    assert heard.by_name["kind-two"].seconds == 0
    assert sum(said.seconds for said in heard.by_name.values()) > heard.seconds


def test_nothing_that_was_asked_is_left_running(heard: Heard) -> None:
    """The sleeps of the broken ones have seconds of their own, so that nobody else's are taken for them."""
    assert not [line for line in _commands() if line in (["sleep", "61"], ["sleep", "62"])]


def _commands() -> Iterator[list[str]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_text(errors="replace").split("\0")[:-1]
