"""The policy of a history: what it says at a moment, and whether it ever goes back to what it was.

A key that was taken out never comes back, signatures that were asked for are asked for from then on, and a file of
signers that was replaced does not return. Which commit took what out is remembered from one audit to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from orgtp.audit.model import AuditNote, CommitChanges, Violation
from orgtp.audit.snapshot import CommitSnapshot
from orgtp.files.org import read_head
from orgtp.files.signers import read_signers
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import commits_named, is_before
from orgtp.git.repo import Repo
from orgtp.model.org import Policy
from orgtp.model.signing_key import ALLOWED_SIGNERS_PATH, FORGE_KEYS_PATH, SignerKey


@dataclass(frozen=True)
class SigningPolicy:
    """What one tree says of who may sign: the object ids of its three files, and what they hold."""

    signers: str | None
    forges: str | None
    head: str | None
    keys: tuple[SignerKey, ...] = field(compare=False)
    since: str = field(compare=False)
    forge_names: tuple[str, ...] = field(compare=False)
    deciders_hash: str = field(compare=False)

    @cached_property
    def by_blob(self) -> Mapping[str, tuple[SignerKey, ...]]:
        """The lines of each key."""
        found: dict[str, tuple[SignerKey, ...]] = {}
        for key in self.keys:
            found[key.blob] = (*found.get(key.blob, ()), key)
        return found


class PolicyCache:
    """The policies of moments, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str | None, str | None], SigningPolicy] = {}

    def read_policy(self, moment: CommitSnapshot) -> SigningPolicy:
        """What a moment says of who may sign."""
        name = (moment.oid(ALLOWED_SIGNERS_PATH), moment.oid(FORGE_KEYS_PATH), moment.oid(HEAD))
        found = self._known.get(name)
        if found is None:
            policy = read_head(moment.raw(HEAD) or b"")[0].policy
            keys = read_signers(moment.raw(ALLOWED_SIGNERS_PATH) or b"")[0] if name[0] else ()
            found = self._known[name] = SigningPolicy(
                *name, keys, policy.signed_since, policy.forges, _hash_deciders(policy)
            )
        return found


def _hash_deciders(policy: Policy) -> str:
    """A name for what org.yaml says of who may decide: its approvers, scorekeepers and forges."""
    lists = [sorted(names) for names in (policy.approvers, policy.scorekeepers, policy.forges)]
    return sha256(repr(lists).encode()).hexdigest()


@dataclass
class PolicyHistory:
    """What was taken out of the policy, and by which commits; what comes back is told.

    Lists of org.yaml that come back are no violation: people take turns. They are in `notes`.
    """

    repo: Repo
    tip: str
    gone: dict[str, list[str]] = field(default_factory=dict)
    replaced: dict[str, list[str]] = field(default_factory=dict)
    blocks: dict[str, list[str]] = field(default_factory=dict)
    notes: list[AuditNote] = field(default_factory=list)

    def cache_state(self) -> dict[str, Any]:
        """What the next audit goes on from."""
        return {"gone": self.gone, "replaced": self.replaced, "blocks": self.blocks}

    def follow_commit(
        self, deed: CommitChanges, before: Sequence[tuple[str, SigningPolicy]], after: SigningPolicy
    ) -> Iterator[Violation]:
        """What a commit brings back, against each parent: its id and its policy. Parents come before their children."""
        changed = [(parent, policy) for parent, policy in before if policy != after]
        found = [PolicyRollback(self, deed, parent, policy, after) for parent, policy in changed]
        told = {(one.rule, one.before, one.after): one for back in found for one in back.find_violations()}
        self._note_returned_lists(deed.commit.id, changed, after)
        for _, policy in changed:
            self._record_removed(deed.commit.id, policy, after)
        yield from told.values()

    def _note_returned_lists(
        self, commit: str, changed: Sequence[tuple[str, SigningPolicy]], after: SigningPolicy
    ) -> None:
        """Say it where org.yaml lets the same seats decide again as before some earlier commit."""
        others = [parent for parent, policy in changed if policy.deciders_hash != after.deciders_hash]
        took = next(
            filter(None, (self.first_ancestor(self.blocks.get(after.deciders_hash, ()), one) for one in others)), ""
        )
        if took:
            what = "org.yaml has the approvers, scorekeepers and forges again that it had before"
            self.notes.append(AuditNote(f"a return to an older policy: {what} {took[:10]}", commit))

    def _record_removed(self, commit: str, before: SigningPolicy, after: SigningPolicy) -> None:
        if before.deciders_hash != after.deciders_hash:
            self.blocks.setdefault(before.deciders_hash, []).append(commit)
        if before.signers and before.signers != after.signers:
            self.replaced.setdefault(before.signers, []).append(commit)
            for blob in before.by_blob.keys() - after.by_blob.keys():
                self.gone.setdefault(blob, []).append(commit)

    def first_ancestor(self, commits: Sequence[str], parent: str) -> str:
        """The first of the commits that `parent` goes back to; "" where it goes back to none."""
        return next((commit for commit in commits if is_before(self.repo, commit, parent)), "")

    def find_commit(self, short: str) -> str:
        """The commit of this history whose id begins so; "" where there is none, or more than one."""
        found = commits_named(self.repo, short, self.tip) if short else []
        return found[0] if len(found) == 1 else ""


@dataclass(frozen=True)
class PolicyRollback:
    """One commit against one of its parents: what of the policy goes back to what it was."""

    line: PolicyHistory
    deed: CommitChanges
    parent: str
    old: SigningPolicy
    new: SigningPolicy

    def find_violations(self) -> Iterator[Violation]:
        """A key, a file or an obligation that went, and came or goes back."""
        if self.old.signers != self.new.signers:
            yield from self._find_returned_keys()
            yield from self._find_returned_file()
        yield from self._find_dropped_requirement()

    def _find_returned_keys(self) -> Iterator[Violation]:
        for blob in self.new.by_blob.keys() - self.old.by_blob.keys():
            took = self.line.first_ancestor(self.line.gone.get(blob, ()), self.parent)
            if took:
                key = self.new.by_blob[blob][0]
                message = (
                    f"the key {key.fingerprint} was taken out in {took[:10]}, and is back as that of {key.principal}"
                )
                hint = "A key that was revoked stays revoked. Take it out, and make a new one: ssh-keygen -t ed25519"
                yield self._make_violation("key-returned", message, hint, ALLOWED_SIGNERS_PATH, None, key.fingerprint)

    def _find_returned_file(self) -> Iterator[Violation]:
        """A file that was replaced returns, unless it only takes keys out: that is how one is revoked."""
        took = self.line.first_ancestor(self.line.replaced.get(self.new.signers or "", ()), self.parent)
        if took and set(self.new.keys) - set(self.old.keys):
            message = f"the policy is again what it was before {took[:10]} replaced it"
            hint = "Bring back what the newer one said, and add to it what is meant."
            yield self._make_violation(
                "policy-rolled-back", message, hint, ALLOWED_SIGNERS_PATH, self.old.signers, self.new.signers
            )

    def _find_dropped_requirement(self) -> Iterator[Violation]:
        if self.old.signers and not self.new.signers:
            hint = "Bring policy/allowed_signers back, without the keys that are revoked."
            yield self._make_violation(
                "signatures-dropped", "nobody's signature is known any more", hint, ALLOWED_SIGNERS_PATH, None, None
            )
        if self.old.since and not self._is_as_strict():
            was, now = self.old.since, self.new.since
            message = f"signatures were required since {was}, and are {f'only since {now}' if now else 'no longer'}"
            hint = f'Write it back into org.yaml: policy.require_signatures_since: "{was}"'
            yield self._make_violation("signatures-dropped", message, hint, HEAD, was, now or None)

    def _is_as_strict(self) -> bool:
        """Whether signatures are still required from the same commit on, or from an earlier one."""
        if self.old.since == self.new.since:
            return True
        was, now = self.line.find_commit(self.old.since), self.line.find_commit(self.new.since)
        return bool(was and now) and is_before(self.line.repo, now, was)

    def _make_violation(
        self, rule: str, message: str, hint: str, path: str, before: str | None, after: str | None
    ) -> Violation:
        commit = self.deed.commit
        return Violation(rule, message, commit.id, commit.who, path, before=before, after=after, hint=hint)
