"""Who signed each commit, and whether the policy before it let them do what it did. See docs/audit.md, "Signatures".

A commit is judged by the policy of its parents, never by its own: nobody lets themselves in, and what was signed while
a key was in the policy stays good when it is taken out. Where there is no `policy/allowed_signers`, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from orgtp.audit.model import Deed, Entry, Gap, Noted, Stamped, Violation
from orgtp.audit.reverts import undone
from orgtp.audit.rules.authority import Claim, deciders, misnamed, refused, standing
from orgtp.audit.signature_pool import OPENPGP, Checked, Forges, SignedCommits, is_signed, key_of
from orgtp.audit.signing_policy import Policies, PolicyLine, SignedPolicy
from orgtp.audit.snapshot import Library, Moment
from orgtp.files.org import read_head
from orgtp.files.tree import HEAD
from orgtp.git.ancestry import after as commits_after
from orgtp.git.ancestry import bases
from orgtp.git.repo import Repo
from orgtp.git.ssh_signature import GIT
from orgtp.git.tree import walk_of
from orgtp.model.signing_key import FORGES, SIGNERS, fingerprint
from orgtp.model.text import counted as told_number
from orgtp.model.trailers import Claims, claims_of

_MOST_GAPS = 20
_ADMIT = (
    "Admit the key in policy/allowed_signers, and let somebody it knows sign that; or make the commit anew, signed."
)
_REDO = "What is signed cannot be mended: find out who made it, and undo what it did in a new commit."


def binding_of(repo: Repo, tip: str) -> str:
    """From which commit on the policy of `tip` has each commit be signed, those before it too; "" where from none."""
    return read_head(walk_of(repo, tip).files([HEAD]).get(HEAD, b""))[0].policy.signed_since


class Signatures:
    """The judge of signatures of one walk, which must come to every commit after its parents.

    `signed` and `unsigned` count the commits that came when there was a policy; `binding` is the commit from which on
    each must be signed, "" where none must. `notes` and `gaps` are those of this walk alone.
    """

    def __init__(self, repo: Repo, tip: str, memory: Mapping[str, Any] | None = None) -> None:
        known = memory or {}
        self._repo, self._tip = repo, tip
        self._commits = SignedCommits(repo)
        self._policies = Policies()
        gone, replaced, blocks = (dict(known.get(name, {})) for name in ("gone", "replaced", "blocks"))
        self.notes: list[Noted] = []
        self._line = PolicyLine(repo, tip, gone, replaced, blocks, self.notes)
        self.began = str(known.get("began", ""))
        self.signed, self.unsigned = int(known.get("signed", 0)), int(known.get("unsigned", 0))
        self.gaps: list[Gap] = []
        self.binding = binding_of(repo, tip)
        self._first = self._line.commit(self.binding)
        if self.binding and not self._first:
            what = f"policy.require_signatures_since names {self.binding}, which is no commit of this history"
            self.notes.append(Noted(f"{what}; it binds from where it was written on", tip))

    def memory(self) -> dict[str, Any]:
        """What the next walk goes on from, as JSON."""
        counts = {"began": self.began, "signed": self.signed, "unsigned": self.unsigned}
        return {**counts, "binding": self.binding, **self._line.memory()}

    @property
    def since(self) -> str:
        """The commit since which each was signed, or is told; "" where what is named is none of this history."""
        return self.binding if self._first else ""

    def prepare(self, commits: Sequence[Stamped]) -> None:
        """Say which commits come next, so that their signatures are checked several at once."""
        self._commits.prepare(commits)

    def check(self, deed: Deed, before: Sequence[Moment], after: Moment) -> Iterator[Violation]:
        """What is wrong with a commit's signature, with what its signer did, and with what becomes of the policy.

        `before` has a moment for each parent. Raises `NoSshKeygen`.
        """
        old = [self._policies.of(moment) for moment in before]
        new = self._policies.of(after)
        if any(policy != new for policy in old):
            parents = zip((moment.commit for moment in before), old, strict=True)
            yield from self._line.follow(deed, list(parents), new)
        fresh = self._counted(deed, old)
        if len(fresh) < len(old):
            self._note_revoked(deed, old, fresh)
        counted = [number for number in fresh if old[number].signers]
        if counted:
            yield from _once(self._judged(deed, counted, before, old, after))
        elif self.binding or new.signers or any(policy.since for policy in old):
            yield from self._unknown(deed, old, new)

    def _unknown(self, deed: Deed, old: Sequence[SignedPolicy], new: SignedPolicy) -> Iterator[Violation]:
        """A commit before which there was no policy: trust begins with it, or it should not be."""
        if self._is_bound(deed.commit, old):
            if is_signed(deed.commit):
                message = "it is signed, and no policy before it says whose key that is"
                yield deed.wrong(
                    "signer-unknown", message, hint="Name a later commit in policy.require_signatures_since."
                )
            else:
                yield self._missing(deed)
        if new.signers and not self.began:
            self.began = deed.commit.id
            what = "trust begins here: nobody vouches for the first policy/allowed_signers but whoever wrote it"
            self.notes.append(Noted(what, deed.commit.id))

    # Which policy counts.

    def _counted(self, deed: Deed, old: Sequence[SignedPolicy]) -> list[int]:
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

    def _is_stale(self, commit: str, policy: SignedPolicy, other: str, others: SignedPolicy) -> bool:
        """Whether a parent's policy is that of where the two parted, and the other's is not."""
        parted = [self._policies.of(self._moment(base)) for base in bases(self._repo, commit, other)]
        return bool(parted) and all(policy == base for base in parted) and all(others != base for base in parted)

    def _moment(self, commit: str) -> Moment:
        nodes = {path: walk_of(self._repo, commit).node(path) for path in (SIGNERS, FORGES, HEAD)}
        return Moment(commit, Library(self._repo), {path: node.id for path, node in nodes.items() if node})

    def _note_revoked(self, deed: Deed, old: Sequence[SignedPolicy], fresh: Sequence[int]) -> None:
        """Say how many commits a merge brings that were signed with a key that was taken out elsewhere meanwhile.

        They were in order where they were made, and nobody can tell whether that was before: it is for people to see.
        """
        parents = deed.commit.parents
        stale = [parents[number] for number in range(len(old)) if number not in fresh]
        known = {blob for number in fresh for blob in old[number].by_blob}
        gone = {blob for number in range(len(old)) for blob in old[number].by_blob} - known
        brought = commits_after(self._repo, [parents[number] for number in fresh], stale) if gone else set()
        count = sum(key_of(found.raw, commit) in gone for commit in brought if (found := self._repo.read(commit)))
        if count:
            signed = f"{told_number(count, 'commit')} merged here had been signed"
            self.notes.append(Noted(f"{signed} with a key that the policy knew no more by then", deed.commit.id))

    # Who signed, and what they may.

    def _judged(
        self,
        deed: Deed,
        counted: Sequence[int],
        before: Sequence[Moment],
        old: Sequence[SignedPolicy],
        after: Moment,
    ) -> Iterator[Violation]:
        if not is_signed(deed.commit):
            self.unsigned += 1
            self._note_unsigned(deed)
            if self._is_bound(deed.commit, old):
                yield self._missing(deed)
            return
        self.signed += 1
        back = [(before[one.number], one.paths) for one in undone(self._repo, deed) if old[one.number].signers]
        for moment, policy in ((before[number], old[number]) for number in counted):
            checked = self._commits.of(deed.commit, _forges(moment, policy))
            if checked.missing:
                self._gap(deed.commit, checked.missing)
            elif checked.why:
                yield deed.wrong("signature-bad", checked.why, hint=_REDO)
            else:
                claim = yield from self._held_to(deed, checked, moment, policy, after)
                yield from _undoes(deed, claim, back) if claim else ()

    def _held_to(
        self, deed: Deed, checked: Checked, moment: Moment, policy: SignedPolicy, after: Moment
    ) -> Generator[Violation, None, Claim | None]:
        """What one policy says of a good signature."""
        signer, unknown = ("", "") if checked.forge else _signer(policy, checked.key, deed.commit.at)
        if unknown:
            yield deed.wrong("signer-unknown", unknown, after=_shown(checked.key), hint=_ADMIT)
            return None
        forge = checked.forge or signer in policy.forge_names
        wrong = "" if forge else standing(moment.org, signer)
        if wrong:
            yield deed.wrong("signer-not-allowed", f"its signer, {wrong}", after=signer, hint=_REDO)
            return None
        paths = {path: moment.oid(path) is not None for path in deed.own}
        claim = Claim(signer, moment.org, after.org, paths, forge)
        yield from _beyond(deed, claim, deed.own, "change")
        if not forge:
            yield from _claimed(deed, claim)
        return claim

    # What is owed.

    def _is_bound(self, commit: Stamped, old: Sequence[SignedPolicy]) -> bool:
        """Whether a commit must be signed: by the policy before it, or by the one that there is now."""
        return any(policy.since for policy in old) or (bool(self.binding) and commit.id in self._after_binding)

    @cached_property
    def _after_binding(self) -> set[str]:
        return commits_after(self._repo, [self._first], [self._tip]) if self._first else set()

    def _missing(self, deed: Deed) -> Violation:
        hint = "Let git sign: git config commit.gpgsign true. This commit cannot be signed later; make it anew."
        return deed.wrong("signature-missing", "it is not signed, and must be", hint=hint)

    def _note_unsigned(self, deed: Deed) -> None:
        if any(path == HEAD or path.startswith("policy/") for path in deed.own):
            self.notes.append(Noted("the policy was changed, and nobody signed that", deed.commit.id))

    def _gap(self, commit: Stamped, program: str) -> None:
        if len(self.gaps) < _MOST_GAPS:
            what = f"commit {commit.id[:10]} is signed by OpenPGP, and there is no {program} to check it"
            self.gaps.append(Gap(what, "Install GnuPG, or name it: git config --global gpg.program PATH"))


def _forges(moment: Moment, policy: SignedPolicy) -> Forges | None:
    """The OpenPGP keys that a policy admits."""
    return (policy.forges, lambda: moment.raw(FORGES) or b"") if policy.forges else None


def _signer(policy: SignedPolicy, blob: str, at: int) -> tuple[str, str]:
    """Whose key a policy says it is, or why it is nobody's."""
    if blob == OPENPGP:
        return "", "it is signed by OpenPGP, and there was no policy/forges.asc before it"
    lines = policy.by_blob.get(blob, ())
    fit = [key for key in lines if key.is_for(GIT) and key.is_valid_at(at)]
    names = {key.principal for key in fit}
    if len(names) == 1:
        return names.pop(), ""
    if len(names) > 1:
        return "", f"its key {_shown(blob)} is that of several: {', '.join(sorted(names))}"
    if lines:
        return "", f"the key of {lines[0].principal}, {_shown(blob)}, was not good for commits of that date"
    return "", f"its key {_shown(blob)} is in no policy before it"


def _shown(blob: str) -> str:
    return fingerprint(blob) if blob != OPENPGP else blob


def _undoes(deed: Deed, claim: Claim, back: Sequence[tuple[Moment, Mapping[str, Entry]]]) -> Iterator[Violation]:
    """What a merge undoes of its parents and its signer may not change, by their seats and the policy that counts."""
    for moment, entries in back:
        org = replace(moment.org, policy=claim.before.policy)
        paths = {path: entry.old is not None for path, entry in entries.items()}
        yield from _beyond(deed, replace(claim, before=org, paths=paths), entries, "undo what was done to")


def _beyond(deed: Deed, claim: Claim, entries: Mapping[str, Entry], did: str) -> Iterator[Violation]:
    """What the signer did and may not do."""
    who = f"the forge {claim.signer}".rstrip() if claim.forge else claim.signer
    for refusal in refused(claim):
        entry = entries[refusal.path]
        yield deed.wrong(
            "signer-not-allowed",
            f"{who} signed it, and may not {did} {refusal.path}",
            path=refusal.path,
            before=entry.old,
            after=entry.new,
            hint=f"{refusal.hint} Undo it in a new commit, or let one of them do so." if refusal.may else refusal.hint,
        )


def _claimed(deed: Deed, claim: Claim) -> Iterator[Violation]:
    """Names in the commit that are not the signer's, where only the signer's may stand."""
    claims: Claims = claims_of(deed.commit.message)
    if claims.by and claims.by != claim.signer:
        message = f"Orgtp-By says {claims.by}, and {claim.signer} signed it"
        yield deed.wrong("trailer-forged", message, before=claim.signer, after=claims.by)
    fit = [seat for retired in claim.records for seat in deciders(claim.before, retired)]
    if claims.approved_by and claim.records and (claims.approved_by != claim.signer or claim.signer not in fit):
        message = f"Orgtp-Approved-By says {claims.approved_by}, and {claim.signer} signed it"
        yield deed.wrong("trailer-forged", message, before=claim.signer, after=claims.approved_by)
    for path, named in misnamed(claim):
        message = f"the record says that {named or 'nobody'} decided, and {claim.signer} signed it"
        yield deed.wrong("trailer-forged", message, path=path, before=claim.signer, after=named)


def _once(found: Iterator[Violation]) -> Iterator[Violation]:
    """Each violation once, though several parents' policies say so."""
    yield from {(one.rule, one.path, one.message): one for one in found}.values()
