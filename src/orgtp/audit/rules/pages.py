"""The manual pages of what `orgtp audit verify` finds in a history. What finds it is in `rules/audit_*.py`."""

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
_EVER = "the commit stays in the history, so the verdict stays. Bring back what was there in a new commit"

HISTORY: tuple[Rule, ...] = (
    _audit_page(
        "score-rewritten",
        "A commit changed, removed or moved lines of a score file.",
        "The old file must be how the new one begins, byte for byte. Whoever may rewrite a line may make any history.",
        f"-{_FIRST}\n+{_CHANGED}",
        f" {_FIRST}\n+{_LATER}",
        f"{_EVER}, and correct a value with `orgtp score add`.",
    ),
    _audit_page(
        "score-file-deleted",
        "A commit deleted or renamed a score file.",
        "Values are never removed, nor moved to where nobody looks for them.",
        "git rm scores/jeff/2026-10.jsonl",
        "orgtp retire jeff --to dash        (the values stay)",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`.",
    ),
    _audit_page(
        "score-file-mode",
        "A score file became a link, a submodule or executable.",
        "A link can show other values to each reader, without a line of the file being changed.",
        ":100644 120000 … T scores/dash/2026-11.jsonl",
        ":100644 100644 … M scores/dash/2026-11.jsonl",
        f"{_EVER}: a plain file of mode 100644.",
    ),
    _audit_page(
        "merge-lost-lines",
        "A merge has not all lines of its parents, or not in their order.",
        "A merge that takes one side (`-s ours`) drops what the other recorded, and no diff shows it.",
        "git merge -s ours rival",
        "git merge rival                    (scores/** merge=union keeps the lines of both)",
        "record the lost values again, with `orgtp score add --from` and the ids that they had.",
    ),
    _audit_page(
        "merge-added-lines",
        "A merge has a line that none of its parents has.",
        "What a merge brings by itself was recorded by nobody: it hides among the changes of both sides.",
        "a line typed in while a conflict was resolved",
        "both sides' lines, and later:  orgtp score add dash talks 9",
        "find out who made the merge, and what for; a value that is right is recorded again.",
    ),
    _audit_page(
        "score-id-taken",
        "A commit recorded a value with an id that was used before.",
        "An id is unique in the org, so that a value that is sent twice is counted once.",
        f"{_FIRST}\n{_SAME_ID}",
        f"{_FIRST}\n{_LATER}",
        "record the value again with an id of its own; the first of the two counts.",
    ),
    _audit_page(
        "score-misfit",
        "A commit recorded a value that did not fit its metric as it stood then.",
        "The seat, the metric, the size of the period, the kind of value and the month are those of that commit.",
        f"{_FIRST.replace('2026-W47', '2026-11')}        (talks is weekly)",
        _FIRST,
        "record it again, rightly: `orgtp score add`.",
    ),
    _audit_page(
        "retirement-changed",
        "A commit changed or removed a retirement record.",
        "The record says who decided, why, and who took over, as it was on that day. It is added, and never changes.",
        "-reason: Missed its target eight weeks in a row.\n+reason: No longer needed.",
        "retirements/jeff.yaml as it was committed first",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`.",
    ),
    _audit_page(
        "escalation-rewritten",
        "A commit took away or changed what had happened to an escalation.",
        "Its file says who was asked, when it went up and who settled it. That is only ever added to, so that nobody\n"
        "can have been asked later than they were. Who has it, until when and whether it is settled changes only as\n"
        "something happens.",
        '-  - {at: "2026-11-20T13:00:02Z", what: up, to: david}',
        "one more line at the end of `events`",
        f"{_EVER}: `git checkout COMMIT^ -- FILE`.",
    ),
    _audit_page(
        "id-reused",
        "A seat came back, or a new one has the id of an earlier one.",
        "Values, records and commits name a seat by its id: nobody could tell any more whose they were.",
        "-status: retired\n+status: active",
        'orgtp seat add jeff-2 --name Jeff --role "Data integrity" --kind agent --owner bogdan',
        "write `status: retired` again, and add a seat with an id that was never used.",
    ),
    _audit_page(
        "tree-malformed",
        "A tree has two entries of one name.",
        "Git shows one of them in one place and the other in another: two people read two histories of one commit.",
        "scores/dash/2026-11.jsonl, twice in one tree",
        "scores/dash/2026-11.jsonl, once",
        "make the tree anew with one of the two; `git fsck --strict` finds such trees, and a server can refuse them.",
    ),
    _audit_page(
        "org-removed",
        "A commit removed org.yaml.",
        "Without it nobody knows the time zone, the ledger branch, or who may do what.",
        "git rm org.yaml",
        "org.yaml changed by an approver",
        f"{_EVER}: `git checkout COMMIT^ -- org.yaml`.",
    ),
    _audit_page(
        "trailer-mismatch",
        "A commit did something else than its trailers say.",
        "`orgtp log` and people read the trailers; what happened is what the trees say.",
        "Orgtp-Action: score                (and seats/dash.yaml has another target)",
        "Orgtp-Action: set\nOrgtp-Seat: dash",
        "say what really happened in a new commit.",
    ),
    _audit_page(
        "trailer-forged",
        "A trailer names a seat that was not touched, was not there, or did not decide.",
        "A claim that is not true puts somebody's name on what somebody else did.",
        "Orgtp-Approved-By: david           (and the record says decided_by: kristen)",
        "Orgtp-Approved-By: david           (decided_by: david)",
        "find out who made the commit, and say so in a new one.",
    ),
    _audit_page(
        "trailer-hidden",
        "A line of the message looks like a trailer and is not read as one.",
        "Two readers would be told two stories: one that git reads, and one that a person sees.",
        "A note\nOrgtp-By: david\n\nOrgtp-Action: score",
        "A note\n\nOrgtp-Action: score\nOrgtp-By: tally",
        "let orgtp write the message; in your own, begin such a line with `>`.",
    ),
    _audit_page(
        "content-mismatch",
        "A commit's Orgtp-Content is not the hash of what it wrote.",
        "A signature covers the message, and the SHA-256 in it covers the files, whatever becomes of SHA-1.",
        "Orgtp-Content: sha256:0000…",
        "Orgtp-Content: sha256:9f86…        (of what the commit wrote)",
        "find out who made the commit: orgtp writes it right.",
    ),
    _audit_page(
        "date-back",
        "A commit is dated more than two hours before the one it follows.",
        "A commit's date is its author's word, and a key that expired can sign a commit of yesterday's date.",
        "GIT_COMMITTER_DATE=2026-01-01T00:00Z git commit …",
        "git commit …",
        "set the clock of that machine, or ask the author.",
    ),
    _audit_page(
        "date-future",
        "A commit is dated more than two hours after now.",
        "What is dated ahead shows in no `--at`, and every honest commit after it seems to go back.",
        "GIT_COMMITTER_DATE=2030-01-01T00:00Z git commit …",
        "git commit …",
        "set the clock of that machine, or ask the author.",
    ),
    _audit_page(
        "history-rewritten",
        "The ledger branch of this clone has lost commits that were seen in it.",
        "A commit that was amended, squashed or dropped takes its values with it, and the new history looks whole.",
        "git commit --amend                 (of what was verified before)",
        "a new commit",
        "find the old commit by its id (`git log ID`), and bring it back; the message says how, and how to accept it.",
    ),
    _audit_page(
        "remote-rewritten",
        "The remote no longer has what this clone saw there.",
        "Whoever may force-push may rewrite everything; the clones remember.",
        "git push --force",
        "git push",
        "find out who did it, and why; the message says how to accept it.",
    ),
    _audit_page(
        "checkpoint-not-contained",
        "The history does not contain what a checkpoint was made of.",
        "A checkpoint is kept outside. Its head must be in the history, with as many commits before it.",
        "orgtp audit verify --checkpoint last-week.txt        (after a force-push)",
        "orgtp audit checkpoint > this-week.txt",
        "the history was rewritten since the checkpoint: get the old one from a clone or a bundle.",
    ),
    _audit_page(
        "checkpoint-forged",
        "The signature of a checkpoint is not good for what it says.",
        "Somebody changed the checkpoint after it was signed, or signed it with a key that nobody knows.",
        "the number of commits, edited",
        "the three lines and the signature as they were printed",
        "use another copy; where was this one kept, and who could write there?",
    ),
    _audit_page(
        "signature-missing",
        "A commit is not signed, and the policy requires it.",
        "Without a signature, the author of a commit is whoever was typed in.",
        "git commit -m …                    (policy.require_signatures_since is set)",
        "git config commit.gpgsign true && git commit -m …",
        "sign commits: docs/audit.md says how to set it up.",
    ),
    _audit_page(
        "signature-bad",
        "The signature of a commit does not belong to what it says.",
        "The commit was changed after it was signed, or the signature was taken from another one.",
        "a commit object edited under its signature",
        "a commit made by git and signed by ssh-keygen",
        "the commit stays in the history; find out who pushed it.",
    ),
    _audit_page(
        "signer-unknown",
        "A commit is signed by a key that the policy of its parent does not have.",
        "The policy is read from the commit before, so that nobody lets themselves in.",
        "a commit that adds a key to policy/allowed_signers, signed by that key",
        "the same commit, signed by an approver",
        "an approver adds the key first.",
    ),
    _audit_page(
        "signer-not-allowed",
        "A commit is signed by a seat that may not make this change.",
        "Values are recorded by the seat, those who answer for it, and scorekeepers; a seat is changed by its owner "
        "and those above; a retirement is decided by approvers; the policy by an approver of the one before.",
        "seats/dash.yaml changed and signed by dash",
        "seats/dash.yaml changed and signed by its owner",
        "who may do it does it again, in a commit of their own.",
    ),
    _audit_page(
        "key-returned",
        "A key that was taken out of the policy is there again.",
        "Taking a key out is how it is revoked. A revoked key that comes back lets in whoever stole it.",
        "git revert (of the commit that took the key out)",
        "a new key for the seat",
        "take it out again, and give the seat a new key.",
    ),
    _audit_page(
        "policy-rolled-back",
        "policy/allowed_signers is again what it was before a later change.",
        "Who goes back to an older policy lets in those whom the newer one had put out.",
        "git checkout OLD -- policy/allowed_signers",
        "an approver's change that is new",
        "write the policy that is meant, in a new commit.",
    ),
    _audit_page(
        "signatures-dropped",
        "The policy no longer requires signatures, or from a later commit on.",
        "What was binding stays binding: else the next commit needs no signature at all.",
        "-  require_signatures_since: 4f2c1a9\n",
        "   require_signatures_since: 4f2c1a9",
        "put the line back as it was.",
    ),
)
# Every page that there is: of what `validate` finds in an org, and of what an audit finds in its history.
PAGES: tuple[Rule, ...] = sort_by_topic((*ALL_RULES, *HISTORY))
