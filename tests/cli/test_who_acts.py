"""Who acts: an identity that no seat has, or that several share, does no more than a seat that is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

import orgtp
from orgtp.actions.acting_seat import UnknownActor
from orgtp.actions.retire import RetirementRequest
from tests.cli.changes import nothing_written, trailers
from tests.conftest import Shell
from tests.ledger.ledgers import lock_held

SCORE = ("score", "add", "bot", "number", "13")
# Each command that records, decides or approves. `{id}` is an open escalation about the bot.
RECORDING = {
    "a value": SCORE,
    "a blank": ("score", "add", "bot", "number", "--unavailable", "the desk is closed"),
    "values from a file": ("score", "add", "--from", "-"),
    "what sources report": ("score", "collect", "--sources", "{sources}"),
    "an escalation": ("escalate", "open", "bot", "The mailbox is full"),
    "that one is handled": ("escalate", "ack", "{id}"),
    "that one is over": ("escalate", "resolve", "{id}", "--note", "It works again."),
    "what is not news": ("escalate", "silence", "bot", "number", "--until", "2026-12-01", "--reason", "R"),
    "what is overdue": ("escalate", "tick"),
    "a violation is explained": ("audit", "explain", "{violated}", "--reason", "R", "--decided-by", "ada"),
    "a retirement": ("retire", "bot", "--reason", "R", "--yes"),
    "a retirement that names who decided": ("retire", "bot", "--reason", "R", "--decided-by", "ada", "--yes"),
}
ROWS = "seat,metric,value\nbot,number,13\n"
OPEN = "2026-11-20-bot-the-printer-is-broken"


@pytest.fixture
def known(acme: Shell) -> Shell:
    """Acme where Ada has an address, which is not that of git's user."""
    acme("escalate", "open", "bot", "The printer is broken")
    text = acme.read("seats/bot.yaml").replace("metrics:\n  number: {", "metrics:\n  number: {source: talks, ")
    acme.write("seats/bot.yaml", text)
    acme.git("commit", "-qam", "A source")
    (acme.home / "sources.yaml").write_text("talks: {command: [echo, '13']}\n", encoding="utf-8")
    delete_seat(acme)
    acme("seat", "set", "ada", "email=ada@example.com")
    return acme


def delete_seat(here: Shell) -> None:
    """Commit a violation: the file of a seat is deleted by hand."""
    here.write(
        "seats/gone.yaml", "seat: gone\nname: G\nrole: R\nkind: agent\nstatus: active\nowner: ada\nreports_to: ada\n"
    )
    here.git("add", ".")
    here.git("commit", "-qm", "A seat")
    (here.folder / "seats/gone.yaml").unlink()
    here.git("commit", "-qam", "Deleted by hand")


def fill(here: Shell, words: tuple[str, ...]) -> list[str]:
    """The words of a command, with what differs between orgs."""
    violated = here.git("log", "--format=%H", "--diff-filter=D", "-1").out.strip()
    return [word.format(id=OPEN, sources=here.home / "sources.yaml", violated=violated) for word in words]


@pytest.mark.parametrize("what", RECORDING)
def test_an_unknown_identity_records_and_decides_nothing_until_it_names_its_seat(known: Shell, what: str) -> None:
    words = fill(known, RECORDING[what])
    with nothing_written(known):
        ran = known(*words, stdin=ROWS, code=2)
        assert "--by SEAT" in ran.err
        assert ran.out == "", "nothing is planned or shown for it either"
    before = known.head()
    known(*words, "--by", "ada", stdin=ROWS)
    assert "Orgtp-By: ada" in trailers(known) or (known.head() == before and what == "what is overdue")


@pytest.mark.parametrize("what", RECORDING)
def test_a_seat_in_the_environment_or_the_address_of_a_seat_is_known(known: Shell, what: str) -> None:
    words = fill(known, RECORDING[what])
    known(*words, "--dry-run", stdin=ROWS, ORGTP_SEAT="ada")
    known(*words, "--dry-run", stdin=ROWS, GIT_AUTHOR_EMAIL="ADA@example.com")
    known.git("config", "user.email", "ada@example.com")
    known(*words, "--dry-run", stdin=ROWS)


@pytest.mark.parametrize("what", RECORDING)
def test_where_no_seat_has_an_address_nobody_is_asked(acme: Shell, what: str) -> None:
    acme("escalate", "open", "bot", "The printer is broken")
    delete_seat(acme)
    (acme.home / "sources.yaml").write_text("talks: {command: [echo, '13']}\n", encoding="utf-8")
    ran = acme(*fill(acme, RECORDING[what]), stdin=ROWS, code=None)
    assert "addresses" not in ran.err
    assert ran.code == 0 or ("--by SEAT" in ran.err and what == "that one is handled")


def test_the_refusal_says_which_address_it_is_and_how_to_be_known(known: Shell) -> None:
    err = known(*SCORE, code=2).err
    assert "git's user.email is tester@example.com, and no seat has this address" in err
    remedy = err.partition("orgtp seat set SEAT ")[2].strip()
    known("seat", "set", "bot", *remedy.split())
    known(*SCORE)
    assert "Orgtp-By: bot" in trailers(known)


def test_without_any_identity_it_says_so(known: Shell) -> None:
    (known.home / ".gitconfig").write_text("", encoding="utf-8")
    err = known(*SCORE, code=2).err
    assert "git has no user.email" in err
    assert "--by SEAT" in err


def test_the_address_of_a_retired_seat_is_nobodys(known: Shell) -> None:
    known("seat", "add", "old", "--role", "R", "--kind", "human", "--reports-to", "ada", "--email", "old@example.com")
    known("retire", "old", "--reason", "Gone", "--by", "ada")
    err = known(*SCORE, code=2, GIT_AUTHOR_EMAIL="old@example.com").err
    assert "the address of old, which is retired" in err


def test_edits_of_seats_and_all_reading_stay_open(known: Shell) -> None:
    known("seat", "set", "bot", "role=Front desk")
    assert trailers(known) == ["Orgtp-Action: set", "Orgtp-Seat: bot"]
    known("seat", "add", "eve", "--role", "R", "--kind", "human", "--reports-to", "ada")
    for words in (["chart"], ["scorecard"], ["log"], ["seat", "show", "bot"], ["escalate", "list"], ["diff", "HEAD~1"]):
        known(*words)
    known("score", "list")


def test_the_python_api_asks_too(known: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in known.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ORGTP_SEAT", raising=False)
    org = orgtp.open(known.folder)
    request = RetirementRequest("bot", reason="R", decided_by="ada")
    calls: list[Callable[[], object]] = [
        lambda: org.ledger.add_score("bot", "number", "13"),
        lambda: org.ledger.add_scores([org.ledger.new_score("bot", "number", "13")]),
        lambda: org.escalations.open("bot", "The mailbox is full"),
        lambda: org.escalations.resolve(OPEN, "It works again."),
        org.escalations.tick,
        lambda: org.escalations.record_trouble([]),
        lambda: org.ledger.retire(request),
        lambda: org.ledger.propose_retirement(request),
        lambda: org.audit.explain(known.git("rev-parse", "HEAD~1").out.strip(), reason="R", decided_by="ada"),
        lambda: org.ledger.withdraw_score("bot", "number", period="last", reason="R"),
        lambda: org.escalations.silence("bot", "number", date(2026, 12, 1), "R"),
    ]
    with nothing_written(known):
        for call in calls:
            with pytest.raises(UnknownActor, match=r"tester@example\.com.*--by SEAT"):
                call()
    assert org.ledger.add_score("bot", "number", "13", by="ada").commit


def test_a_value_is_refused_before_it_could_wait_in_the_outbox(known: Shell) -> None:
    with lock_held(known):
        known(*SCORE, code=2, ORGTP_WAIT="0")
        known(*SCORE, "--by", "ada", code=75, ORGTP_WAIT="0")
    known("sync", code=None)
    assert [row["by"] for row in known("score", "list", "bot", "number", "--json").json["scores"]] == ["ada"]


def test_a_value_that_waits_since_before_the_first_address_is_not_lost(acme: Shell) -> None:
    with lock_held(acme):
        acme(*SCORE, code=75, ORGTP_WAIT="0")
    acme.write("seats/ada.yaml", acme.read("seats/ada.yaml") + "email: ada@example.com\n")
    acme.git("commit", "-qam", "An address")
    acme("sync", code=None)
    assert [row["value"] for row in acme("score", "list", "bot", "number", "--json").json["scores"]] == ["13"]


@pytest.mark.parametrize("email", ["zoe@example.com", '"zoe\\x40example.com"', "[a@example.com, zoe@example.com]"])
def test_one_address_among_many_seats_is_found_however_it_is_spelled(acme: Shell, email: str) -> None:
    for number in range(60):
        text = f"seat: s{number}\nname: S\nrole: Answers email.\nkind: human\nstatus: active\nreports_to: ada\n"
        acme.write(f"seats/s{number}.yaml", text)
    acme.write("seats/zoe.yaml", f"seat: zoe\nname: Zoe\nrole: R\nkind: human\nstatus: active\nemail: {email}\n")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Many")
    assert "--by SEAT" in acme(*SCORE, code=2).err
    ran = acme(*SCORE, code=2, GIT_AUTHOR_EMAIL="zoe@example.com")
    assert "zoe may not record for bot" in ran.err, "it is known which seat asks"


UNREADABLE: dict[str, tuple[Callable[[str], str], str]] = {
    "a conflict mark": (lambda text: f"{text}<<<<<<<\n", "seats/ada.yaml cannot be read"),
    "nothing that is a seat": (lambda _: "- email\n", "seats/ada.yaml cannot be read"),
    "an address that is none": (lambda text: text.replace("ada@example.com", "ada"), "no seat has this address"),
    "an address of another type": (lambda text: text.replace("ada@", "{ada: ").replace(".com", ".com}"), "no seat has"),
    "a key that is misspelt": (lambda text: text.replace("email:", "emial:"), "no seat has this address"),
}


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("how", UNREADABLE)
def test_a_seat_that_cannot_be_read_gives_nobody_more_authority(known: Shell, how: str, *, many: bool) -> None:
    """It may be the only seat with an address, so an unknown identity stays unknown."""
    edit, said = UNREADABLE[how]
    for number in range(60 if many else 0):
        known.write(
            f"seats/s{number}.yaml", f"seat: s{number}\nname: S\nrole: R\nkind: agent\nstatus: active\nowner: eve\n"
        )
    known.write("seats/eve.yaml", "seat: eve\nname: Eve\nrole: R\nkind: human\nstatus: active\n")
    known.write("seats/ada.yaml", edit(known.read("seats/ada.yaml")))
    known.git("add", ".")
    known.git("commit", "-qm", "Broken")
    with nothing_written(known):
        for words in (SCORE, ("escalate", "open", "bot", "The mailbox is full"), ("score", "add", "--from", "-")):
            err = known(*words, stdin=ROWS, code=2).err
            assert said in err or (words[2] == "--from" and "the seats of this org have addresses" in err)
            assert "--by SEAT" in err
    known(*SCORE, "--by", "bot", code=None)
    assert "Orgtp-By: bot" in trailers(known)


@pytest.mark.parametrize("path", ["seats/ada.yaml", "seats/ada.yml", "seats/more/ada.yaml"])
def test_a_seat_file_in_place_of_which_is_something_else_may_have_an_address(acme: Shell, path: str) -> None:
    (acme.folder / "seats/ada.yaml").rename(acme.folder / "ada.yaml")
    (acme.folder / path).parent.mkdir(exist_ok=True)
    (acme.folder / path).symlink_to("../ada.yaml")
    acme.git("add", "-A")
    acme.git("commit", "-qm", "Elsewhere")
    with nothing_written(acme):
        for words in (SCORE, ("escalate", "open", "bot", "The mailbox is full")):
            assert "cannot be read" in acme(*words, code=2).err


POLICIES = {
    "a text": "policy: {retirement: {approvers: ada}}",
    "no value": "policy: {retirement: {approvers: }}",
    "no ids": "policy: {retirement: {approvers: [Ada Lovelace]}}",
    "a list one level up": "policy: {retirement: [ada]}",
    "a policy of another type": "policy: [ada]",
    "a misspelt key": "policy: {retirement: {approvors: [ada]}}",
    "a misspelt group": "policy: {retirment: {approvers: [ada]}}",
    "a misspelt policy": "polcy: {retirement: {approvers: [ada]}}",
}


@pytest.mark.parametrize("how", POLICIES)
def test_approvers_that_cannot_be_read_let_nobody_decide(acme: Shell, how: str) -> None:
    """Neither the owner, who decides if there are no approvers, nor the people at the top."""
    delete_seat(acme)
    violated = acme.git("rev-parse", "HEAD").out.strip()
    acme.write("org.yaml", f"org: acme\ntimezone: America/New_York\n{POLICIES[how]}\n")
    acme.git("commit", "-qam", "A policy")
    by = ("--decided-by", "ada", "--by", "ada")
    with nothing_written(acme):
        for words in (("retire", "bot", "--reason", "R", "--yes"), ("audit", "explain", violated, "--reason", "R")):
            err = acme(*words, *by, code=2).err
            assert ": policy.retirement.approvers cannot be read, so nobody may decide. See: orgtp validate" in err
            assert "org.yaml:" in err
    acme.write("org.yaml", acme.read("org.yaml").replace(POLICIES[how], "policy: {retirement: {approvers: [ada]}}"))
    acme.git("commit", "-qam", "Repaired")
    acme("audit", "explain", violated, "--reason", "R", *by)
    acme("retire", "bot", "--reason", "R", "--yes", *by)


@pytest.mark.parametrize("wrong", ["reports_to: Ada L", "report_to: ada", "status: actve"])
def test_a_key_of_a_seat_that_cannot_be_read_makes_nobody_an_approver(acme: Shell, wrong: str) -> None:
    """Whoever reports to nobody may decide, but not whoever reports to somebody that cannot be read."""
    delete_seat(acme)
    status = "" if "status" in wrong else "status: active\n"
    acme.write("seats/eve.yaml", f"seat: eve\nname: Eve\nrole: R\nkind: human\n{status}{wrong}\n")
    acme.git("add", ".")
    acme.git("commit", "-qm", "Eve")
    violated = acme.git("log", "--format=%H", "--diff-filter=D", "-1").out.strip()
    words = ("audit", "explain", violated, "--reason", "R", "--by", "eve", "--decided-by")
    assert '"eve" may not explain a violation. Allowed: ada.' in acme(*words, "eve", code=2).err
    acme(*words, "ada")


@pytest.fixture
def shared(known: Shell) -> Shell:
    """Eve has the same address as Ada, in other letters."""
    known("seat", "add", "eve", "--role", "R", "--kind", "human", "--reports-to", "ada", "--email", "ADA@example.com")
    known.git("config", "user.email", "ada@example.com")
    return known


def test_of_two_seats_with_one_address_none_is_guessed(shared: Shell) -> None:
    """No command takes the first of them, and no view the last."""
    with nothing_written(shared):
        err = shared(*SCORE, code=2).err
        assert "ada and eve share the address ada@example.com" in err
        assert "--by SEAT" in err
    ran = shared("seat", "set", "bot", "role=Front desk")
    assert "ada and eve share the address" in ran.err
    assert "Orgtp-By" not in shared.git("log", "-1", "--format=%B").out
    assert shared("log", "-n", "1", "--json").json["commits"][0]["by"] is None
    (row,) = [row for row in shared("seat", "blame", "bot", "--json").json["fields"] if row["key"] == "role"]
    assert (row["by"], row["author"]) == (None, "A Tester")
    shared(*SCORE, "--by", "ada")


def test_validate_warns_of_a_shared_address(shared: Shell) -> None:
    found = shared("validate", "--json", code=None).json["problems"]
    (row,) = [row for row in found if row["rule"] == "email-shared"]
    assert (row["severity"], row["path"]) == ("warning", "seats/eve.yaml")
    shared("seat", "set", "eve", "email=eve@example.com")
    assert "email-shared" not in shared("validate", "--json", code=None).out


def test_one_worker_on_two_seats_is_not_warned_about_and_still_says_which_one_acts(known: Shell) -> None:
    sales = ("seat", "add", "sales", "--name", "Ada", "--role", "Sales", "--kind", "human", "--reports-to", "ada")
    known(*sales, "--email", "ada@example.com")
    known.git("config", "user.email", "ada@example.com")
    found = known("validate", "--json", code=None).json["problems"]
    assert not {"email-shared", "seat-same-name"} & {one["rule"] for one in found}
    with nothing_written(known):
        assert "ada and sales share the address ada@example.com" in known(*SCORE, code=2).err
    known(*SCORE, "--by", "ada")


def test_a_schedule_names_the_seat_that_is_known_here(known: Shell) -> None:
    for kind in ((), ("cron",), ("systemd",), ("github",)):
        assert "--by SEAT" in known("schedule", *kind, code=2).err
        assert "--by ada" in known("schedule", *kind, GIT_AUTHOR_EMAIL="ada@example.com").out
        assert "--by ada" in known("schedule", *kind, "--by", "ada").out


def test_who_may_not_decide_is_told_before_the_plan_is_shown(known: Shell) -> None:
    """And before a command is printed that would not work either."""
    with nothing_written(known):
        for words in ((), ("--reason", "R")):
            ran = known("retire", "bot", "--by", "ada", "--decided-by", "bot", *words, code=2)
            assert ran.out == ""
            assert '"bot" may not decide the retirement of bot. Allowed: ada.' in ran.err
            assert "orgtp retire" not in ran.err


def pause(here: Shell, *seats: str) -> None:
    """Pause seats by hand: a command would refuse to leave a seat without an active owner."""
    for seat in seats:
        path = f"seats/{seat}.yaml"
        here.write(path, here.read(path).replace("status: active", "status: paused"))
    here.git("commit", "-qam", "Paused")


def test_nobody_may_decide_names_a_command_that_helps(acme: Shell) -> None:
    pause(acme, "ada")
    words = ("retire", "bot", "--reason", "R", "--yes")
    with nothing_written(acme):
        err = acme(*words, "--by", "ada", "--decided-by", "ada", code=2).err
    command = err.partition("active human seat: ")[2].strip()
    assert command == "orgtp seat add new-owner --role Owner --kind human && orgtp seat own bot --owner new-owner"
    for part in command.split(" && "):
        acme(*part.split()[1:])
    acme(*words, "--by", "new-owner")


def test_nobody_may_silence_names_a_command_that_helps(acme: Shell) -> None:
    acme("seat", "add", "eve", "--role", "R", "--kind", "human")
    pause(acme, "ada")
    words = ("escalate", "silence", "bot", "number", "--until", "2026-12-01", "--reason", "R", "--by", "eve")
    err = acme(*words, code=2).err
    command = err.partition("active human seat: ")[2].strip()
    assert command == "orgtp seat own bot --owner eve"
    acme(*command.split()[1:])
    acme(*words)


def test_what_no_active_seat_may_acknowledge_is_handed_on(acme: Shell) -> None:
    acme("seat", "add", "eve", "--role", "R", "--kind", "human", "--reports-to", "ada")
    acme("escalate", "open", "eve", "Away", "--to", "ada")
    pause(acme, "ada", "eve")
    (one,) = acme("escalate", "list", "--json").json["escalations"]
    err = acme("escalate", "ack", one["id"], "--by", "bot", code=2).err
    assert "orgtp escalate tick" in err
    assert "Allowed: ." not in err


def test_a_home_without_an_identity_is_told_what_is_missing(shell: Shell) -> None:
    (shell.home / ".gitconfig").write_text("", encoding="utf-8")
    ran = shell("init", "acme")
    assert "git has no user.name and no user.email" in ran.err
    assert "git has no user.name and no user.email" in shell("init", "other", "--json").err
    run_steps(shell, ran.err)
    here = shell.at(shell.folder / "acme")
    assert [seat["seat"] for seat in here("seat", "list", "--json").json["seats"]] == ["ada"]
    assert here("log", "-n", "1", "--json").json["commits"][0]["author"] == "Your Name"


@pytest.mark.parametrize(("config", "missing"), [("name = A", "user.email"), ("email = a@example.com", "user.name")])
def test_half_an_identity_lacks_the_other_half(shell: Shell, config: str, missing: str) -> None:
    (shell.home / ".gitconfig").write_text(f"[user]\n\t{config}\n", encoding="utf-8")
    assert f"git has no {missing}," in shell("init", "acme").err


def test_the_steps_after_init_make_the_seat_known(shell: Shell) -> None:
    run_steps(shell, shell("init", "a b").err)
    here = shell.at(shell.folder / "a b")
    assert here("seat", "show", "ada", "--json").json["seat"]["email"] == "tester@example.com"
    here("escalate", "open", "ada", "It is late")
    assert "Orgtp-By: ada" in trailers(here)


def run_steps(shell: Shell, said: str) -> None:
    """Run the steps that `init` suggests, as a person would type them."""
    from tests.test_readme import in_bash

    ran = in_bash(shell, "\n".join(line.strip() for line in said.splitlines() if line.startswith("  ")))
    assert ran.returncode == 0, ran.stderr.decode()


class TestInsideARepository:
    """`init` in the work tree of another repository, which would take it for one of its own."""

    @pytest.fixture
    def mono(self, shell: Shell) -> Shell:
        shell.git("init", "-q", "mono")
        return shell.at(shell.folder / "mono")

    @pytest.mark.parametrize("folder", ["people", "deep/er/people", "a b"])
    @pytest.mark.parametrize("words", [(), ("--dry-run",), ("--sample",)])
    def test_it_warns_and_the_remedy_keeps_them_apart(self, mono: Shell, folder: str, words: tuple[str, ...]) -> None:
        ran = mono("init", folder, *words)
        assert f"{folder} is inside another git repository, {mono.folder}" in ran.err
        remedy = next(line.strip() for line in ran.err.splitlines() if line.startswith("  echo"))
        mono("init", folder, code=0 if words == ("--dry-run",) else 2)
        from tests.test_readme import in_bash

        assert in_bash(mono, remedy).returncode == 0
        mono.git("add", ".")
        assert mono.git("ls-files").out == ".gitignore\n"

    def test_from_within_a_folder_of_it(self, mono: Shell) -> None:
        mono.write("docs/a.txt", "a\n")
        assert "inside another git repository" in mono.at(mono.folder / "docs")("init", "people").err
        link = mono.folder.parent / "link"
        link.symlink_to(mono.folder / "docs")
        assert "inside another git repository" in mono.at(mono.folder.parent)("init", "link/more").err

    def test_it_warns_with_json_too(self, mono: Shell, shell: Shell) -> None:
        ran = mono("init", "people", "--json")
        assert ran.json["commit"]
        assert f"inside another git repository, {mono.folder}" in ran.err
        assert shell("init", "alone", "--json").err == ""

    def test_a_folder_that_is_ignored_is_fine(self, mono: Shell) -> None:
        mono.write(".gitignore", "people/\n")
        assert "inside" not in mono("init", "people").err

    def test_its_own_top_and_a_repository_that_was_there_before_are_fine(self, mono: Shell) -> None:
        mono.git("init", "-q", "sub")
        assert "inside" not in mono("init", "sub").err
        assert "inside" not in mono("init", ".").err


def test_the_first_seat_of_an_org_may_add_itself(shell: Shell) -> None:
    shell("init", "new", "--name", "New")
    new = shell.at(shell.folder / "new")
    first = ("seat", "add", "nora", "--role", "Founder", "--kind", "human")
    assert new(*first, "--by", "someone", code=2).err.startswith('orgtp: unknown seat "someone"')
    new(*first, "--by", "nora")
    assert "Orgtp-By: nora" in trailers(new)
    assert new("audit", "verify").code == 0
    second = new("seat", "add", "ida", "--role", "Finance", "--kind", "human", "--by", "ida", code=2)
    assert 'unknown seat "ida"' in second.err
