"""The process that imports a plugin's kind to read its keys and to check settings.

An imported module may do anything and take any time, which must not happen to the process that reads the sources file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orgtp.sources.kind import SourceFailed, load_kind
from orgtp.sources.worker import serve_request, shorten_reason


def describe_kind(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kind's keys and `bare` key or, if settings are given, the faults that it finds in them."""
    try:
        kind = load_kind(request["kind"])
        if "settings" in request:
            found = list(kind.faults(request["settings"]))
            return {"faults": [[str(one.key), str(one.message), str(one.hint)] for one in found]}
        keys = {
            str(name): [str(key.form), bool(key.required), [str(word) for word in key.options], bool(key.secret)]
            for name, key in kind.keys.items()
        }
        return {"keys": keys, "bare": str(kind.bare)}
    except SourceFailed as failed:
        return {"why": shorten_reason(failed.why)}
    except BaseException as error:  # noqa: BLE001  (whatever a plugin raises, only its own source is affected)
        return {"broken": type(error).__name__}


if __name__ == "__main__":
    serve_request(describe_kind)
