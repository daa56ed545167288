"""Write files that a user asks for completely or not at all: under a temporary name in the same folder at first."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orgtp.model.errors import OrgtpError


class OutputExists(OrgtpError):
    """The output file exists already."""

    text = "{path} exists already and was not changed. To overwrite it, add --force"


def refuse_existing(path: Path) -> None:
    """Raise `OutputExists` if there is anything at `path`."""
    if os.path.lexists(path):
        raise OutputExists(path=path)


class CannotOutput(OrgtpError):
    """The output file cannot be written."""

    text = "{path} cannot be written: {words}{create}"


@contextmanager
def write_atomically(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a temporary path to write, which becomes `path` if nothing fails; else it is removed.

    Raises `OutputExists` if the path exists, unless `force`, and `CannotOutput` if nothing can be written there.
    """
    temporary = path.with_name(f".orgtp-{os.getpid()}-{path.name}")
    try:
        yield temporary
        _move_into_place(temporary, path, force=force)
    except OSError as error:
        if error.filename not in {str(temporary), str(path)}:
            raise
        # Nobody knows the temporary name.
        folder = path.absolute().parent
        create = "" if folder.is_dir() else f". Create its folder: mkdir -p {shlex.quote(str(folder))}"
        raise CannotOutput(path=path, words=error.strerror, create=create) from error
    finally:
        temporary.unlink(missing_ok=True)


def _move_into_place(temporary: Path, path: Path, *, force: bool) -> None:
    """Give a file its final name. A hard link, unlike a rename, fails if another process created the file first."""
    if not force:
        refuse_existing(path)
        with suppress(PermissionError, NotImplementedError):
            try:
                path.hardlink_to(temporary)
            except FileExistsError as error:
                raise OutputExists(path=path) from error
            return
    temporary.replace(path)
