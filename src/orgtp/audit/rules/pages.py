"""The manual pages of the violations that `orgtp audit verify` finds. The checks are in the modules beside this one."""

from __future__ import annotations

from textwrap import fill

from orgtp.rules.registry import ALL_RULES, sort_by_topic
from orgtp.rules.rule import Rule, form_rule

_WIDTH = 110


def _audit_page(id_: str, title: str, why: str, bad: str, good: str, fix: str) -> Rule:
    return form_rule(id_, title, fill(why, _WIDTH), bad, good, fill(fix, _WIDTH), topic="history")


_FIRST = '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"talks","period":"2026-W47","value":"2"}'
_LATER = '{"id":"b","at":"2026-11-21T09:00:00Z","metric":"talks","period":"2026-W47","value":"9"}'
_CHANGED, _SAME_ID = _FIRST.replace('"2"', '"9"'), _LATER.replace('"b"', '"a"')
_EVER = (
    "the commit stays in the history, so the verdict stays until an approver explains it (`orgtp audit explain`). "
    "Restore the earlier content in a new commit"
)

HISTORY: tuple[Rule, ...] = (
    _audit_page(
        "score-rewritten",
        "A commit changed, removed or moved lines of a score file.",
        "The new file must begin with the old one, byte for byte. If lines could be rewritten, no earlier value "
        "could be trusted.",
        f"-{_FIRST}\n+{_CHANGED}",
        f" {_FIRST}\n+{_LATER}",
        f"{_EVER}, and correct a value with `orgtp score add`.",
    ),
    _audit_page(
        "score-file-deleted",
        "A commit deleted or renamed a score file.",
        "Values are never removed or moved. Nobody would look for them in another file.",
        "git rm scores/jeff/2026-10.jsonl",
        "orgtp retire jeff --to dash        (the values stay)",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`. If values were recorded in the file since, put the earlier lines "
        "before them by hand.",
    ),
    _audit_page(
        "score-file-mode",
        "A score file became a link, a submodule or executable.",
        "A link can show different values to each reader although no line of the file changes.",
        ":100644 120000 … T scores/dash/2026-11.jsonl",
        ":100644 100644 … M scores/dash/2026-11.jsonl",
        f"{_EVER}: as a plain file with mode 100644.",
    ),
    _audit_page(
        "merge-lost-lines",
        "A merge lacks lines of its parents, or changed their order.",
        "A merge that takes one side (`-s ours`) drops what the other side recorded, and no diff shows it.",
        "git merge -s ours rival",
        "git merge rival                    (scores/** merge=union keeps the lines of both)",
        "record the lost values again with their ids: `orgtp score add --from`.",
    ),
    _audit_page(
        "merge-added-lines",
        "A merge has a line that no parent has.",
        "Such a line was recorded in no commit of its own. It hides among the changes of both sides.",
        "a line typed in while resolving a conflict",
        "both sides' lines, and later:  orgtp score add dash talks 9",
        "find out who made the merge, and why. If the value is right, record it again.",
    ),
    _audit_page(
        "score-id-taken",
        "A commit recorded a value with an id that was used before.",
        "An id is unique in the org, so that a value that was sent twice is counted only once.",
        f"{_FIRST}\n{_SAME_ID}",
        f"{_FIRST}\n{_LATER}",
        "record the value again with an id of its own. The first record with the id counts.",
    ),
    _audit_page(
        "score-misfit",
        "A commit recorded a value that did not fit its metric at the time.",
        "The seat, the metric, the cadence, the kind of value and the month are checked as of that commit.",
        f"{_FIRST.replace('2026-W47', '2026-11')}        (talks is weekly)",
        _FIRST,
        "record it again correctly: `orgtp score add`.",
    ),
    _audit_page(
        "retirement-changed",
        "A commit changed or removed a retirement record.",
        "The record says who decided, why, and who took over, as of that day. It is added once and never changes.",
        "-reason: Missed its target eight weeks in a row.\n+reason: No longer needed.",
        "retirements/jeff.yaml as it was first committed",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`.",
    ),
    _audit_page(
        "escalation-rewritten",
        "A commit removed or changed events of an escalation.",
        "The file says who was asked, when it was passed up and who resolved it. Events are only added, so nobody can "
        "claim that they were asked later. The assignee, the deadline and the status change only with a new event.",
        '-  - {at: "2026-11-20T13:00:02Z", what: up, to: david}',
        "one more line at the end of `events`",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`.",
    ),
    _audit_page(
        "explanation-changed",
        "A commit changed or removed lines of audit/explained.jsonl.",
        "An explained violation stays explained, with its reason and the person who decided it. Lines are only added, "
        "by approvers.",
        '-{"at":"2026-11-20T13:00:02Z",…,"reason":"Renamed by mistake.","decided_by":"david"}',
        "one more line at the end of the file",
        f"{_EVER}: `git checkout COMMIT^ -- audit/explained.jsonl`.",
    ),
    _audit_page(
        "record-changed",
        "A commit changed or removed part of another record, such as a to-do.",
        "The record says what was agreed and what became of it. Its events are only added, and so are the lines of a "
        "JSON Lines file. A record without events never changes.",
        '-  - {at: "2026-11-30T13:00:02Z", by: bogdan, action: failed}',
        "one more event at the end of `events`",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`.",
    ),
    _audit_page(
        "id-reused",
        "A retired seat became active again, or a new seat has the id of an earlier one.",
        "Values, records and commits name a seat by its id. A reused id would make it unclear which seat they mean.",
        "-status: retired\n+status: active",
        'orgtp seat add jeff-2 --name Jeff --role "Data integrity" --kind agent --owner bogdan',
        "set `status: retired` again, and add a seat with an id that was never used.",
    ),
    _audit_page(
        "org-removed",
        "A commit removed org.yaml.",
        "Without it, the time zone, the ledger branch and the permissions are unknown.",
        "git rm org.yaml",
        "org.yaml changed by an approver",
        f"{_EVER}: `git checkout COMMIT^ -- org.yaml`.",
    ),
    _audit_page(
        "trailer-mismatch",
        "The changes of a commit do not match its trailers.",
        "People and `orgtp log` read the trailers, but the trees show what really changed.",
        "Orgtp-Action: score                (and seats/dash.yaml has another target)",
        "Orgtp-Action: set\nOrgtp-Seat: dash",
        "describe what really happened in a new commit.",
    ),
    _audit_page(
        "trailer-forged",
        "A trailer names a seat that was not changed, did not exist, did not decide, or did not sign.",
        "A false trailer attributes a change to someone who did not make it. In a signed commit, `Orgtp-By` and "
        "`Orgtp-Approved-By` name the signer.",
        "Orgtp-Approved-By: david           (and the record says decided_by: kristen)",
        "Orgtp-Approved-By: david           (decided_by: david)",
        "find out who made the commit, and record that in a new one.",
    ),
    _audit_page(
        "trailer-hidden",
        "A line of the message looks like a trailer but is not read as one.",
        "A person would see a claim that git does not, or the other way round.",
        "A note\nOrgtp-By: david\n\nOrgtp-Action: score",
        "A note\n\nOrgtp-Action: score\nOrgtp-By: tally",
        "let orgtp write the message. In your own messages, begin such a line with `>`.",
    ),
    _audit_page(
        "content-mismatch",
        "A commit's Orgtp-Content is not the hash of the files that it wrote.",
        "The signature covers the message, and the SHA-256 in the message covers the files, even if SHA-1 is broken.",
        "Orgtp-Content: sha256:0000…",
        "Orgtp-Content: sha256:9f86…        (of what the commit wrote)",
        "find out who made the commit: orgtp always writes the correct hash.",
    ),
    _audit_page(
        "date-back",
        "A commit is dated more than two hours before its parent.",
        "Authors choose the dates of commits, so an expired key could sign a commit with an earlier date.",
        "GIT_COMMITTER_DATE=2026-01-01T00:00Z git commit …",
        "git commit …",
        "set the clock of that machine, or ask the author.",
    ),
    _audit_page(
        "date-future",
        "A commit is dated more than two hours in the future.",
        "A commit with a future date does not show with `--at`, and correct commits after it seem to go back in time.",
        "GIT_COMMITTER_DATE=2030-01-01T00:00Z git commit …",
        "git commit …",
        "set the clock of that machine, or ask the author.",
    ),
    _audit_page(
        "history-rewritten",
        "The ledger branch of this clone has lost commits that it contained before.",
        "Amending, squashing or dropping a commit also removes its values, and the new history looks complete.",
        "git commit --amend                 (of what was verified before)",
        "a new commit",
        "find the old commit by its id (`git log ID`), and restore it. The message shows how, and how to accept the "
        "new history.",
    ),
    _audit_page(
        "remote-rewritten",
        "The remote no longer has commits that this clone saw there.",
        "Anyone who may force-push can rewrite the whole history. Clones remember what they saw.",
        "git push --force",
        "git push",
        "find out who did it, and why. The message shows how to accept the new history.",
    ),
    _audit_page(
        "checkpoint-not-contained",
        "The history does not contain the commits of a checkpoint.",
        "A checkpoint is stored outside the repository. Its head must be in the history, with as many commits.",
        "orgtp audit verify --checkpoint last-week.txt        (after a force-push)",
        "orgtp audit checkpoint > this-week.txt",
        "the history was rewritten after the checkpoint. Get the old history from another clone or a bundle.",
    ),
    _audit_page(
        "checkpoint-forged",
        "The signature of a checkpoint does not match its content.",
        "Someone changed the checkpoint after it was signed, or signed it with an unknown key.",
        "the number of commits, edited",
        "the three lines and the signature as they were printed",
        "use another copy. Find out where this one was stored, and who could write to it.",
    ),
    _audit_page(
        "signature-missing",
        "A commit is not signed, but the policy requires it.",
        "Without a signature, anyone can write any name as the author of a commit.",
        "git commit -m …                    (policy.require_signatures_since is set)",
        "git config commit.gpgsign true && git commit -m …",
        "sign commits; docs/audit.md describes the setup.",
    ),
    _audit_page(
        "signature-bad",
        "The signature of a commit does not match its content.",
        "The commit was changed after it was signed, or the signature was taken from another one.",
        "a commit object edited under its signature",
        "a commit made by git and signed by ssh-keygen",
        "the commit stays in the history. Find out who pushed it.",
    ),
    _audit_page(
        "signer-unknown",
        "A commit is signed with a key that the policy of its parent does not contain.",
        "The policy of the parent counts, so nobody can admit themselves.",
        "a commit that adds a key to policy/allowed_signers, signed by that key",
        "the same commit, signed by an approver",
        "an approver adds the key first.",
    ),
    _audit_page(
        "signer-not-allowed",
        "A commit is signed by a seat that may not make this change.",
        "Values are recorded by the seat, the people accountable for it, and scorekeepers. A seat is changed by its "
        "owner and the seats above. Approvers decide retirements. An approver of the previous policy changes the "
        "policy.",
        "seats/dash.yaml changed and signed by dash",
        "seats/dash.yaml changed and signed by its owner",
        "ask someone who may make this change to make it again in a commit of their own.",
    ),
    _audit_page(
        "record-forged",
        "A signed commit adds a record that names another seat than its signer.",
        "A value, an event of an escalation and a silence say who acted (`by`). In a signed commit that is the signer. "
        "A record that names nobody is fine.",
        '{"id":"b",…,"value":"9","by":"david"}        (signed with the key of dash)',
        '{"id":"b",…,"value":"9","by":"dash"}',
        "find out who made the commit, and record that in a new one. If the value is right, record it again.",
    ),
    _audit_page(
        "key-returned",
        "A key that was removed from the policy is in it again.",
        "Removing a key revokes it. If a revoked key returned, a thief of the key could sign again.",
        "git revert (of the commit that removed the key)",
        "a new key for the seat",
        "remove it again, and give the seat a new key.",
    ),
    _audit_page(
        "policy-rolled-back",
        "policy/allowed_signers is the same again as before a later change.",
        "Returning to an older policy admits signers whom the newer policy had removed.",
        "git checkout OLD -- policy/allowed_signers",
        "a new change by an approver",
        "write the policy that you want in a new commit.",
    ),
    _audit_page(
        "signatures-dropped",
        "The policy no longer requires signatures, or only since a later commit.",
        "A requirement must not be dropped, or the next commit could be made without a signature.",
        "-  require_signatures_since: 4f2c1a9\n",
        "   require_signatures_since: 4f2c1a9",
        "restore the line.",
    ),
)
# All pages: the rules of `validate`, and those of the audit.
PAGES: tuple[Rule, ...] = sort_by_topic((*ALL_RULES, *HISTORY))
