"""Apply the edits of a `Change` to the content of files. Pure: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping

from orgtp.model.change import AppendRecords, AppendScores, Change, CreateFile, RemoveFile, ReplaceFile, WritingEdit
from orgtp.model.errors import OrgtpError, Refused


class CannotCreate(OrgtpError):
    """The file to create already exists."""

    text = "{path} already exists, and nothing is overwritten."


def apply_change(files: Mapping[str, bytes], change: Change) -> dict[str, bytes]:
    """Path to new content of every file that `change` modifies, given the org's `files` before it.

    Those that it removes are listed by `list_removed_files`.
    """
    out: dict[str, bytes] = {}
    for edit in change.edits:
        if isinstance(edit, RemoveFile):
            continue
        out[edit.path] = _apply_edit(edit, out.get(edit.path, files.get(edit.path)))
    return {path: raw for path, raw in out.items() if raw != files.get(path)}


def list_removed_files(files: Mapping[str, bytes], change: Change) -> tuple[str, ...]:
    """The files that a change removes, of those that exist."""
    return tuple(edit.path for edit in change.edits if isinstance(edit, RemoveFile) and edit.path in files)


def _apply_edit(edit: WritingEdit, before: bytes | None) -> bytes:
    if isinstance(edit, AppendScores | AppendRecords):
        return (before or b"") + format_appended_lines(before or b"", edit)
    if isinstance(edit, CreateFile):
        if before is not None:
            raise CannotCreate(path=edit.path)
        return _format_new_file(edit).encode()
    if isinstance(edit, ReplaceFile):
        if before != edit.before:
            raise Refused(why=f"{edit.path} has just been changed. Run the command again.")
        return edit.content
    if before is None:
        raise Refused(why=f"{edit.path} does not exist, so it cannot be changed.")
    # Imported here because recording a value, the most frequent change, writes no YAML.
    from orgtp.files.yaml import loader as yaml_read
    from orgtp.files.yaml.editor import edit_yaml

    try:
        text = yaml_read.decode_yaml(edit.path, before)
        return edit_yaml(edit.path, text, edit).encode()
    except yaml_read.NotStrict as error:
        raise Refused(why=f"{error.problem.place}: {error.problem.message}. {error.problem.hint}") from error


def format_appended_lines(before: bytes, edit: AppendScores | AppendRecords) -> bytes:
    """The bytes that `edit` adds to a file with the content `before`: whole lines, on lines of their own."""
    records = edit.scores if isinstance(edit, AppendScores) else edit.records
    lines = "".join(f"{record.line}\n" for record in records).encode()
    return lines if not before or before.endswith(b"\n") else b"\n" + lines


def _format_new_file(edit: CreateFile) -> str:
    if isinstance(edit.content, str):
        return edit.content
    from orgtp.files.yaml import dumper as yaml_write

    return yaml_write.format_document(edit.content, format_schema_comment(edit.path))


def format_schema_comment(path: str) -> str:
    """The first comment of a YAML file, with which editors find its schema offline."""
    from orgtp.files.json_schema import find_schema_name

    name = find_schema_name(path)
    up = "../" * path.count("/")
    return f"yaml-language-server: $schema={up}.orgtp/schema/{name}.schema.json"
