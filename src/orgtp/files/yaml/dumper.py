"""Write YAML: one value per line, quoted only if some reader could misread it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from orgtp.files.yaml.fast_loader import resolve_scalar
from orgtp.model.change import YamlData

STEP = 2
_DATE = len("2026-11-20")
# YAML 1.1 readers, including many editors, read these words and clock times as other types.
_OLD_WORDS = {"yes", "no", "on", "off", "y", "n", "true", "false", "null", "~"}
_OLD_NUMBER = re.compile(
    r"[-+]?\.?[0-9][0-9a-f_.,:x+-]*|[-+]?\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:t|\s).*", re.IGNORECASE
)
_PERIOD = re.compile(r"[0-9]{4}-[0-9]{2}")
_UNPRINTED = r"\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff"
_UNSAFE = re.compile(f"[{_UNPRINTED}]")
_PLAIN = re.compile(rf"(?![\s\-?:,\[\]{{}}#&*!|>'\"%@`=<~])[^\x00-\x1f\ud800-\udfff{_UNPRINTED}]+")


def format_scalar(value: YamlData, style: str = "", *, flow: bool = False) -> str:
    """One scalar as YAML: in quotes of `style` if given, else plain if that is safe."""
    if not isinstance(value, str):
        return (
            "true"
            if value is True
            else "false"
            if value is False
            else ""
            if value is None
            else f"{value:f}"
            if isinstance(value, Decimal)
            else str(value)
        )
    if style == "'" and "\n" not in value and not _UNSAFE.search(value) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style == '"' or not _can_be_plain(value, flow):
        return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
    return value


# The keys of a file, and words such as a status, come again and again.
@lru_cache(maxsize=1024)
def _can_be_plain(text: str, flow: bool) -> bool:
    if not isinstance(resolve_scalar(text), str) or text.lower() in _OLD_WORDS:
        return False
    if _OLD_NUMBER.fullmatch(text):
        return _is_date(text) or _PERIOD.fullmatch(text) is not None
    if ": " in text or " #" in text or text.endswith((":", " ")) or (flow and re.search(r"[,?\[\]{}]", text)):
        return False
    return _PLAIN.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    """Whether `text` is a valid ISO date. Dates are written without quotes."""
    try:
        return len(text) == _DATE and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def format_document(data: Mapping[str, YamlData], head: str = "") -> str:
    """A whole file in block style; `head` is the comment on its first line."""
    return (f"# {head}\n" if head else "") + format_block(data, 0)


def format_block(data: Mapping[str, YamlData], indent: int) -> str:
    """A mapping as lines, each entry indented by `indent` spaces."""
    return "".join(format_yaml_entry(key, value, indent) for key, value in data.items())


def format_yaml_entry(key: str, value: YamlData, indent: int) -> str:
    """One key and its value as lines."""
    lead = f"{' ' * indent}{format_scalar(key)}:"
    if isinstance(value, Mapping) and value and not _fits_one_line(key, value):
        return f"{lead}\n{format_block(value, indent + STEP)}"
    if isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(part, Mapping) for part in value):
        return f"{lead}\n" + "".join(f"{' ' * (indent + STEP)}- {format_inline(part)}\n" for part in value)
    text = format_inline(value)
    return f"{lead} {text}\n" if text else f"{lead}\n"


def format_inline(value: YamlData) -> str:
    """Any value on one line, with collections in flow style."""
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{format_scalar(key, flow=True)}: {format_inline_part(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(format_inline_part(item) for item in value) + "]"
    return format_scalar(value)


def format_inline_part(value: YamlData) -> str:
    """A value inside a flow collection."""
    return (
        format_inline(value) if isinstance(value, (Mapping, list, tuple)) else format_scalar(value, flow=True) or "null"
    )


def _fits_one_line(key: str, value: Mapping[str, YamlData]) -> bool:
    """Whether the mapping goes on one line: dated targets, and what becomes of a metric of a retired seat."""
    return key == "target" or set(value) in ({"to"}, {"ended"})
