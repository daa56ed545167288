"""Rules on signers: the keys in `policy/allowed_signers`, and the forges that the policy names."""

from __future__ import annotations

from collections.abc import Iterator

from orgtp.model.org import Org
from orgtp.model.seat import seat_path
from orgtp.model.signing_key import SignerKey
from orgtp.model.text import did_you_mean
from orgtp.rules.rule import Finding


def signer_unknown_seat(org: Org) -> Iterator[Finding]:
    """A key in `policy/allowed_signers` belongs neither to a seat nor to a forge that the policy names.

    A key has the rights of its seat. A key under an unknown name has no rights today, but it gets those of the next
    seat that takes the name.

    Bad:

        dsah ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…

    Good:

        dash ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…

    Fix: use an id from `seats/`. For a forge's key, name its principal in `policy.forges`.
    """
    for key in org.signers:
        known = key.principal in org.seats or key.principal in org.policy.forges
        if not known and not org.is_unreadable(seat_path(key.principal)) and not org.is_unreadable("org.yaml"):
            hint = did_you_mean(key.principal, org.seats) or "Name a seat, or a forge from policy.forges in org.yaml."
            yield Finding(key.place, f'"{key.principal}" is not a seat', hint)


def signer_retired(org: Org) -> Iterator[Finding]:
    """A key in `policy/allowed_signers` belongs to a retired seat.

    `orgtp audit verify` accepts nothing that this key signs after the retirement. An unused key is only a
    risk.

    Bad:

        jeff ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…      (seats/jeff.yaml says status: retired)

    Good:

        dash ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…

    Fix: remove the line. Earlier signatures stay valid: each commit is judged by the policy before it.
    """
    for key in org.signers:
        seat = org.seats.get(key.principal)
        if seat and seat.is_retired:
            yield Finding(key.place, f"{seat.id}, whose key this is, is retired", "Remove the line.")


def signer_key_twice(org: Org) -> Iterator[Finding]:
    """A key is in `policy/allowed_signers` twice.

    A signature shows which key made it, and the file says whose key that is. If two seats shared a key, each could do
    what only the other may, and nobody could tell which of them did it.

    Bad:

        david ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…
        dash  ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…      (the same key)

    Good:

        david ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ…
        dash  ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK…

    Fix: give each seat its own key: `ssh-keygen -t ed25519 -f ~/.ssh/dash`.
    """
    first: dict[str, SignerKey] = {}
    for key in org.signers:
        other = first.setdefault(key.blob, key)
        if other is not key:
            whose = "is listed twice" if other.principal == key.principal else f"is also the key of {other.principal}"
            message = f"the key of {key.principal} {whose}, on line {other.place.line}"
            yield Finding(key.place, message, "Remove one of the lines: each seat has its own keys.")


def forge_unfit(org: Org) -> Iterator[Finding]:
    """A forge in the policy is a seat, or has no key.

    The key of a forge signs merges and changes of `seats/` made on the forge by anyone; it never represents a person's
    decision. If a forge and a seat shared a name, the two could not be told apart. A forge without a key signs nothing.

    Bad:

        policy:
          forges: [david, gitlb]

    Good:

        policy:
          forges: [gitlab]         (and a line `gitlab ssh-ed25519 …` in policy/allowed_signers)

    Fix: name a principal of `policy/allowed_signers` that is not a seat. GitHub's OpenPGP key needs no name: put it in
    `policy/forges.asc`.
    """
    keys = {key.principal for key in org.signers}
    for number, forge in enumerate(org.policy.forges):
        place = org.marks.value_place("policy", "forges", str(number))
        if forge in org.seats:
            yield Finding(
                place, f'the forge "{forge}" is a seat', "Give the forge a name that is not the id of a seat."
            )
        elif forge and forge not in keys:
            hint = did_you_mean(forge, sorted(keys - org.seats.keys())) or f"Add its key: {forge} ssh-ed25519 AAAA…"
            yield Finding(place, f'the forge "{forge}" has no key in policy/allowed_signers', hint)
