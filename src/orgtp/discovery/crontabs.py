"""Crontabs: the schedule and the command of each line (crontab(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from orgtp.lazy_dataclass import dataclass

_SETTING = re.compile(r"""\s*["']?([A-Za-z_][A-Za-z0-9_]*)["']?\s*=\s*(.*)""")
_FIELDS = re.compile(
    r"\s*(?P<times>@[a-z]+|(?:[0-9*,/~-]+\s+){3}[0-9A-Za-z*,/~-]+\s+[0-9A-Za-z*,/~#-]+)\s+(?P<rest>\S.*)", re.DOTALL
)
# Days, minutes to wait, the name of the job, and the command (anacrontab(5)).
_DAYS = re.compile(r"\s*([0-9]+|@[a-z]+)\s+[0-9]+\s+\S+\s+(\S.*)", re.DOTALL)
_USER = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.$:/-]*)\s+(\S.*)")
# The first % that is not escaped begins the input of the command.
_INPUT = re.compile(r"(?<!\\)%.*", re.DOTALL)
# What packages and editors leave in /etc/cron.d is run by no cron.
NOT_RUN = re.compile(r"\..*|#.*|.*~|.*\.(?:rpmsave|rpmorig|rpmnew|dpkg-[a-z]+|bak|old|orig|swp|disabled|cfsaved)")


@dataclass(frozen=True, slots=True)
class CronEntry:
    """A line of a crontab: its schedule, its user ("" in a user's own crontab), and its command, which is never shown.

    `variables` are the settings above it, which are never shown either.
    """

    line: int
    schedule: str
    user: str
    command: str
    variables: Mapping[str, str]


def read_crontab(text: str, *, has_users: bool) -> Iterator[CronEntry]:
    """The lines of a crontab that run something. `has_users`: the sixth field is the user."""
    variables: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        if setting := _SETTING.fullmatch(line):
            variables = {**variables, setting[1]: setting[2].strip().strip("\"'")}
            continue
        entry = _read_line(number, line, has_users, variables)
        if entry:
            yield entry


def read_anacrontab(text: str) -> Iterator[CronEntry]:
    """The lines of an anacrontab that run something."""
    variables: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        if setting := _SETTING.fullmatch(line):
            variables = {**variables, setting[1]: setting[2].strip().strip("\"'")}
        elif job := _DAYS.fullmatch(line):
            days = "every day" if job[1] == "1" else f"every {job[1]} days" if job[1].isdigit() else job[1]
            yield CronEntry(number, days, "root", job[2], variables)


def _read_line(number: int, line: str, has_users: bool, variables: Mapping[str, str]) -> CronEntry | None:
    match = _FIELDS.fullmatch(line)
    if not match:
        return None
    user, rest = "", match["rest"]
    if has_users:
        found = _USER.fullmatch(rest)
        if not found:
            return None
        user, rest = found.groups()
    command = _INPUT.sub("", rest).replace("\\%", "%")
    return CronEntry(number, " ".join(match["times"].split()), user, command, variables)
