"""The signing policy over the history, and whether it was ever rolled back.

A removed key must not return, a signature requirement must not be dropped, and a replaced file of signers must not
return. The audit cache stores which commits removed something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from orgtp.audit.model import AuditNote, CommitChanges, Violation
from orgtp.audit.snapshot import CommitSnapshot
from orgtp.files.org import read_org_head
from orgtp.files.signers import read_signers
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import find_commits_by_prefix
from orgtp.git.repo import Repo
from orgtp.model.org import Policy
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey


@dataclass(frozen=True)
class SigningPolicy:
    """The signing policy in one tree: the object ids of its three files, and their content."""

    signers: str | None
    forges: str | None
    head: str | None
    keys: tuple[SignerKey, ...] = field(compare=False)
    since: str = field(compare=False)
    forge_names: tuple[str, ...] = field(compare=False)
    deciders_hash: str = field(compare=False)

    @cached_property
    def by_blob(self) -> Mapping[str, tuple[SignerKey, ...]]:
        """The entries of each key."""
        found: dict[str, tuple[SignerKey, ...]] = {}
        for key in self.keys:
            found[key.blob] = (*found.get(key.blob, ()), key)
        return found


class PolicyCache:
    """Reads the policies of snapshots, each once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str | None, str | None], SigningPolicy] = {}

    def read_policy(self, snapshot: CommitSnapshot) -> SigningPolicy:
        """Read the signing policy of a snapshot."""
        name = (snapshot.oid(ALLOWED_SIGNERS_PATH), snapshot.oid(FORGE_KEYS_PATH), snapshot.oid(HEAD))
        found = self._known.get(name)
        if found is None:
            policy = read_org_head(snapshot.raw(HEAD) or b"")[0].policy
            keys = read_signers(snapshot.raw(ALLOWED_SIGNERS_PATH) or b"")[0] if name[0] else ()
            found = self._known[name] = SigningPolicy(
                *name, keys, policy.signed_since, policy.forges, _hash_deciders(policy)
            )
        return found


def _hash_deciders(policy: Policy) -> str:
    """Hash the lists of org.yaml that say who may decide: its approvers, scorekeepers and forges."""
    lists = [sorted(names) for names in (policy.approvers, policy.scorekeepers, policy.forges)]
    return sha256(repr(lists).encode()).hexdigest()


@dataclass
class PolicyHistory:
    """What was removed from the policy, and by which commits. Its return is a violation.

    Earlier lists of org.yaml may return, because people take turns. This only gives a note in `notes`.
    """

    repo: Repo
    tip: str
    gone: dict[str, list[str]] = field(default_factory=dict)
    replaced: dict[str, list[str]] = field(default_factory=dict)
    blocks: dict[str, list[str]] = field(default_factory=dict)
    notes: list[AuditNote] = field(default_factory=list)

    def cache_state(self) -> dict[str, Any]:
        """Return the state that the next audit continues from."""
        return {"gone": self.gone, "replaced": self.replaced, "blocks": self.blocks}

    def follow_commit(
        self, changes: CommitChanges, before: Sequence[tuple[str, SigningPolicy]], after: SigningPolicy
    ) -> Iterator[Violation]:
        """Find what a commit restores, compared with each parent (its id and policy). Parents must come first."""
        changed = [(parent, policy) for parent, policy in before if policy != after]
        found = [PolicyRollback(self, changes, parent, policy, after) for parent, policy in changed]
        violations = {(one.rule, one.before, one.after): one for back in found for one in back.find_violations()}
        self._note_returned_lists(changes.commit.id, changed, after)
        for _, policy in changed:
            self._record_removed(changes.commit.id, policy, after)
        yield from violations.values()

    def _note_returned_lists(
        self, commit: str, changed: Sequence[tuple[str, SigningPolicy]], after: SigningPolicy
    ) -> None:
        """Note if org.yaml has the same deciders again as before an earlier commit."""
        others = [parent for parent, policy in changed if policy.deciders_hash != after.deciders_hash]
        removed_in = next(
            filter(None, (self.first_ancestor(self.blocks.get(after.deciders_hash, ()), one) for one in others)), ""
        )
        if removed_in:
            what = "org.yaml again has the approvers, scorekeepers and forges that it had before"
            self.notes.append(AuditNote(f"an older policy returned: {what} {removed_in[:10]}", commit))

    def _record_removed(self, commit: str, before: SigningPolicy, after: SigningPolicy) -> None:
        if before.deciders_hash != after.deciders_hash:
            self.blocks.setdefault(before.deciders_hash, []).append(commit)
        if before.signers and before.signers != after.signers:
            self.replaced.setdefault(before.signers, []).append(commit)
            for blob in before.by_blob.keys() - after.by_blob.keys():
                self.gone.setdefault(blob, []).append(commit)

    def first_ancestor(self, commits: Sequence[str], parent: str) -> str:
        """Return the first of the commits that is an ancestor of `parent`; "" if none is."""
        return next((commit for commit in commits if self.repo.has_ancestor(commit, parent)), "")

    def find_commit(self, short: str) -> str:
        """Return the commit of this history with this id prefix; "" if there is not exactly one."""
        found = find_commits_by_prefix(self.repo, short, self.tip) if short else []
        return found[0] if len(found) == 1 else ""


@dataclass(frozen=True)
class PolicyRollback:
    """The policy of one commit compared with one parent: which parts were rolled back."""

    history: PolicyHistory
    changes: CommitChanges
    parent: str
    old: SigningPolicy
    new: SigningPolicy

    def find_violations(self) -> Iterator[Violation]:
        """Find returned keys, a returned file of signers, and a dropped signature requirement."""
        if self.old.signers != self.new.signers:
            yield from self._find_returned_keys()
            yield from self._find_returned_file()
        yield from self._find_dropped_requirement()

    def _find_returned_keys(self) -> Iterator[Violation]:
        for blob in self.new.by_blob.keys() - self.old.by_blob.keys():
            removed_in = self.history.first_ancestor(self.history.gone.get(blob, ()), self.parent)
            if removed_in:
                key = self.new.by_blob[blob][0]
                message = (
                    f"the key {key.fingerprint} was removed in {removed_in[:10]}, but is a key of {key.principal} again"
                )
                hint = "A revoked key stays revoked. Remove it, and make a new one: ssh-keygen -t ed25519"
                yield self._make_violation("key-returned", message, hint, ALLOWED_SIGNERS_PATH, None, key.fingerprint)

    def _find_returned_file(self) -> Iterator[Violation]:
        """Find out whether a replaced file returned. It may, if this only removes keys: that revokes them."""
        removed_in = self.history.first_ancestor(self.history.replaced.get(self.new.signers or "", ()), self.parent)
        if removed_in and set(self.new.keys) - set(self.old.keys):
            message = f"the policy is the same again as before {removed_in[:10]} replaced it"
            hint = "Restore the newer policy, and make your change to that."
            yield self._make_violation(
                "policy-rolled-back", message, hint, ALLOWED_SIGNERS_PATH, self.old.signers, self.new.signers
            )

    def _find_dropped_requirement(self) -> Iterator[Violation]:
        if self.old.signers and not self.new.signers:
            hint = "Restore policy/allowed_signers, without the revoked keys."
            yield self._make_violation(
                "signatures-dropped", "the policy no longer admits any signer", hint, ALLOWED_SIGNERS_PATH, None, None
            )
        if self.old.since and not self._is_as_strict():
            was, now = self.old.since, self.new.since
            message = f"signatures were required since {was}, but now {f'only since {now}' if now else 'no longer'}"
            hint = f'Restore it in org.yaml: policy.require_signatures_since: "{was}"'
            yield self._make_violation("signatures-dropped", message, hint, HEAD, was, now or None)

    def _is_as_strict(self) -> bool:
        """Whether signatures are still required since the same commit or an earlier one."""
        if self.old.since == self.new.since:
            return True
        was, now = self.history.find_commit(self.old.since), self.history.find_commit(self.new.since)
        return bool(was and now) and self.history.repo.has_ancestor(now, was)

    def _make_violation(
        self, rule: str, message: str, hint: str, path: str, before: str | None, after: str | None
    ) -> Violation:
        commit = self.changes.commit
        return Violation(rule, message, commit.id, commit.who, path, before=before, after=after, hint=hint)
