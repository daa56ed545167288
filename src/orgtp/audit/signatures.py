"""Who signed each commit, and whether the policy before it let them do what it did. See docs/audit.md, "Signatures".

A commit is judged by the policy of its parents, never by its own: nobody lets themselves in, and what was signed while
a key was in the policy stays good when it is taken out. Where there is no `policy/allowed_signers`, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from orgtp.audit.model import AuditNote, CommitChanges, CommitObject, Gap, TreeChange, Violation
from orgtp.audit.reverts import find_reverted
from orgtp.audit.rules.authority import (
    SignedChange,
    explain_ineligible_signer,
    find_refusals,
    find_wrong_deciders,
    retirement_deciders,
)
from orgtp.audit.signature_pool import OPENPGP, Forges, SignatureCheck, SignaturePool, claimed_key, is_signed
from orgtp.audit.signing_policy import PolicyCache, PolicyHistory, SigningPolicy
from orgtp.audit.snapshot import BlobCache, CommitSnapshot
from orgtp.files.org import read_head
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import after as commits_after
from orgtp.git.ancestry import bases
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import GIT
from orgtp.git.tree import walk_of
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, fingerprint
from orgtp.model.text import count_noun as told_number
from orgtp.model.trailers import TrailerClaims, parse_claims

_MOST_GAPS = 20
_ADMIT = (
    "Admit the key in policy/allowed_signers, and let somebody it knows sign that; or make the commit anew, signed."
)
_REDO = "What is signed cannot be mended: find out who made it, and undo what it did in a new commit."


def binding_commit(repo: Repo, tip: str) -> str:
    """From which commit on the policy of `tip` has each commit be signed, those before it too; "" where from none."""
    return read_head(walk_of(repo, tip).files([HEAD]).get(HEAD, b""))[0].policy.signed_since


class SignatureAudit:
    """The judge of signatures of one walk, which must come to every commit after its parents.

    `signed` and `unsigned` count the commits that came when there was a policy; `binding` is the commit from which on
    each must be signed, "" where none must. `notes` and `gaps` are those of this walk alone.
    """

    def __init__(self, repo: Repo, tip: str, memory: Mapping[str, Any] | None = None) -> None:
        known = memory or {}
        self._repo, self._tip = repo, tip
        self._commits = SignaturePool(repo)
        self._policies = PolicyCache()
        gone, replaced, blocks = (dict(known.get(name, {})) for name in ("gone", "replaced", "blocks"))
        self.notes: list[AuditNote] = []
        self._line = PolicyHistory(repo, tip, gone, replaced, blocks, self.notes)
        self.began = str(known.get("began", ""))
        self.signed, self.unsigned = int(known.get("signed", 0)), int(known.get("unsigned", 0))
        self.gaps: list[Gap] = []
        self.binding = binding_commit(repo, tip)
        self._first = self._line.find_commit(self.binding)
        if self.binding and not self._first:
            what = f"policy.require_signatures_since names {self.binding}, which is no commit of this history"
            self.notes.append(AuditNote(f"{what}; it binds from where it was written on", tip))

    def cache_state(self) -> dict[str, Any]:
        """What the next walk goes on from, as JSON."""
        counts = {"began": self.began, "signed": self.signed, "unsigned": self.unsigned}
        return {**counts, "binding": self.binding, **self._line.cache_state()}

    @property
    def since(self) -> str:
        """The commit since which each was signed, or is told; "" where what is named is none of this history."""
        return self.binding if self._first else ""

    def queue_commits(self, commits: Sequence[CommitObject]) -> None:
        """Say which commits come next, so that their signatures are checked several at once."""
        self._commits.queue_commits(commits)

    def check_signature_of(
        self, deed: CommitChanges, before: Sequence[CommitSnapshot], after: CommitSnapshot
    ) -> Iterator[Violation]:
        """What is wrong with a commit's signature, with what its signer did, and with what becomes of the policy.

        `before` has a moment for each parent. Raises `NoSshKeygen`.
        """
        old = [self._policies.read_policy(moment) for moment in before]
        new = self._policies.read_policy(after)
        if any(policy != new for policy in old):
            parents = zip((moment.commit for moment in before), old, strict=True)
            yield from self._line.follow_commit(deed, list(parents), new)
        fresh = self._current_parents(deed, old)
        if len(fresh) < len(old):
            self._note_revoked(deed, old, fresh)
        counted = [number for number in fresh if old[number].signers]
        if counted:
            yield from _drop_duplicates(self._check_with_policy(deed, counted, before, old, after))
        elif self.binding or new.signers or any(policy.since for policy in old):
            yield from self._check_without_policy(deed, old, new)

    def _check_without_policy(
        self, deed: CommitChanges, old: Sequence[SigningPolicy], new: SigningPolicy
    ) -> Iterator[Violation]:
        """A commit before which there was no policy: trust begins with it, or it should not be."""
        if self._is_bound(deed.commit, old):
            if is_signed(deed.commit):
                message = "it is signed, and no policy before it says whose key that is"
                yield deed.violation(
                    "signer-unknown", message, hint="Name a later commit in policy.require_signatures_since."
                )
            else:
                yield self._missing_signature(deed)
        if new.signers and not self.began:
            self.began = deed.commit.id
            what = "trust begins here: nobody vouches for the first policy/allowed_signers but whoever wrote it"
            self.notes.append(AuditNote(what, deed.commit.id))

    # Which policy counts.

    def _current_parents(self, deed: CommitChanges, old: Sequence[SigningPolicy]) -> list[int]:
        """The parents whose policy counts: all but those that have kept what another has changed since they parted."""
        if len(set(old)) <= 1:
            return list(range(len(old)))
        parents = deed.commit.parents
        stale = {
            number
            for number in range(len(old))
            for other in range(len(old))
            if old[number] != old[other] and self._is_stale(parents[number], old[number], parents[other], old[other])
        }
        return [number for number in range(len(old)) if number not in stale]

    def _is_stale(self, commit: str, policy: SigningPolicy, other: str, others: SigningPolicy) -> bool:
        """Whether a parent's policy is that of where the two parted, and the other's is not."""
        parted = [self._policies.read_policy(self._policy_snapshot(base)) for base in bases(self._repo, commit, other)]
        return bool(parted) and all(policy == base for base in parted) and all(others != base for base in parted)

    def _policy_snapshot(self, commit: str) -> CommitSnapshot:
        nodes = {path: walk_of(self._repo, commit).node(path) for path in (ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, HEAD)}
        return CommitSnapshot(commit, BlobCache(self._repo), {path: node.id for path, node in nodes.items() if node})

    def _note_revoked(self, deed: CommitChanges, old: Sequence[SigningPolicy], fresh: Sequence[int]) -> None:
        """Say how many commits a merge brings that were signed with a key that was taken out elsewhere meanwhile.

        They were in order where they were made, and nobody can tell whether that was before: it is for people to see.
        """
        parents = deed.commit.parents
        stale = [parents[number] for number in range(len(old)) if number not in fresh]
        known = {blob for number in fresh for blob in old[number].by_blob}
        gone = {blob for number in range(len(old)) for blob in old[number].by_blob} - known
        brought = commits_after(self._repo, [parents[number] for number in fresh], stale) if gone else set()
        count = sum(claimed_key(found.raw, commit) in gone for commit in brought if (found := self._repo.read(commit)))
        if count:
            signed = f"{told_number(count, 'commit')} merged here had been signed"
            self.notes.append(AuditNote(f"{signed} with a key that the policy knew no more by then", deed.commit.id))

    # Who signed, and what they may.

    def _check_with_policy(
        self,
        deed: CommitChanges,
        counted: Sequence[int],
        before: Sequence[CommitSnapshot],
        old: Sequence[SigningPolicy],
        after: CommitSnapshot,
    ) -> Iterator[Violation]:
        if not is_signed(deed.commit):
            self.unsigned += 1
            self._note_unsigned(deed)
            if self._is_bound(deed.commit, old):
                yield self._missing_signature(deed)
            return
        self.signed += 1
        back = [(before[one.number], one.paths) for one in find_reverted(self._repo, deed) if old[one.number].signers]
        for moment, policy in ((before[number], old[number]) for number in counted):
            checked = self._commits.check_commit(deed.commit, _forge_keys(moment, policy))
            if checked.missing:
                self._note_missing_program(deed.commit, checked.missing)
            elif checked.why:
                yield deed.violation("signature-bad", checked.why, hint=_REDO)
            else:
                claim = yield from self._check_signer(deed, checked, moment, policy, after)
                yield from _check_reverted(deed, claim, back) if claim else ()

    def _check_signer(
        self,
        deed: CommitChanges,
        checked: SignatureCheck,
        moment: CommitSnapshot,
        policy: SigningPolicy,
        after: CommitSnapshot,
    ) -> Generator[Violation, None, SignedChange | None]:
        """What one policy says of a good signature."""
        signer, unknown = ("", "") if checked.forge else _identify_signer(policy, checked.key, deed.commit.at)
        if unknown:
            yield deed.violation("signer-unknown", unknown, after=_format_key(checked.key), hint=_ADMIT)
            return None
        forge = checked.forge or signer in policy.forge_names
        wrong = "" if forge else explain_ineligible_signer(moment.org, signer)
        if wrong:
            yield deed.violation("signer-not-allowed", f"its signer, {wrong}", after=signer, hint=_REDO)
            return None
        paths = {path: moment.oid(path) is not None for path in deed.own_changes}
        claim = SignedChange(signer, moment.org, after.org, paths, forge)
        yield from _check_permissions(deed, claim, deed.own_changes, "change")
        if not forge:
            yield from _check_claimed_names(deed, claim)
        return claim

    # What is owed.

    def _is_bound(self, commit: CommitObject, old: Sequence[SigningPolicy]) -> bool:
        """Whether a commit must be signed: by the policy before it, or by the one that there is now."""
        return any(policy.since for policy in old) or (bool(self.binding) and commit.id in self._after_binding)

    @cached_property
    def _after_binding(self) -> set[str]:
        return commits_after(self._repo, [self._first], [self._tip]) if self._first else set()

    def _missing_signature(self, deed: CommitChanges) -> Violation:
        hint = "Let git sign: git config commit.gpgsign true. This commit cannot be signed later; make it anew."
        return deed.violation("signature-missing", "it is not signed, and must be", hint=hint)

    def _note_unsigned(self, deed: CommitChanges) -> None:
        if any(path == HEAD or path.startswith("policy/") for path in deed.own_changes):
            self.notes.append(AuditNote("the policy was changed, and nobody signed that", deed.commit.id))

    def _note_missing_program(self, commit: CommitObject, program: str) -> None:
        if len(self.gaps) < _MOST_GAPS:
            what = f"commit {commit.id[:10]} is signed by OpenPGP, and there is no {program} to check it"
            self.gaps.append(Gap(what, "Install GnuPG, or name it: git config --global gpg.program PATH"))


def _forge_keys(moment: CommitSnapshot, policy: SigningPolicy) -> Forges | None:
    """The OpenPGP keys that a policy admits."""
    return (policy.forges, lambda: moment.raw(FORGE_KEYS_PATH) or b"") if policy.forges else None


def _identify_signer(policy: SigningPolicy, blob: str, at: int) -> tuple[str, str]:
    """Whose key a policy says it is, or why it is nobody's."""
    if blob == OPENPGP:
        return "", "it is signed by OpenPGP, and there was no policy/forges.asc before it"
    lines = policy.by_blob.get(blob, ())
    fit = [key for key in lines if key.is_for(GIT) and key.is_valid_at(at)]
    names = {key.principal for key in fit}
    if len(names) == 1:
        return names.pop(), ""
    if len(names) > 1:
        return "", f"its key {_format_key(blob)} is that of several: {', '.join(sorted(names))}"
    if lines:
        return "", f"the key of {lines[0].principal}, {_format_key(blob)}, was not good for commits of that date"
    return "", f"its key {_format_key(blob)} is in no policy before it"


def _format_key(blob: str) -> str:
    return fingerprint(blob) if blob != OPENPGP else blob


def _check_reverted(
    deed: CommitChanges, claim: SignedChange, back: Sequence[tuple[CommitSnapshot, Mapping[str, TreeChange]]]
) -> Iterator[Violation]:
    """What a merge undoes of its parents and its signer may not change, by their seats and the policy that counts."""
    for moment, entries in back:
        org = replace(moment.org, policy=claim.before.policy)
        paths = {path: entry.old is not None for path, entry in entries.items()}
        yield from _check_permissions(deed, replace(claim, before=org, paths=paths), entries, "undo what was done to")


def _check_permissions(
    deed: CommitChanges, claim: SignedChange, entries: Mapping[str, TreeChange], did: str
) -> Iterator[Violation]:
    """What the signer did and may not do."""
    who = f"the forge {claim.signer}".rstrip() if claim.forge else claim.signer
    for refusal in find_refusals(claim):
        entry = entries[refusal.path]
        yield deed.violation(
            "signer-not-allowed",
            f"{who} signed it, and may not {did} {refusal.path}",
            path=refusal.path,
            before=entry.old,
            after=entry.new,
            hint=f"{refusal.hint} Undo it in a new commit, or let one of them do so." if refusal.may else refusal.hint,
        )


def _check_claimed_names(deed: CommitChanges, claim: SignedChange) -> Iterator[Violation]:
    """Names in the commit that are not the signer's, where only the signer's may stand."""
    claims: TrailerClaims = parse_claims(deed.commit.message)
    if claims.by and claims.by != claim.signer:
        message = f"Orgtp-By says {claims.by}, and {claim.signer} signed it"
        yield deed.violation("trailer-forged", message, before=claim.signer, after=claims.by)
    fit = [seat for retired in claim.records for seat in retirement_deciders(claim.before, retired)]
    if claims.approved_by and claim.records and (claims.approved_by != claim.signer or claim.signer not in fit):
        message = f"Orgtp-Approved-By says {claims.approved_by}, and {claim.signer} signed it"
        yield deed.violation("trailer-forged", message, before=claim.signer, after=claims.approved_by)
    for path, named in find_wrong_deciders(claim):
        message = f"the record says that {named or 'nobody'} decided, and {claim.signer} signed it"
        yield deed.violation("trailer-forged", message, path=path, before=claim.signer, after=named)


def _drop_duplicates(found: Iterator[Violation]) -> Iterator[Violation]:
    """Each violation once, though several parents' policies say so."""
    yield from {(one.rule, one.path, one.message): one for one in found}.values()
