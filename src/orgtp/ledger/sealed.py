"""`Orgtp-Content` on commits of ours that git signs: what they wrote, under the signature by a strong hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orgtp.git.commit import Draft, is_signing
from orgtp.git.objects import Objects
from orgtp.git.tree import MODULE, Node
from orgtp.model.content_hash import content_of, with_content


def sealed(objects: Objects, draft: Draft, nodes: Mapping[str, Node | None]) -> Draft:
    """The draft with its trailer, where git signs; without one, where it does not.

    `nodes` are what the commit changes. A commit that is made anew had other changes once, so its trailer goes with it.
    """
    value = content_of(_contents(objects, nodes)) if is_signing(objects.repo) else ""
    message = with_content(draft.message, value)
    return draft if message == draft.message else replace(draft, message=message)


def _contents(objects: Objects, nodes: Mapping[str, Node | None]) -> dict[str, bytes | None]:
    kept = [node.id for node in nodes.values() if node and node.mode != MODULE]
    blobs = objects.blobs(kept)
    return {path: blobs.get(node.id, node.id.encode()) if node else None for path, node in nodes.items()}
