"""Check who signed each commit, and whether the policy before it allowed the change. See docs/audit.md, "Signatures".

A commit is checked against the policy of its parents, never its own, so nobody can admit themselves. A signature stays
good when the key is removed later. Without `policy/allowed_signers`, no signature is required.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from orgtp.audit.append_proof import AppendProof
from orgtp.audit.model import AuditNote, CommitChanges, CommitObject, Gap, TreeChange, Violation
from orgtp.audit.reverts import find_reverted
from orgtp.audit.rules.authority import (
    SignedChange,
    explain_ineligible_signer,
    find_refusals,
    find_wrong_deciders,
)
from orgtp.audit.rules.names import ClaimedName, find_claimed_names
from orgtp.audit.signature_pool import OPENPGP, Forges, SignatureCheck, SignaturePool, is_signed
from orgtp.audit.signing_policy import PolicyCache, PolicyHistory, SigningPolicy
from orgtp.audit.snapshot import BlobCache, CommitSnapshot
from orgtp.files.org import read_org_head
from orgtp.files.scores import find_seat_of_scores, parse_score_line
from orgtp.files.tree import HEAD
from orgtp.files.yaml.loader import NotStrict, read_document
from orgtp.git.ancestry import find_common_ancestors
from orgtp.git.ancestry import list_commits_after as commits_after
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import GIT_NAMESPACE, read_claimed_key
from orgtp.git.tree import open_tree
from orgtp.model.org import Org
from orgtp.model.score import format_timestamp
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey, fingerprint
from orgtp.model.text import count_noun
from orgtp.model.trailers import TrailerClaims, parse_claims

_MOST_GAPS = 20
RECORD_FORGED = "record-forged"
FILE_MODES = ("100644", "100755")
_ADMIT = (
    "Add the key to policy/allowed_signers in a commit signed by an admitted key, or make this commit again with an "
    "admitted key."
)
_REDO = "A signed commit cannot be corrected. Find out who made it, and undo its changes in a new commit."


def read_binding_commit(repo: Repo, tip: str) -> str:
    """Return the commit since which the policy at `tip` requires signatures; "" if it does not.

    This also applies to commits that are older than the policy.
    """
    return read_org_head(open_tree(repo, tip, checked=False).read_files([HEAD]).get(HEAD, b""))[0].policy.signed_since


class SignatureAudit:
    """The signature audit of one history. Commits must be checked after their parents.

    `signed` and `unsigned` count the commits made under a policy. `binding` is the commit since which signatures are
    required, or "". `notes` and `gaps` are those of this run only.
    """

    def __init__(self, repo: Repo, tip: str, cached: Mapping[str, Any] | None = None) -> None:
        known = cached or {}
        self._repo, self._tip = repo, tip
        self._commits = SignaturePool(repo)
        self._policies = PolicyCache()
        self._growth = AppendProof(repo, tip)
        gone, replaced, blocks = (dict(known.get(name, {})) for name in ("gone", "replaced", "blocks"))
        self.notes: list[AuditNote] = []
        self._policy_history = PolicyHistory(repo, tip, gone, replaced, blocks, self.notes)
        self.began = str(known.get("began", ""))
        self.signed, self.unsigned = int(known.get("signed", 0)), int(known.get("unsigned", 0))
        self.gaps: list[Gap] = []
        self.binding = read_binding_commit(repo, tip)
        self._first = self._policy_history.find_commit(self.binding)
        if self.binding and not self._first:
            what = f"policy.require_signatures_since names {self.binding}, which is not a commit of this history"
            self.notes.append(AuditNote(f"{what}; it applies from the commit that added it", tip))

    def cache_state(self) -> dict[str, Any]:
        """Return the state that the next audit continues from, as JSON."""
        counts = {"began": self.began, "signed": self.signed, "unsigned": self.unsigned}
        return {**counts, "binding": self.binding, **self._policy_history.cache_state()}

    @property
    def since(self) -> str:
        """The commit since which signatures were required and checked; "" if it is not in this history."""
        return self.binding if self._first else ""

    def queue_commits(self, commits: Sequence[CommitObject]) -> None:
        """Queue the next commits, so that several signatures are checked at once."""
        self._commits.queue_commits(commits)

    def check_signature(
        self,
        changes: CommitChanges,
        before: Sequence[CommitSnapshot],
        after: CommitSnapshot,
        withdrawn: Collection[str] = (),
    ) -> Iterator[Violation]:
        """Check a commit's signature, what its signer was allowed to change, and changes of the policy.

        `before` has a snapshot for each parent. `withdrawn` are the score files in which it withdraws a value. Raises
        `NoSshKeygen`.
        """
        old = [self._policies.read_policy(snapshot) for snapshot in before]
        new = self._policies.read_policy(after)
        if any(policy != new for policy in old):
            parents = zip((snapshot.commit for snapshot in before), old, strict=True)
            yield from self._policy_history.follow_commit(changes, list(parents), new)
        fresh = self._current_parents(changes, old)
        if len(fresh) < len(old):
            self._note_revoked(changes, old, fresh)
        counted = [number for number in fresh if old[number].signers]
        if counted:
            # The policies of several parents may report the same violation.
            found = self._check_with_policy(changes, counted, before, old, after, withdrawn)
            yield from {(one.rule, one.path, one.message): one for one in found}.values()
        elif self.binding or new.signers or any(policy.since for policy in old):
            yield from self._check_without_policy(changes, old, new)

    def _check_without_policy(
        self, changes: CommitChanges, old: Sequence[SigningPolicy], new: SigningPolicy
    ) -> Iterator[Violation]:
        """Check a commit whose parents have no policy. It may add the first one."""
        if self._is_bound(changes.commit, old):
            if is_signed(changes.commit):
                message = "the commit is signed, but no earlier policy says whose key it is"
                yield changes.violation(
                    "signer-unknown", message, hint="Name a later commit in policy.require_signatures_since."
                )
            else:
                yield self._missing_signature(changes)
        if new.signers and not self.began:
            self.began = changes.commit.id
            what = "trust begins here: no earlier policy confirms the keys in the first policy/allowed_signers"
            self.notes.append(AuditNote(what, changes.commit.id))

    def _current_parents(self, changes: CommitChanges, old: Sequence[SigningPolicy]) -> list[int]:
        """Return the parents whose policy applies: all except those with a policy that another parent replaced."""
        if len(set(old)) <= 1:
            return list(range(len(old)))
        parents = changes.commit.parents
        stale = {
            number
            for number in range(len(old))
            for other in range(len(old))
            if old[number] != old[other] and self._is_stale(parents[number], old[number], parents[other], old[other])
        }
        return [number for number in range(len(old)) if number not in stale]

    def _is_stale(self, commit: str, policy: SigningPolicy, other: str, others: SigningPolicy) -> bool:
        """Whether a parent still has the policy of the merge base, and the other parent has changed it."""
        base_policies = [
            self._policies.read_policy(self._policy_snapshot(base))
            for base in find_common_ancestors(self._repo, commit, other)
        ]
        return (
            bool(base_policies)
            and all(policy == base for base in base_policies)
            and all(others != base for base in base_policies)
        )

    def _policy_snapshot(self, commit: str) -> CommitSnapshot:
        nodes = {
            path: open_tree(self._repo, commit, checked=False).find_entry(path)
            for path in (ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, HEAD)
        }
        return CommitSnapshot(commit, BlobCache(self._repo), {path: node.id for path, node in nodes.items() if node})

    def _note_revoked(self, changes: CommitChanges, old: Sequence[SigningPolicy], fresh: Sequence[int]) -> None:
        """Note the merged commits whose key the other parent had removed from the policy.

        They were valid on their own branch. Whether they are older than the removal is unknown, so people must decide.
        """
        parents = changes.commit.parents
        stale = [parents[number] for number in range(len(old)) if number not in fresh]
        known = {blob for number in fresh for blob in old[number].by_blob}
        gone = {blob for number in range(len(old)) for blob in old[number].by_blob} - known
        merged = commits_after(self._repo, [parents[number] for number in fresh], stale) if gone else set()
        count = sum(read_claimed_key(self._repo.require(commit).raw, commit) in gone for commit in merged)
        if count:
            signed = f"{count_noun(count, 'commit')} merged here {'was' if count == 1 else 'were'} signed"
            what = f"{signed} with a key that had been removed from the policy"
            self.notes.append(AuditNote(what, changes.commit.id))

    def _check_with_policy(
        self,
        changes: CommitChanges,
        counted: Sequence[int],
        before: Sequence[CommitSnapshot],
        old: Sequence[SigningPolicy],
        after: CommitSnapshot,
        withdrawn: Collection[str],
    ) -> Iterator[Violation]:
        if not is_signed(changes.commit):
            self.unsigned += 1
            self._note_unsigned(changes)
            if self._is_bound(changes.commit, old):
                yield self._missing_signature(changes)
            return
        self.signed += 1
        back = [
            (before[one.number], one.paths) for one in find_reverted(self._repo, changes) if old[one.number].signers
        ]
        for snapshot, policy in ((before[number], old[number]) for number in counted):
            checked = self._commits.check_commit(changes.commit, _find_forge_keys(snapshot, policy))
            if checked.missing:
                self._note_missing_program(changes.commit, checked.missing)
            elif checked.why:
                yield changes.violation("signature-bad", checked.why, hint=_REDO)
            else:
                claim = yield from self._check_signer(changes, checked, snapshot, policy, after, withdrawn)
                if claim:
                    yield from _check_reverted(changes, claim, back)
                    # A forge may not change the files that have such names.
                    if not claim.forge:
                        yield from self._check_recorded_names(changes, claim, [one.org for one in before])

    def _check_signer(
        self,
        changes: CommitChanges,
        checked: SignatureCheck,
        snapshot: CommitSnapshot,
        policy: SigningPolicy,
        after: CommitSnapshot,
        withdrawn: Collection[str],
    ) -> Generator[Violation, None, SignedChange | None]:
        """Check the signer of a good signature against one policy. Returns the change for further checks."""
        signer, unknown = ("", "") if checked.forge else _identify_signer(policy, checked.key, changes.commit.at)
        if unknown:
            yield changes.violation("signer-unknown", unknown, after=_format_key(checked.key), hint=_ADMIT)
            return None
        forge = checked.forge or signer in policy.forge_names
        wrong = "" if forge else explain_ineligible_signer(snapshot.org, signer)
        if wrong:
            yield changes.violation("signer-not-allowed", f"its signer, {wrong}", after=signer, hint=_REDO)
            return None
        paths = {path: snapshot.oid(path) is not None for path in changes.own_changes}
        claim = SignedChange(
            signer, snapshot.org, after.org, paths, forge, withdrawn, lambda path: _read_data(path, snapshot, after)
        )
        yield from _check_permissions(changes, claim, changes.own_changes, "change")
        if not forge:
            yield from _check_claimed_names(changes, claim)
        return claim

    def _check_recorded_names(
        self, changes: CommitChanges, claim: SignedChange, before: Sequence[Org]
    ) -> Iterator[Violation]:
        """Find new values, events and silences that name another seat than the signer as the one that acted."""
        named = find_claimed_names(before, claim.after, [*changes.own_changes])
        for one in (*self._find_other_recorders(changes, claim.signer), *named):
            if one.seat != claim.signer:
                message = f"{one.what} says by {one.seat}, but {claim.signer} signed the commit"
                facts = {"before": claim.signer, "after": one.seat}
                yield changes.violation(RECORD_FORGED, message, path=one.path, line=one.line, **facts)

    def _find_other_recorders(self, changes: CommitChanges, signer: str) -> Iterator[ClaimedName]:
        """Find the seats other than the signer that new lines of score files name."""
        for path, entry in sorted(changes.own_changes.items()):
            if find_seat_of_scores(path) and entry.new_mode in FILE_MODES:
                for line in self._find_new_lines(changes, entry):
                    data, at, _ = parse_score_line(line)
                    if at and data.get("by", signer) != signer:
                        number = self._growth.read_version(entry.new).split(b"\n").index(line) + 1
                        yield ClaimedName(data["by"], path, f"the value {data['id']}", number)

    def _find_new_lines(self, changes: CommitChanges, entry: TreeChange) -> Iterable[bytes]:
        """Find the lines of a file that no parent has."""
        olds = [rows[entry.path] for rows in changes.against if entry.path in rows]
        grown = self._growth.find_appended(entry) if len(olds) == 1 and entry.old_mode in (None, *FILE_MODES) else None
        if grown and not changes.is_merge:
            return grown.added.split(b"\n")
        versions = (self._growth.read_version(one.old) for one in olds if one.old_mode in FILE_MODES)
        known = {line for raw in versions for line in raw.split(b"\n")}
        return [line for line in self._growth.read_version(entry.new).split(b"\n") if line not in known]

    def _is_bound(self, commit: CommitObject, old: Sequence[SigningPolicy]) -> bool:
        """Whether a commit must be signed, according to the policy before it or the current one."""
        return any(policy.since for policy in old) or (bool(self.binding) and commit.id in self._after_binding)

    @cached_property
    def _after_binding(self) -> set[str]:
        return commits_after(self._repo, [self._first], [self._tip]) if self._first else set()

    def _missing_signature(self, changes: CommitChanges) -> Violation:
        hint = "Let git sign commits: git config commit.gpgsign true. This one cannot be signed later; make it again."
        return changes.violation("signature-missing", "the commit is not signed, but must be", hint=hint)

    def _note_unsigned(self, changes: CommitChanges) -> None:
        if any(path == HEAD or path.startswith("policy/") for path in changes.own_changes):
            self.notes.append(AuditNote("the policy was changed in an unsigned commit", changes.commit.id))

    def _note_missing_program(self, commit: CommitObject, program: str) -> None:
        if len(self.gaps) < _MOST_GAPS:
            what = f"commit {commit.id[:10]} has an OpenPGP signature, and {program} is not installed to check it"
            self.gaps.append(Gap(what, "Install GnuPG, or set its path: git config --global gpg.program PATH"))


def _find_forge_keys(snapshot: CommitSnapshot, policy: SigningPolicy) -> Forges | None:
    """Return the OpenPGP keys that a policy admits; None if it admits none."""
    return (policy.forges, lambda: snapshot.raw(FORGE_KEYS_PATH) or b"") if policy.forges else None


def _identify_signer(policy: SigningPolicy, blob: str, at: int) -> tuple[str, str]:
    """Return the signer that a policy names for a key, or else why there is none."""
    if blob == OPENPGP:
        return "", "the commit has an OpenPGP signature, but there was no policy/forges.asc before it"
    lines = policy.by_blob.get(blob, ())
    fit = [key for key in lines if key.is_for(GIT_NAMESPACE) and key.is_valid_at(at)]
    names = {key.principal for key in fit}
    if len(names) == 1:
        return names.pop(), ""
    if len(names) > 1:
        return "", f"its key {_format_key(blob)} belongs to several signers: {', '.join(sorted(names))}"
    if lines:
        what = f"the key of {lines[0].principal}, {_format_key(blob)}, was not valid for commits of that date"
        return "", f"{what}: {_explain_unfit_key(lines)}"
    return "", f"its key {_format_key(blob)} is not in the policy before it"


def _explain_unfit_key(lines: Sequence[SignerKey]) -> str:
    """Explain why no line of the policy for a key admits it: what it is for, or when."""
    fit = [key for key in lines if key.is_for(GIT_NAMESPACE)]
    if not fit:
        names = sorted({name for key in lines for name in key.namespaces})
        return f"it may only sign in the {'namespace' if len(names) == 1 else 'namespaces'} {', '.join(names)}"
    spans = [(("from", key.since), ("before", key.until)) for key in fit]
    texts = (" and ".join(f"{word} {_format_day(at)}" for word, at in span if at is not None) for span in spans)
    return f"it is valid {', or '.join(texts)}"


def _format_day(at: int) -> str:
    return format_timestamp(datetime.fromtimestamp(at, UTC))


def _read_data(path: str, before: CommitSnapshot, after: CommitSnapshot) -> tuple[object, object]:
    """Return the content of a YAML file in two snapshots; None for one that is missing or not valid."""
    return _parse_data(path, before.raw(path)), _parse_data(path, after.raw(path))


def _parse_data(path: str, raw: bytes | None) -> object:
    try:
        data: object = read_document(path, raw).data if raw is not None else None
    except NotStrict:
        return None
    return data


def _format_key(blob: str) -> str:
    return fingerprint(blob) if blob != OPENPGP else blob


def _check_reverted(
    changes: CommitChanges, claim: SignedChange, back: Sequence[tuple[CommitSnapshot, Mapping[str, TreeChange]]]
) -> Iterator[Violation]:
    """Find what a merge reverts although its signer may not change it, by the seats of that parent."""
    for snapshot, entries in back:
        org = replace(snapshot.org, policy=claim.before.policy)
        paths = {path: entry.old is not None for path, entry in entries.items()}
        yield from _check_permissions(changes, replace(claim, before=org, paths=paths), entries, "undo the change of")


def _check_permissions(
    changes: CommitChanges, claim: SignedChange, entries: Mapping[str, TreeChange], did: str
) -> Iterator[Violation]:
    """Find the paths that the signer was not allowed to change."""
    who = f"the forge {claim.signer}".rstrip() if claim.forge else claim.signer
    for refusal in find_refusals(claim):
        entry = entries[refusal.path]
        yield changes.violation(
            "signer-not-allowed",
            f"{who} signed the commit, but may not {did} {refusal.path}",
            path=refusal.path,
            before=entry.old,
            after=entry.new,
            hint=f"{refusal.hint} Undo it in a new commit, or ask one of them to." if refusal.may else refusal.hint,
        )


def _check_claimed_names(changes: CommitChanges, claim: SignedChange) -> Iterator[Violation]:
    """Find trailers and retirement records that must name the signer, but name someone else."""
    for key, named in _list_claimed_names(parse_claims(changes.commit.message)):
        if named != claim.signer:
            message = f"{key} says {named}, but {claim.signer} signed the commit"
            yield changes.violation("trailer-forged", message, before=claim.signer, after=named)
    for path, named in find_wrong_deciders(claim):
        message = f"the record says that {named or 'nobody'} decided, but {claim.signer} signed the commit"
        yield changes.violation("trailer-forged", message, path=path, before=claim.signer, after=named)


def _list_claimed_names(claims: TrailerClaims) -> dict[tuple[str, str], None]:
    """List the trailers that name who acted or approved, wherever they stand in the message, without duplicates."""
    read = [one for one in (claims, claims.misplaced) if one]
    named = [("Orgtp-By", one.by) for one in read] + [("Orgtp-Approved-By", one.approved_by) for one in read]
    return dict.fromkeys(pair for pair in named if pair[1])
