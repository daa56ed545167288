"""`orgtp score withdraw`: a value that should never have been there counts no more, and both records stay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orgtp.api import open_org
from tests.cli.changes import body, nothing_written, subject, touched, trailers
from tests.conftest import Shell

FILE = "scores/bot/2026-11.jsonl"
WITHDRAW = ("score", "withdraw", "bot", "number")
REASON = ("--reason", "typed into the wrong row")


def record(here: Shell, value: str, period: str, *words: str, metric: str = "number") -> None:
    here("score", "add", "bot", metric, value, "--for", period, *words)


def cell(here: Shell, period: str, metric: str = "number") -> dict[str, Any]:
    rows = here("scorecard", "--weeks", "8", "--json").json["rows"]
    (row,) = [row for row in rows if row["metric"] == metric]
    (found,) = [cell for cell in row["cells"] if cell["period"] == period]
    return {"value": found["value"], "state": found["state"]}


def test_a_withdrawn_value_is_owed_again_and_earlier_values_do_not_return(acme: Shell) -> None:
    record(acme, "13", "2026-W45")
    record(acme, "99", "2026-W45")
    assert cell(acme, "2026-W45") == {"value": "99", "state": "on"}
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada")
    assert cell(acme, "2026-W45") == {"value": None, "state": "missing"}
    record(acme, "14", "2026-W45")
    assert cell(acme, "2026-W45") == {"value": "14", "state": "on"}
    assert acme("validate", "--json").json["summary"]["errors"] == 0
    assert acme("audit", "verify").code == 0


def test_the_bytes_and_the_commit_of_a_withdrawal(acme: Shell) -> None:
    record(acme, "99", "2026-W45", "--id", "a")
    raw = (acme.folder / FILE).read_bytes()
    ran = acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada", "--id", "b")
    assert ran.out == f"{acme.head()[:10]} withdraw(bot): number 2026-W45 (was 99)\n"
    assert (acme.folder / FILE).read_bytes() == raw + (
        b'{"id":"b","at":"2026-11-20T23:00:00Z","metric":"number","period":"2026-W45","value":null,"void":true,'
        b'"by":"ada","note":"typed into the wrong row"}\n'
    )
    assert touched(acme) == {FILE: "1/0"}
    assert trailers(acme) == ["Orgtp-Action: withdraw", "Orgtp-Seat: bot", "Orgtp-By: ada"]
    assert "typed into the wrong row" in body(acme)
    assert acme.git("status", "--porcelain").out == ""


def test_a_withdrawal_is_a_change_like_any_other(acme: Shell) -> None:
    record(acme, "99", "2026-W45")
    with nothing_written(acme):
        dry = acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada", "--dry-run")
    assert '"void":true' in dry.out
    assert "withdraw(bot): number 2026-W45 (was 99)" in dry.err
    data = acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada", "--json").json
    assert (data["kind"], data["commit"], data["paths"], data["outbox"]) == (
        "score-withdraw",
        acme.head(),
        [FILE],
        False,
    )
    assert data["values"][0]["void"] is True
    assert "no remote" in acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--push", code=2).err


def test_a_withdrawal_is_seen_in_every_view_of_the_record(acme: Shell) -> None:
    record(acme, "99", "2026-W45")
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada")
    first, second = acme("score", "list", "bot", "number", "--json").json["scores"]
    assert (first["value"], first["counts"], first["corrected"], first["void"]) == ("99", False, True, False)
    assert (second["value"], second["counts"], second["state"], second["void"]) == (None, True, "missing", True)
    assert second["note"] == REASON[1]
    assert "withdrawn" in acme("score", "list").out
    log = acme("log", "--action", "withdraw", "--json").json["commits"]
    assert [(row["action"], row["what"], row["by"]) for row in log] == [("withdraw", "number 2026-W45 (was 99)", "ada")]
    assert acme("log", "bot", "--metric", "number", "--json").json["commits"][0]["action"] == "withdraw"
    diff = acme("diff", "HEAD~1", "--json").json
    assert [(row["before"], row["after"], row["withdrawn"], row["by"]) for row in diff["corrections"]] == [
        ("99", None, True, "ada")
    ]
    assert diff["values"] == []
    text = acme("diff", "HEAD~1").out
    assert "1 value withdrawn" in text
    assert "99, withdrawn by ada" in text
    recorded = acme("seat", "history", "bot", "--json").json["events"][-1]["recorded"][0]
    assert (recorded["records"], recorded["unavailable"], recorded["corrected"], recorded["withdrawn"]) == (2, 0, 1, 1)


def test_what_a_diff_says_of_a_value_that_came_and_went(acme: Shell) -> None:
    before = acme.head()
    record(acme, "99", "2026-W45")
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada")
    diff = acme("diff", before, "--json").json
    assert [(row["added"], row["withdrawn"], row["period"], row["value"]) for row in diff["values"]] == [
        (1, 1, None, None)
    ]
    assert diff["corrections"] == []
    assert "1 new, 1 withdrawn" in acme("diff", before).out


def test_withdrawing_again_changes_nothing(acme: Shell) -> None:
    record(acme, "99", "2026-W45")
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada", "--id", "w")
    with nothing_written(acme):
        for words in ((), ("--id", "w")):
            again = acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada", *words)
            assert "already recorded: bot number 2026-W45 withdrawn" in again.err


def test_an_unavailable_value_can_be_withdrawn(acme: Shell) -> None:
    acme("score", "add", "bot", "number", "--unavailable", "nobody counted", "--for", "2026-W45")
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada")
    assert subject(acme) == "withdraw(bot): number 2026-W45 (was unavailable)"
    assert cell(acme, "2026-W45")["state"] == "missing"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "2026-W45", *REASON, "--by", "bot"), "bot may not withdraw a value of bot."),
        (("--for", "2026-W44", *REASON), "number has no value for 2026-W44, so there is nothing to withdraw"),
        (("--for", "2026-W45", "--reason", " "), "say why the value is withdrawn"),
        (("--for", "2026-W45"), "--reason"),
        (REASON, "--for"),
        (("--for", "soon", *REASON), '"soon" is not a period of number'),
        (("--for", "2026-W45", *REASON, "--by", "nobody"), 'unknown seat "nobody"'),
        (("--for", "2026-W45", *REASON, "--id", "a"), "the id a belongs to another value: bot number 2026-W45 = 99"),
    ],
)
def test_what_is_refused(acme: Shell, words: tuple[str, ...], said: str) -> None:
    record(acme, "99", "2026-W45", "--id", "a")
    with nothing_written(acme):
        assert said in acme(*WITHDRAW, *words, code=2).err


def test_the_owner_those_above_and_scorekeepers_may_withdraw(sample: Shell) -> None:
    """Dash belongs to Bogdan and reports to Radar; Tally keeps the scores."""
    values = [row for row in sample("score", "list", "dash", "--json").json["scores"] if row["counts"]]
    periods = [row["period"] for row in values if row["metric"] == "anomalies-before-open"][-3:]
    words = ("score", "withdraw", "dash", "anomalies-before-open", *REASON)
    with nothing_written(sample):
        for by in ("dash", "crystal"):
            refused = sample(*words, "--for", periods[0], "--by", by, code=2).err
            assert f"{by} may not withdraw a value of dash." in refused
            assert "bogdan" in refused
            assert "tally" in refused
    for by, period in zip(("bogdan", "radar", "tally"), periods, strict=True):
        sample(*words, "--for", period, "--by", by)
    assert sample("validate", "--json").json["summary"]["errors"] == 0
    assert sample("audit", "verify").code == 0


def test_an_unknown_seat_may_not_withdraw_where_seats_have_addresses(acme: Shell) -> None:
    record(acme, "99", "2026-W45")
    record(acme, "98", "2026-W46")
    acme(*WITHDRAW, "--for", "2026-W46", *REASON)
    acme("seat", "set", "ada", "email=ada@example.com")
    with nothing_written(acme):
        said = acme(*WITHDRAW, "--for", "2026-W45", *REASON, code=2).err
    assert "Name the acting seat with --by SEAT or ORGTP_SEAT" in said
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada")


def test_a_retired_seat_keeps_its_values(sample: Shell) -> None:
    retired = sample("seat", "list", "--all", "--json").json["seats"]
    seat = next(row["seat"] for row in retired if row["status"] == "retired")
    row = sample("score", "list", seat, "--json").json["scores"][-1]
    words = ("score", "withdraw", seat, row["metric"], "--for", row["period"], *REASON, "--by", "tally")
    with nothing_written(sample):
        assert "is retired" in sample(*words, code=2).err


def test_a_value_of_a_day_off_that_was_recorded_by_hand_is_noticed_and_can_be_withdrawn(acme: Shell) -> None:
    acme("seat", "set", "bot", "metrics.number.cadence=weekdays", "metrics.number.rollup=sum")
    for day in ("09", "10", "11", "12", "13"):
        record(acme, "2", f"2026-11-{day}")
    line = {"id": "s", "at": "2026-11-20T22:00:00Z", "metric": "number", "period": "2026-11-14", "value": "50"}
    acme.write(FILE, acme.read(FILE) + json.dumps(line, separators=(",", ":")) + "\n")
    acme.git("commit", "-qam", "A Saturday")
    assert cell(acme, "2026-W46")["value"] == "60"
    (notice,) = [row for row in acme("validate", "--json").json["problems"] if row["rule"] == "score-not-owed"]
    assert notice["severity"] == "notice"
    assert "it is a Saturday" in notice["message"]
    remedy = notice["hint"].removeprefix("Withdraw it: orgtp ").replace("TEXT", "mistake").split()
    acme(*remedy, "--by", "ada")
    assert cell(acme, "2026-W46")["value"] == "10"
    assert "score-not-owed" not in acme("validate").out


def test_a_value_of_a_cadence_that_the_metric_no_longer_has_can_be_withdrawn(acme: Shell) -> None:
    record(acme, "13", "2026-W45")
    text = acme.read("seats/bot.yaml").replace(
        "number: {name: number, outcome: Something, cadence: weekly",
        "number: {name: number, outcome: Something, cadence: daily",
    )
    acme.write("seats/bot.yaml", text)
    acme.git("commit", "-qam", "Daily")
    assert "score-wrong-period" in acme("validate", code=1).out
    acme(*WITHDRAW, "--for", "2026-W45", *REASON, "--by", "ada")
    assert acme("validate", "--json").json["summary"]["errors"] == 0


def test_the_python_api_withdraws(acme: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    record(acme, "99", "2026-W45")
    for name, value in acme.env().items():
        monkeypatch.setenv(name, value)
    org = open_org(acme.folder)
    done = org.ledger.withdraw_score("bot", "number", period="2026-W45", reason="by mistake", by="ada")
    assert done.commit == acme.head()
    assert open_org(acme.folder).scores("bot", "number")[-1].void
