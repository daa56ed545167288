"""The edits of a `Change` applied to the content of files. Pure: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping

from orgtp.model.change import Append, Change, Create, Edit
from orgtp.model.errors import OrgtpError, Refused


class CannotCreate(OrgtpError):
    """A new file would take the place of one that is there."""

    text = "{path} is there already. Nothing is overwritten."


def applied(files: Mapping[str, bytes], change: Change) -> dict[str, bytes]:
    """The new content of every file that `change` touches, given the org's `files` before it."""
    out: dict[str, bytes] = {}
    for edit in change.edits:
        out[edit.path] = _after(edit, out.get(edit.path, files.get(edit.path)))
    return {path: raw for path, raw in out.items() if raw != files.get(path)}


def _after(edit: Edit, before: bytes | None) -> bytes:
    if isinstance(edit, Append):
        return (before or b"") + appended(before or b"", edit)
    if isinstance(edit, Create):
        if before is not None:
            raise CannotCreate(path=edit.path)
        return _new(edit).encode()
    if before is None:
        raise Refused(why=f"{edit.path} is not there, so it cannot be changed.")
    # To record a value, which is done most often, no YAML is written.
    from orgtp.files.yaml import loader as yaml_read
    from orgtp.files.yaml.editor import edited

    try:
        text = yaml_read.decode(edit.path, before)
        return edited(edit.path, text, edit).encode()
    except yaml_read.NotStrict as error:
        raise Refused(why=f"{error.problem.place}: {error.problem.message}. {error.problem.hint}") from error


def appended(before: bytes, edit: Append) -> bytes:
    """What an `Append` adds to a file that holds `before`: whole lines, whatever state the last one is in."""
    lines = "".join(f"{score.line}\n" for score in edit.scores).encode()
    return lines if not before or before.endswith(b"\n") else b"\n" + lines


def _new(edit: Create) -> str:
    if isinstance(edit.content, str):
        return edit.content
    from orgtp.files.yaml import dumper as yaml_write

    return yaml_write.document(edit.content, schema_line(edit.path))


def schema_line(path: str) -> str:
    """The first comment of a YAML file, by which editors find its schema offline."""
    from orgtp.files.json_schema import schema_of

    name = schema_of(path)
    up = "../" * path.count("/")
    return f"yaml-language-server: $schema={up}.orgtp/schema/{name}.schema.json"
