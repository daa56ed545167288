"""Ways to tamper where commits are signed and the past is kept; each with keys that ssh-keygen makes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

from tests.audit.keys import public
from tests.audit.signing import ORG, SIGNERS, Signed, seat
from tests.audit.ways import Found

BOT = "scores/bot/2026-11.jsonl"
LINE = '{{"id":"{}","at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W47","value":"1"}}\n'
METRIC = "metrics:\n  m: {name: M, outcome: Something, cadence: weekly, target: '>= 1'}\n"
_ADA = "seats/ada.yaml"
EVERYONE = ("ada", "bob", "bot", "clerk", "tally")
Signing = Callable[[Signed], Sequence[Found]]


def _fingerprint(org: Signed, name: str) -> str:
    ran = subprocess.run(["ssh-keygen", "-l", "-f", str(org.keys[name])], capture_output=True, text=True, check=True)
    return ran.stdout.split()[1]


def _refused(org: Signed, commit: str, path: str) -> Sequence[Found]:
    """A file that its signer may not touch: as it was before, and as it is, by what git calls their contents."""
    words = ("rev-parse", "-q", "--verify")
    before, after = (org.shell.git(*words, f"{rev}:{path}", code=None) for rev in (f"{commit}^", commit))
    return [Found("signer-not-allowed", commit, path, 0, before.out.strip() or None, after.out.strip() or None)]


def _values(org: Signed, *ids: str, by: str = "bot") -> str:
    return org.commit({BOT: "".join(LINE.format(one) for one in ids)}, by)


def _required(since: str) -> dict[str, str | None]:
    return {"org.yaml": f'{ORG}  require_signatures_since: "{since}"\n'}


def in_order(org: Signed) -> Sequence[Found]:
    """Nobody tampers: a seat, a scorekeeper and an owner each sign what they may."""
    _values(org, "a")
    _values(org, "a", "b", by="tally")
    org.commit({"seats/bot.yaml": seat("bot", f"{METRIC}mission: M\n")}, "bob")
    org.commit(_required(org.shell.head()), "ada")
    return []


def forged_author(org: Signed) -> Sequence[Found]:
    """The bot changes Ada's seat under Ada's name: its key gives it away."""
    org.shell.write(_ADA, seat("ada", "mission: Obeys the bot.\n"))
    commit = org.git("bot", "commit", "-qm", "Mine", "--author", "Ada <ada@example.com>")
    return _refused(org, commit, _ADA)


def self_admitted_key(org: Signed) -> Sequence[Found]:
    """Somebody writes their own key into the policy, and signs with it: only the first commit needs to be told."""
    text = org.shell.read(SIGNERS) + f"bob {public(org.keys['mallory'])}\n"
    commit = org.commit({SIGNERS: text}, "mallory")
    org.commit({"notes.txt": "x"}, "mallory")
    return [Found("signer-unknown", commit, "", 0, None, _fingerprint(org, "mallory"))]


def key_admitted_by_one_who_may_not(org: Signed) -> Sequence[Found]:
    """A seat with a good key lets another key in."""
    text = org.shell.read(SIGNERS) + f"clerk {public(org.keys['mallory'])}\n"
    return _refused(org, org.commit({SIGNERS: text}, "clerk"), SIGNERS)


def values_of_another_seat(org: Signed) -> Sequence[Found]:
    """A seat records for one that it does not answer for."""
    return _refused(org, _values(org, "a", by="clerk"), BOT)


VOID = (
    '{"id":"v","at":"2026-11-20T13:00:03Z","metric":"m","period":"2026-W47","value":null,"void":true,'
    '"by":"bob","note":"counted twice"}\n'
)


def own_inputs_in_order(org: Signed) -> Sequence[Found]:
    """The job that deploys a seat signs a new version of its model with the key of the seat."""
    org.commit({"seats/bot.yaml": seat("bot", f"inputs: {{model: m1}}\n{METRIC}")}, "bot")
    org.commit({"seats/bot.yaml": seat("bot", f"inputs: {{model: m2}}\n{METRIC}")}, "bot")
    return []


def more_than_own_inputs(org: Signed) -> Sequence[Found]:
    """With a new version of its model, a seat lowers its own target."""
    own = seat("bot", f"inputs: {{model: m2}}\n{METRIC}").replace(">= 1", ">= 0")
    return _refused(org, org.commit({"seats/bot.yaml": own}, "bot"), "seats/bot.yaml")


def inputs_of_another_seat(org: Signed) -> Sequence[Found]:
    """A seat says what another one works with."""
    commit = org.commit({"seats/tally.yaml": seat("tally", "inputs: {model: m2}\n")}, "bot")
    return _refused(org, commit, "seats/tally.yaml")


def value_withdrawn_in_order(org: Signed) -> Sequence[Found]:
    """The owner of the bot withdraws what it recorded."""
    _values(org, "a")
    org.commit({BOT: LINE.format("a") + VOID}, "bob")
    return []


def value_withdrawn_by_the_seat_itself(org: Signed) -> Sequence[Found]:
    """The bot withdraws its own value, and writes that its owner did: its key gives it away."""
    _values(org, "a")
    commit = org.commit({BOT: LINE.format("a") + VOID}, "bot")
    return [Found("record-forged", commit, BOT, 2, "bot", "bob"), *_refused(org, commit, BOT)]


def key_returned(org: Signed) -> Sequence[Found]:
    """A key that was taken out comes back."""
    org.admit("ada", "bob", "bot", "clerk", by="ada")
    commit = org.admit("ada", "bob", "bot", "tally", "clerk", by="ada")
    return [Found("key-returned", commit, SIGNERS, 0, None, _fingerprint(org, "tally"))]


def policy_rolled_back(org: Signed) -> Sequence[Found]:
    """What narrowed a key is undone: the policy is an older one."""
    before, old = org.shell.read(SIGNERS), org.shell.git("rev-parse", f"HEAD:{SIGNERS}").out.strip()
    org.commit({SIGNERS: before.replace("bot ", 'bot namespaces="file" ')}, "ada")
    new = org.shell.git("rev-parse", f"HEAD:{SIGNERS}").out.strip()
    return [Found("policy-rolled-back", org.commit({SIGNERS: before}, "ada"), SIGNERS, 0, new, old)]


def signers_removed(org: Signed) -> Sequence[Found]:
    """The file of signers goes: nobody's signature is known any more."""
    return [Found("signatures-dropped", org.commit({SIGNERS: None}, "ada"), SIGNERS, 0, None, None)]


def requirement_removed(org: Signed) -> Sequence[Found]:
    """Signatures are required, and then they are not."""
    since = org.shell.head()
    org.commit(_required(since), "ada")
    return [Found("signatures-dropped", org.commit({"org.yaml": ORG}, "ada"), "org.yaml", 0, since, None)]


def unsigned(org: Signed) -> Sequence[Found]:
    """Whoever wants to hide takes the signature off."""
    org.commit(_required(org.shell.head()), "ada")
    return [Found("signature-missing", _values(org, "a", by=""))]


def squashed_by_nobody(org: Signed) -> Sequence[Found]:
    """A forge whose key is not admitted squashes two signed commits into one that nobody signed."""
    org.commit(_required(org.shell.head()), "ada")
    org.shell.git("switch", "-qc", "side")
    _values(org, "a")
    _values(org, "a", "b")
    org.shell.git("switch", "-q", "main")
    org.shell.git("merge", "-q", "--squash", "side")
    return [Found("signature-missing", org.git("", "commit", "-qm", "Values (#1)"))]


def _rewritten(org: Signed, old: str, new: str) -> str:
    """Put a commit object in the place of the head that differs from it by a few words."""
    raw = org.shell.git("cat-file", "commit", "HEAD").out
    assert old in raw
    words = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
    commit = org.shell.git(*words, stdin=raw.replace(old, new, 1)).out.strip()
    org.shell.git("reset", "-q", "--hard", commit)
    return commit


def message_changed(org: Signed) -> Sequence[Found]:
    """What a signed commit says is changed, and its signature kept."""
    _values(org, "a")
    return [Found("signature-bad", _rewritten(org, "Change", "Chance"))]


def author_changed(org: Signed) -> Sequence[Found]:
    """Who made a signed commit is changed, and its signature kept."""
    _values(org, "a")
    return [Found("signature-bad", _rewritten(org, "author A Tester", "author B Tester"))]


def tree_changed(org: Signed) -> Sequence[Found]:
    """What a signed commit holds is changed, and its signature kept."""
    _values(org, "a")
    tree = org.shell.git("rev-parse", "HEAD^{tree}").out.strip()
    org.shell.write(BOT, LINE.format("b"))
    org.shell.git("add", "-A")
    return [Found("signature-bad", _rewritten(org, tree, org.shell.git("write-tree").out.strip()))]


def who_did_it_is_another(org: Signed) -> Sequence[Found]:
    """A trailer names another than who signed."""
    words = "score(bot): m\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: ada\n"
    commit = org.commit({BOT: LINE.format("a")}, "bot", words)
    return [Found("trailer-forged", commit, "", 0, "bot", "ada")]


def retired_signs(org: Signed) -> Sequence[Found]:
    """The key of a seat that is retired still signs."""
    org.commit({"seats/clerk.yaml": seat("clerk").replace("active", "retired")}, "ada")
    return [Found("signer-not-allowed", org.commit({"notes.txt": "x"}, "clerk"), "", 0, None, "clerk")]


def _merged(org: Signed, by: str, first: str, second: str) -> str:
    org.shell.git("switch", "-q", first)
    commit = org.git(by, "merge", "-q", "--no-ff", "-m", "Merge", second)
    org.shell.git("switch", "-q", "-C", "main", commit)
    return commit


def _parted(org: Signed) -> None:
    """Bob's key is taken out, and a branch is from before that."""
    org.shell.git("switch", "-qc", "side")
    org.commit({"seats/bot.yaml": seat("bot", f"{METRIC}mission: M\n")}, "bob")
    org.shell.git("switch", "-q", "main")
    org.admit("ada", "bot", "clerk", "tally", by="ada")


def revoked_key_merges(org: Signed) -> Sequence[Found]:
    """A key that was taken out signs a merge with a branch from before."""
    _parted(org)
    return [Found("signer-unknown", _merged(org, "bob", "main", "side"), "", 0, None, _fingerprint(org, "bob"))]


def revoked_key_merges_with_swapped_parents(org: Signed) -> Sequence[Found]:
    """The same, the old branch as the first parent: its policy has the key."""
    _parted(org)
    return [Found("signer-unknown", _merged(org, "bob", "side", "main"), "", 0, None, _fingerprint(org, "bob"))]


def revoked_key_on_an_old_branch(org: Signed) -> Sequence[Found]:
    """No proof of harm: what was signed while the key was good is good, and that it was merged late is noted."""
    _parted(org)
    _merged(org, "ada", "main", "side")
    return []


def evil_merge_signed(org: Signed) -> Sequence[Found]:
    """A merge changes what its signer may not change, and neither side did."""
    org.shell.git("switch", "-qc", "side")
    org.commit({"notes.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.shell.git("merge", "-q", "--no-ff", "--no-commit", "side")
    commit = org.commit({_ADA: seat("ada", "mission: M\n")}, "bot")
    return _refused(org, commit, _ADA)


# Names that a record or a trailer claims.

SAID = '{{"id":"{}","at":"2026-11-20T13:00:02Z","metric":"m","period":"2026-W47","value":"1","by":"{}"}}\n'
_SILENCED, _OPENED = "escalations/silenced/bot.yaml", "escalations/2026-11-20-bot-m.yaml"
_EVENT = '  - {{at: "2026-11-20T1{}:00:00Z", what: {}, by: {}}}\n'
_ISSUE = """what: x
opened_at: "2026-11-20T12:00:00Z"
by: {}
seat: bot
with: bob
due: "2026-11-20T18:00:00Z"
state: {}
events:
"""


def _forged(commit: str, path: str, line_number: int, signer: str, named: str) -> Found:
    return Found("record-forged", commit, path, line_number, signer, named)


def names_in_order(org: Signed) -> Sequence[Found]:
    """Nobody tampers: every record names who signed it, or nobody; and a merge brings the records of both."""
    org.commit({BOT: SAID.format("a", "bot")}, "bot")
    org.shell.git("switch", "-qc", "side")
    org.commit({BOT: SAID.format("a", "bot") + SAID.format("b", "tally")}, "tally")
    org.shell.git("switch", "-q", "main")
    org.commit({BOT: SAID.format("a", "bot") + LINE.format("c")}, "bob")
    org.shell.write(".git/info/attributes", "scores/** merge=union\n")
    _merged(org, "ada", "main", "side")
    issue = _ISSUE.format("bot", "open") + _EVENT.format(2, "opened", "bot")
    org.commit({_OPENED: issue}, "bot")
    org.commit({_OPENED: issue.replace("open\n", "resolved\n") + _EVENT.format(3, "resolved", "bob")}, "bob")
    org.commit({_SILENCED: "m: {until: 2026-12-01, reason: x, by: bob}\n"}, "bob")
    org.commit({_SILENCED: "m: {until: 2026-12-01, reason: x, by: bob}\nx-note: 1\n"}, "ada")
    return []


def value_by_another(org: Signed) -> Sequence[Found]:
    """A value says that Ada recorded it."""
    org.commit({BOT: SAID.format("a", "bot")}, "bot")
    commit = org.commit({BOT: SAID.format("a", "bot") + SAID.format("b", "ada")}, "bot")
    return [_forged(commit, BOT, 2, "bot", "ada")]


def value_by_another_in_other_words(org: Signed) -> Sequence[Found]:
    """The same, in a line that JSON reads in the same way."""
    text = SAID.format("a", "ada").replace(",", ", ").replace('"by"', '"\\u0062y"')
    return [_forged(org.commit({BOT: text}, "bot"), BOT, 1, "bot", "ada")]


def value_by_another_in_a_merge(org: Signed) -> Sequence[Found]:
    """The same, in a merge: no parent has the line."""
    org.commit({BOT: SAID.format("a", "bot")}, "bot")
    org.shell.git("switch", "-qc", "side")
    org.commit({"notes.txt": "x"}, "bot")
    org.shell.git("switch", "-q", "main")
    org.shell.git("merge", "-q", "--no-ff", "--no-commit", "side")
    commit = org.commit({BOT: SAID.format("a", "bot") + SAID.format("b", "ada")}, "bot")
    added = Found("merge-added-lines", commit, BOT, 2, None, SAID.format("b", "ada").rstrip("\n"))
    return [_forged(commit, BOT, 2, "bot", "ada"), added]


def blank_by_another(org: Signed) -> Sequence[Found]:
    """Nobody knows the value, and it is said to be Ada who says so."""
    text = SAID.format("a", "ada").replace('"value":"1"', '"value":null').replace("}", ',"note":"broken"}')
    return [_forged(org.commit({BOT: text}, "bot"), BOT, 1, "bot", "ada")]


def escalation_opened_by_another(org: Signed) -> Sequence[Found]:
    """An escalation says that Ada opened it, and its event says so, too."""
    commit = org.commit({_OPENED: _ISSUE.format("ada", "open") + _EVENT.format(2, "opened", "ada")}, "clerk")
    return [_forged(commit, _OPENED, 0, "clerk", "ada")] * 2


def escalation_resolved_by_another(org: Signed) -> Sequence[Found]:
    """An event says that Bob resolved it."""
    issue = _ISSUE.format("bot", "open") + _EVENT.format(2, "opened", "bot")
    org.commit({_OPENED: issue}, "bot")
    commit = org.commit({_OPENED: issue.replace("open\n", "resolved\n") + _EVENT.format(3, "resolved", "bob")}, "bot")
    return [_forged(commit, _OPENED, 0, "bot", "bob")]


def silence_by_another(org: Signed) -> Sequence[Found]:
    """A silence says that Ada asked for it."""
    commit = org.commit({_SILENCED: "m: {until: 2026-12-01, reason: x, by: ada}\n"}, "bob")
    return [_forged(commit, _SILENCED, 0, "bob", "ada")]


def approved_by_another(org: Signed) -> Sequence[Found]:
    """A value that Ada is said to approve, and nobody asked her."""
    words = "score(bot): m\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: bot\nOrgtp-Approved-By: ada\n"
    commit = org.commit({BOT: LINE.format("a")}, "bot", words)
    return [Found("trailer-forged", commit, "", 0, "bot", "ada")]


def approved_by_another_with_a_line_below(org: Signed) -> Sequence[Found]:
    """The same, where git does not read it and people do."""
    words = "Work\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-By: ada\nOrgtp-Approved-By: ada\n\nCloses #12\n"
    commit = org.commit({"seats/bot.yaml": seat("bot", f"{METRIC}mission: M\n")}, "bob", words)
    return [Found("trailer-forged", commit, "", 0, "bob", "ada")] * 2


def holidays_with_a_retirement(org: Signed) -> Sequence[Found]:
    """Bob may retire the bot. With that he gives everybody days off."""
    record = "seat: bot\nname: N\nrole: R\nkind: agent\nretired_on: 2026-11-20\nreason: R\ndecided_by: bob\n"
    retired = seat("bot", METRIC).replace("active", "retired")
    changes = {"retirements/bot.yaml": record, "seats/bot.yaml": retired, "org.yaml": ORG + "holidays: [2026-11-30]\n"}
    return _refused(org, org.commit(changes, "bob"), "org.yaml")
