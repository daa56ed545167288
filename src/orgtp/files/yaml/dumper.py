"""YAML as we write it: one value a line, quoted only where some reader could take it for something else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from orgtp.files.yaml.fast_loader import resolve
from orgtp.model.change import Data

STEP = 2
_DATE = len("2026-11-20")
# YAML 1.1 readers, which many editors still are, take these words and clock times for something else.
_OLD_WORDS = {"yes", "no", "on", "off", "y", "n", "true", "false", "null", "~"}
_OLD_NUMBER = re.compile(
    r"[-+]?\.?[0-9][0-9a-f_.,:x+-]*|[-+]?\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:t|\s).*", re.IGNORECASE
)
_PERIOD = re.compile(r"[0-9]{4}-[0-9]{2}")
_UNPRINTED = r"\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
_UNSAFE = re.compile(f"[{_UNPRINTED}]")
_PLAIN = re.compile(rf"(?![\s\-?:,\[\]{{}}#&*!|>'\"%@`=<~])[^\x00-\x1f\ud800-\udfff{_UNPRINTED}]+")


def scalar(value: Data, style: str = "", *, flow: bool = False) -> str:
    """One scalar as text: in quotes of `style` if it has one, else plain where that is safe."""
    if not isinstance(value, str):
        return "true" if value is True else "false" if value is False else "" if value is None else str(value)
    if style == "'" and "\n" not in value and not _UNSAFE.search(value) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or not _is_plain(value, flow):
        return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
    return value


def _is_plain(text: str, flow: bool) -> bool:
    if not isinstance(resolve(text), str) or text.lower() in _OLD_WORDS:
        return False
    if _OLD_NUMBER.fullmatch(text):
        return _is_date(text) or _PERIOD.fullmatch(text) is not None
    if ": " in text or " #" in text or text.endswith((":", " ")) or (flow and re.search(r"[,?\[\]{}]", text)):
        return False
    return _PLAIN.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar: those stand plain, as the design has them."""
    try:
        return len(text) == _DATE and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def document(data: Mapping[str, Data], head: str = "") -> str:
    """A whole file in block style; `head` is its first comment line."""
    return (f"# {head}\n" if head else "") + block(data, 0)


def block(data: Mapping[str, Data], indent: int) -> str:
    """A mapping as lines, each entry indented by `indent` blanks."""
    return "".join(entry(key, value, indent) for key, value in data.items())


def entry(key: str, value: Data, indent: int) -> str:
    """One key and its value as lines."""
    lead = f"{' ' * indent}{scalar(key)}:"
    if isinstance(value, Mapping) and value and not _inline(key, value):
        return f"{lead}\n{block(value, indent + STEP)}"
    if isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(part, Mapping) for part in value):
        return f"{lead}\n" + "".join(f"{' ' * (indent + STEP)}- {item(part)}\n" for part in value)
    text = inline(value)
    return f"{lead} {text}\n" if text else f"{lead}\n"


def item(value: Data) -> str:
    """One item of a list that has a line for each."""
    return inline(value)


def inline(value: Data) -> str:
    """Any value on one line: collections in flow style."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key, flow=True)}: {inline_scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(inline_scalar(item) for item in value) + "]"
    return scalar(value)


def inline_scalar(value: Data) -> str:
    """A value inside a flow collection."""
    return inline(value) if isinstance(value, (Mapping, list, tuple)) else scalar(value, flow=True) or "null"


def _inline(key: str, value: Mapping[str, Data]) -> bool:
    """Dated targets and the ends of metrics read best on one line, as the design writes them."""
    return key == "target" or set(value) in ({"to"}, {"ended"})
