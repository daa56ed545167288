"""Signatures of a history: whose they are, what the policy before each lets them do, and a policy that goes back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orgtp.audit.model import Audit, Verdict
from orgtp.audit.verify import audit_history
from orgtp.git.repo import find_repo
from tests.audit.keys import public, signers
from tests.audit.signing import ORG, SIGNERS, Signed, judged, make_signed, seat
from tests.conftest import Shell

LINE = '{"id":"%s","at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W47","value":"1"}\n'


@pytest.fixture
def org(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Signed:
    """The org, with its home as this process's own, and everyone in its policy from the second commit on."""
    for name, value in shell.env().items():
        monkeypatch.setenv(name, value)
    made = make_signed(shell)
    made.admit("ada", "bob", "bot", "clerk", "tally")
    return made


def scores(seat_id: str, *ids: str) -> dict[str, str]:
    return {f"scores/{seat_id}/2026-11.jsonl": "".join(LINE % one for one in ids)}


def required(since: str) -> dict[str, str]:
    return {"org.yaml": f'{ORG}  require_signatures_since: "{since}"\n'}


# Who may.


def test_a_history_in_order_is_in_order(org: Signed) -> None:
    org.commit(scores("bot", "a"), "bot")
    org.commit(
        scores("bot", "a", "b"), "tally", "score(bot): x\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: tally"
    )
    org.commit(scores("clerk", "c"), "bob")
    org.commit({"seats/bot.yaml": seat("bot", "mission: M\n")}, "bob")
    org.commit({"seats/bot.yaml": seat("bot", "mission: N\n")}, "ada")
    org.commit({"seats/new.yaml": seat("new", "kind: agent\nowner: bob\nreports_to: bob\n")}, "bob")
    org.commit({"notes.txt": "x"}, "clerk")
    org.commit(required(org.shell.head()), "ada")
    found = judged(org.shell)
    assert found.violations == []
    assert (found.judge.signed, found.judge.unsigned) == (8, 0)
    assert ["trust begins here" in note.what for note in found.notes] == [True]
    assert found.judge.binding


def test_without_a_policy_nothing_is_asked(shell: Shell) -> None:
    org = make_signed(shell)
    org.commit({"notes.txt": "x"}, "mallory")
    found = judged(org.shell)
    assert (found.violations, found.notes, found.judge.signed, found.judge.unsigned) == ([], [], 0, 0)


@pytest.mark.parametrize(
    ("by", "files", "said"),
    [
        ("mallory", {"notes.txt": "x"}, ("signer-unknown", "")),
        ("bob", scores("tally", "a"), ("signer-not-allowed", "scores/tally/2026-11.jsonl")),
        ("clerk", scores("bot", "a"), ("signer-not-allowed", "scores/bot/2026-11.jsonl")),
        ("bot", {"seats/bot.yaml": seat("bot", "mission: M\n")}, ("signer-not-allowed", "seats/bot.yaml")),
        ("bob", {"seats/ada.yaml": seat("ada", "mission: M\n")}, ("signer-not-allowed", "seats/ada.yaml")),
        ("bob", {"org.yaml": ORG.replace("tally", "bot")}, ("signer-not-allowed", "org.yaml")),
        ("bob", {"policy/notes.txt": "x"}, ("signer-not-allowed", "policy/notes.txt")),
    ],
)
def test_what_the_policy_does_not_allow(org: Signed, by: str, files: dict[str, str], said: tuple[str, str]) -> None:
    id_ = org.commit(files, by)
    (found,) = judged(org.shell).violations
    assert ((found.rule, found.path), found.commit) == (said, id_)
    assert found.hint


def test_nobody_lets_themselves_in(org: Signed) -> None:
    text = signers(**{name: org.keys[name] for name in ("ada", "bob", "bot", "clerk", "tally")})
    org.commit({SIGNERS: text + f"bob {public(org.keys['mallory'])}\n", **scores("bot", "a")}, "mallory")
    org.commit(scores("bot", "a", "b"), "mallory")
    assert judged(org.shell).rules == ["signer-unknown"], "the second has the first one's policy; the first is told"


def test_the_author_is_whoever_they_say_and_the_signer_is_not(org: Signed) -> None:
    files = {"seats/ada.yaml": seat("ada", "mission: M\n")}
    org.shell.write("seats/ada.yaml", files["seats/ada.yaml"])
    org.git("bot", "commit", "-qm", "Mine", "--author", "Ada <ada@example.com>")
    assert judged(org.shell).rules == ["signer-not-allowed"]


def test_a_commit_that_was_touched_after_it_was_signed(org: Signed) -> None:
    org.commit({"notes.txt": "x"}, "bot")
    raw = org.shell.git("cat-file", "commit", "HEAD").out
    forged = org.shell.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw.replace("Change", "Chance")).out
    org.shell.git("reset", "-q", "--hard", forged.strip())
    assert judged(org.shell).rules == ["signature-bad"]


def test_a_retired_seat_signs_nothing(org: Signed) -> None:
    org.commit({"seats/clerk.yaml": seat("clerk").replace("active", "retired")}, "ada")
    org.commit({"notes.txt": "x"}, "clerk")
    (found,) = judged(org.shell).violations
    assert (found.rule, found.after) == ("signer-not-allowed", "clerk")


def test_a_key_is_good_for_commits_and_for_its_time(org: Signed) -> None:
    at = 'valid-before="20231114"'
    key = public(org.keys["mallory"])
    everyone = signers(ada=org.keys["ada"])
    for options in ('namespaces="file"', at, 'valid-after="20300101"'):
        org.commit({SIGNERS: everyone + f"bot {options} {key}\n"}, "ada")
        org.commit(scores("bot", options[-9:]), "mallory")
    found = judged(org.shell)
    assert found.rules == ["signer-unknown"] * 3
    assert "was not valid for commits of that date" in found.violations[0].message
    reasons = [one.message.rpartition(": ")[2] for one in found.violations]
    assert reasons == [
        "it may only sign in the namespace file",
        "it is valid before 2023-11-14T00:00:00Z",
        "it is valid from 2030-01-01T00:00:00Z",
    ]


def test_a_key_of_two_seats_is_nobodys(org: Signed) -> None:
    org.commit(
        {SIGNERS: signers(ada=org.keys["ada"]) + f"bob {public(org.keys['bot'])}\nbot {public(org.keys['bot'])}\n"},
        "ada",
    )
    org.commit({"notes.txt": "x"}, "bot")
    assert judged(org.shell).rules == ["signer-unknown"]


# Trailers.


@pytest.mark.parametrize(("by", "said"), [("bot", []), ("ada", ["trailer-forged"]), ("nobody", ["trailer-forged"])])
def test_who_did_it_is_who_signed_it(org: Signed, by: str, said: list[str]) -> None:
    org.commit(scores("bot", "a"), "bot", f"score(bot): x\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: {by}\n")
    assert judged(org.shell).rules == said


# What is owed.


def test_unsigned_commits_are_counted_and_the_policy_is_noted(org: Signed) -> None:
    org.commit(scores("bot", "a"))
    org.commit({"org.yaml": ORG + "  grace: 2h\n"})
    found = judged(org.shell)
    assert (found.violations, found.judge.signed, found.judge.unsigned) == ([], 0, 2)
    assert found.notes[-1].what == "the policy was changed in an unsigned commit"


def test_from_where_signatures_are_required(org: Signed) -> None:
    first = org.commit(scores("bot", "a"))
    second = org.commit(scores("bot", "a", "b"))
    org.commit(required(first), "ada")
    third = org.commit(scores("bot", "a", "b", "c"))
    found = judged(org.shell)
    assert [(one.rule, one.commit) for one in found.violations] == [("signature-missing", i) for i in (second, third)]


def test_required_from_before_the_policy(shell: Shell) -> None:
    """What came before the policy can be nobody's."""
    org = make_signed(shell)
    first = org.shell.head()
    signed = org.commit({"notes.txt": "x"}, "ada")
    begun = org.admit("ada", "bob", by="ada")
    org.commit(required(first), "ada")
    found = judged(org.shell)
    assert [(one.rule, one.commit) for one in found.violations] == [("signer-unknown", i) for i in (signed, begun)]


@pytest.mark.parametrize("named", ["0000000", "main"])
def test_required_from_a_commit_that_is_none(org: Signed, named: str) -> None:
    """A branch that is called like a commit is no commit; what it binds, it binds from there on."""
    org.shell.git("branch", "abcdef0", "HEAD~1")
    org.commit(required("abcdef0" if named == "main" else named), "ada")
    org.commit(scores("bot", "a"))
    found = judged(org.shell)
    assert found.rules == ["signature-missing"]
    assert any("is not a commit of this history" in note.what for note in found.notes)


# A policy that goes back.


def test_a_key_that_was_taken_out_never_comes_back(org: Signed) -> None:
    org.admit("ada", "bob", "bot", by="ada")
    org.admit("ada", "bob", "bot", "clerk", by="ada")
    found = judged(org.shell)
    assert found.said == [("key-returned", SIGNERS)]
    org.admit("ada", "bob", "bot", "clerk", by="ada", more=f"tally {public(org.keys['tally'])}\n")
    assert judged(org.shell).rules == ["key-returned", "key-returned", "policy-rolled-back"]


def test_a_key_comes_back_as_another_seats(org: Signed) -> None:
    org.admit("ada", "bot", by="ada")
    org.admit("ada", "bot", by="ada", more=f"clerk {public(org.keys['bob'])}\n")
    assert judged(org.shell).rules == ["key-returned"]


def test_a_revocation_is_no_return(org: Signed) -> None:
    """Taking out what was let in by mistake leaves the very file that was there before."""
    org.admit("ada", "bob", "bot", "clerk", "tally", by="ada", more=f"bot {public(org.keys['mallory'])}\n")
    org.admit("ada", "bob", "bot", "clerk", "tally", by="ada")
    org.commit({"notes.txt": "x"}, "mallory")
    assert judged(org.shell).rules == ["signer-unknown"]


def test_what_narrowed_a_key_is_rolled_back(org: Signed) -> None:
    before = org.shell.read(SIGNERS)
    org.commit({SIGNERS: before.replace("bot ", 'bot namespaces="file" ')}, "ada")
    org.commit({SIGNERS: before}, "ada")
    assert judged(org.shell).rules == ["policy-rolled-back"]


@pytest.mark.parametrize("to", ["", "later"])
def test_signatures_are_no_longer_required(org: Signed, to: str) -> None:
    first = org.shell.head()
    org.commit(required(first), "ada")
    org.commit(required(org.shell.head()) if to else {"org.yaml": ORG}, "ada")
    assert judged(org.shell).said == [("signatures-dropped", "org.yaml")]


def test_required_from_earlier_on_is_fine(org: Signed) -> None:
    first, second = org.shell.head(), org.commit({"notes.txt": "x"}, "ada")
    org.commit(required(second), "ada")
    org.commit(required(second[:9]), "ada")
    org.commit(required(first), "ada")
    assert judged(org.shell).violations == []


def test_the_file_of_signers_goes(org: Signed) -> None:
    org.commit({SIGNERS: None}, "ada")
    org.commit(scores("bot", "a"), "mallory")
    assert judged(org.shell).said == [("signatures-dropped", SIGNERS)]


RETURN = "an older policy returned"


def test_a_return_to_an_older_policy_is_noted(org: Signed) -> None:
    org.commit({"org.yaml": ORG.replace("tally", "bot")}, "ada")
    memory, tip = judged(org.shell).judge.cache_state(), org.shell.head()
    org.commit({"org.yaml": ORG + "  grace: 2h\n"}, "ada")
    for found in (judged(org.shell), judged(org.shell, known=[tip], memory=memory)):
        assert found.violations == []
        assert found.notes[-1].what.startswith(RETURN)
        assert found.notes[-1].commit == org.shell.head()


@pytest.mark.parametrize("first", ["main", "side"])
def test_a_merge_with_an_older_policy_is_no_return(org: Signed, first: str) -> None:
    org.shell.git("branch", "side")
    org.commit({"org.yaml": ORG.replace("tally", "bot")}, "ada")
    org.commit({"org.yaml": ORG.replace("tally", "clerk")}, "ada")
    org.shell.git("switch", "-q", "side")
    org.commit({"notes.txt": "x"}, "bot")
    merge(org, "ada", first, "side" if first == "main" else "main")
    assert not any(note.what.startswith(RETURN) for note in judged(org.shell).notes)
    merge_back = org.commit({"org.yaml": ORG}, "ada")
    assert [note.commit for note in judged(org.shell).notes if note.what.startswith(RETURN)] == [merge_back]


# Merges.


def side(org: Signed, start: str = "HEAD") -> None:
    org.shell.git("switch", "-qc", "side", start)


def merge(org: Signed, by: str, first: str, second: str, *words: str) -> str:
    org.shell.git("switch", "-q", first)
    return org.git(by, "merge", "-q", "--no-ff", "-m", "Merge", *words, second)


def test_a_merge_asks_only_for_what_it_does_itself(org: Signed) -> None:
    side(org)
    org.commit({"seats/bot.yaml": seat("bot", "mission: M\n")}, "bob")
    org.shell.git("switch", "-q", "main")
    org.commit(scores("bot", "a"), "bot")
    merge(org, "clerk", "main", "side")
    assert judged(org.shell).violations == []
    org.shell.git("switch", "-q", "main")
    org.shell.git("switch", "-qc", "more")
    org.commit({"notes.txt": "x"}, "bot")
    merge(org, "mallory", "main", "more")
    assert judged(org.shell).rules == ["signer-unknown"]


def test_an_evil_merge(org: Signed) -> None:
    side(org)
    org.commit({"notes.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.git("", "merge", "-q", "--no-ff", "--no-commit", "side")
    org.commit({"seats/ada.yaml": seat("ada", "mission: M\n")}, "bot")
    assert judged(org.shell).said == [("signer-not-allowed", "seats/ada.yaml")]


@pytest.mark.parametrize("swapped", [False, True])
def test_an_old_branch_lets_nobody_in(org: Signed, *, swapped: bool) -> None:
    """Bob's key was taken out; a merge with an older branch is judged by what the policy has become since."""
    side(org)
    org.commit({"notes.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.admit("ada", "bot", "clerk", "tally", by="ada")
    merge(org, "bob", *(("side", "main") if swapped else ("main", "side")))
    assert judged(org.shell).rules == ["signer-unknown"]


def test_what_a_revoked_key_signed_elsewhere_is_noted(org: Signed) -> None:
    """By the policy before it, it was in order. Whether it is older than the revocation, only its date says."""
    side(org)
    org.commit({"seats/bot.yaml": seat("bot", "mission: M\n")}, "bob")
    org.commit({"notes.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.admit("ada", "bot", "clerk", "tally", by="ada")
    merge(org, "ada", "main", "side")
    found = judged(org.shell)
    assert found.violations == []
    assert found.notes[-1].what.startswith("1 commit merged here was signed with a key that had been removed")


@pytest.mark.parametrize("swapped", [False, True])
def test_a_merge_that_takes_the_older_policy(org: Signed, *, swapped: bool) -> None:
    side(org)
    org.commit({"notes.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.admit("ada", "bot", "clerk", "tally", by="ada")
    first, second = ("side", "main") if swapped else ("main", "side")
    merge(org, "ada", first, second, "-s", "ours") if swapped else None
    if not swapped:
        org.git("", "merge", "-q", "--no-ff", "--no-commit", "side")
        org.shell.git("checkout", "-q", "side", "--", "policy")
        org.git("ada", "commit", "-qm", "Merge")
    assert judged(org.shell).rules == ["key-returned", "policy-rolled-back"]


def test_where_both_changed_the_policy_each_must_allow_it(org: Signed) -> None:
    side(org)
    org.admit("ada", "bob", "bot", by="ada")
    org.shell.git("switch", "-q", "main")
    org.admit("ada", "clerk", "bot", by="ada")
    org.git("", "merge", "-q", "--no-commit", "-s", "ours", "side")
    org.commit({SIGNERS: signers(ada=org.keys["ada"], bot=org.keys["bot"])}, "clerk", "Merge")
    assert judged(org.shell).rules == ["signer-not-allowed", "signer-unknown"]


def test_a_branch_from_before_the_policy(org: Signed) -> None:
    side(org, "HEAD~1")
    org.commit({"notes.txt": "x"})
    merge(org, "ada", "main", "side")
    found = judged(org.shell)
    assert found.violations == []
    org.shell.git("switch", "-qc", "again", "side~1")
    org.commit({"more.txt": "x"})
    merge(org, "mallory", "again", "main")
    assert judged(org.shell).rules == ["signer-unknown"]


# Forges.


def test_a_forge_by_ssh(org: Signed) -> None:
    text = ORG + "  forges: [gitlab]\n"
    line = f"gitlab {public(org.keys['forge'])}\n"
    org.commit({"org.yaml": text, SIGNERS: org.shell.read(SIGNERS) + line}, "ada")
    side(org)
    org.commit({"seats/bot.yaml": seat("bot", "mission: M\n")}, "bob")
    org.shell.git("switch", "-q", "main")
    org.commit({"notes.txt": "x"}, "bot")
    merge(org, "forge", "main", "side")
    org.commit({"seats/bot.yaml": seat("bot", "mission: N\n"), "notes.txt": "y"}, "forge", "Set\n\nOrgtp-By: bob\n")
    assert judged(org.shell).violations == []
    files = {"retirements/bot.yaml": "x", "policy/x": "x", "org.yaml": text + "  grace: 2h\n", **scores("bot", "a")}
    org.commit(files, "forge")
    assert judged(org.shell).said == [("signer-not-allowed", path) for path in sorted(files)]


@pytest.fixture
def gnupg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of GnuPG's own with the key of a forge in it."""
    folder = tmp_path / "g"
    folder.mkdir(mode=0o700)
    words = ["gpg", "--homedir", str(folder), "--batch", "--quiet", "--passphrase", "", "--quick-gen-key"]
    subprocess.run([*words, "Forge <f@example.com>", "ed25519", "sign"], check=True, capture_output=True)
    yield folder
    subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], check=True)


def by_gpg(org: Signed, home: Path, *words: str) -> None:
    org.shell.git("config", "--global", "gpg.format", "openpgp")
    org.shell.git("config", "--global", "user.signingkey", "f@example.com")
    org.shell.git("add", "-A")
    org.shell.git("commit", "-qS", *words, "--allow-empty", GNUPGHOME=str(home))


def test_a_forge_by_openpgp(org: Signed, gnupg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_gpg(org, gnupg, "-m", "Too early")
    export = ["gpg", "--homedir", str(gnupg), "--armor", "--export"]
    keys = subprocess.run(export, check=True, capture_output=True, text=True).stdout
    org.commit({"policy/forges.asc": keys}, "ada")
    for number in range(3):
        org.shell.write("seats/bot.yaml", seat("bot", f"mission: M{number}\n"))
        by_gpg(org, gnupg, "-m", f"Merge {number}")
    assert judged(org.shell).rules == ["signer-unknown"]
    org.shell.write("org.yaml", ORG + "  grace: 2h\n")
    by_gpg(org, gnupg, "-m", "Policy")
    raw = org.shell.git("cat-file", "commit", "HEAD").out.replace("Policy", "policy")
    forged = org.shell.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw).out
    assert judged(org.shell).rules == ["signer-unknown", "signer-not-allowed"]
    assert judged(org.shell, forged.strip()).rules == ["signer-unknown", "signature-bad"]
    org.shell.git("config", "--global", "gpg.program", "/nonexistent/gpg")
    found = judged(org.shell)
    assert found.rules == ["signer-unknown"]
    assert len(found.gaps) == 4
    assert "gpg is not installed" in found.gaps[0].what


# From one audit to the next.


def test_what_was_taken_out_is_remembered(org: Signed) -> None:
    mid = org.admit("ada", "bob", "bot", by="ada")
    memory = judged(org.shell).judge.cache_state()
    org.commit(scores("bot", "a"), "bot")
    org.admit("ada", "bob", "bot", "clerk", by="ada")
    found = judged(org.shell, known=[mid], memory=memory)
    assert found.rules == ["key-returned"]
    assert (found.judge.signed, found.notes) == (3, [])


def audited(org: Signed) -> Audit:
    repo = find_repo(org.shell.folder)
    assert repo is not None
    return audit_history(repo, "main", org.shell.head(), datetime.now(UTC))


def test_required_from_what_was_looked_at_before(org: Signed) -> None:
    """What is remembered was not held to what is asked now, so all is looked at again, once."""
    first = org.shell.head()
    ids = [org.commit({"notes.txt": text}) for text in ("a", "b")]
    assert audited(org).verdict == Verdict.INTACT
    org.commit(required(first), "ada")
    found = audited(org)
    assert [(one.rule, one.commit) for one in found.violations] == [("signature-missing", id_) for id_ in ids]
    org.commit({"notes.txt": "c"}, "bot")
    again = audited(org)
    assert (again.violations, again.checked) == (found.violations, 1)


def test_required_from_what_was_signed_before(org: Signed) -> None:
    org.commit({"notes.txt": "x"}, "bot")
    assert audited(org).verdict == Verdict.INTACT
    org.commit(required(org.shell.head()), "ada")
    found = audited(org)
    assert found.verdict == Verdict.INTACT
    assert found.signatures
    assert found.signatures.since


def test_since_a_commit_that_is_none_nothing_is_said_to_be_signed(org: Signed) -> None:
    org.commit({"notes.txt": "x"})
    org.commit(required("0" * 40), "ada")
    found = audited(org)
    assert found.signatures
    assert (found.verdict, found.signatures.since) == (Verdict.INTACT, "")


def test_many_are_checked_at_once(org: Signed) -> None:
    for number in range(70):
        org.commit(scores("bot", *map(str, range(number + 1))), "bot")
    assert judged(org.shell).violations == []


class TestNamesInTheLog:
    """Under a policy, whoever signed has acted and approved; the author's address confirms nothing."""

    MESSAGE = "set(bot): x\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-By: {by}\nOrgtp-Approved-By: {approved}\n"

    @pytest.mark.parametrize(
        ("signer", "by", "approved", "claimed"),
        [
            ("ada", "ada", "ada", (False, False)),
            ("bot", "bot", "ada", (False, True)),
            ("ada", "bot", "ada", (True, False)),
            ("forge", "ada", "ada", (True, True)),
            ("mallory", "ada", "ada", (True, True)),
            ("", "ada", "ada", (True, True)),
        ],
    )
    def test_a_name_is_a_fact_if_that_seat_signed(
        self, shell: Shell, signer: str, by: str, approved: str, claimed: tuple[bool, bool]
    ) -> None:
        org = make_signed(shell)
        org.commit({"seats/ada.yaml": seat("ada", "email: ada@example.com\n")})
        before = org.shell("log", "-n", "1", "--json").json["commits"][0]
        org.admit("ada", "bot", forge=signers(forge=org.keys["forge"]))
        org.shell.git("config", "user.email", "ada@example.com")
        org.commit(
            {"seats/bot.yaml": seat("bot", "mission: x\n")}, signer, self.MESSAGE.format(by=by, approved=approved)
        )
        (entry,) = org.shell("log", "-n", "1", "--json").json["commits"]
        assert (entry["by_claimed"], entry["approved_by_claimed"]) == claimed
        assert ("approved by ada)" in org.shell("log", "-n", "1").out) is True
        assert ("(approved by ada)" in org.shell("log", "-n", "1").out) is not claimed[1]
        assert (before["by_claimed"], before["approved_by_claimed"]) == (False, False)
