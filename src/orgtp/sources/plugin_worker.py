"""The process that reads a kind of other people: what keys it takes, and what it finds wrong with settings.

A module that is imported may do anything, and take as long as it likes; what reads the sources file must not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgtp.sources.kind import SourceFailed, load_kind
from orgtp.sources.worker import serve_request, shorten_reason


def describe_kind(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The kind's keys, and the key `bare`; with settings, the faults that it finds with them."""
    try:
        kind = load_kind(asked["kind"])
        if "settings" in asked:
            found = list(kind.faults(asked["settings"]))
            return {"faults": [[str(one.key), str(one.message), str(one.hint)] for one in found]}
        keys = {
            str(name): [str(key.form), bool(key.required), [str(word) for word in key.options], bool(key.secret)]
            for name, key in kind.keys.items()
        }
        return {"keys": keys, "bare": str(kind.bare)}
    except SourceFailed as failed:
        return {"why": shorten_reason(failed.why)}
    except BaseException as error:  # noqa: BLE001  (whatever a kind does, its source is wrong and nothing else)
        return {"broken": type(error).__name__}


if __name__ == "__main__":
    serve_request(describe_kind)
