"""Schedulers of a machine: crontabs, units of systemd, and property lists of launchd."""

from __future__ import annotations

import getpass
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from orgtp.discovery.crontabs import NOT_RUN, CronEntry, read_anacrontab, read_crontab
from orgtp.discovery.file_reading import ReadFile
from orgtp.discovery.machine import ScannedMachine, hash_shown
from orgtp.discovery.parsing import Unparsed, as_list, as_mapping, as_text, list_texts, parse_plist
from orgtp.discovery.process import print_crontab
from orgtp.discovery.scan_log import ScanLog
from orgtp.discovery.starting import Joiner, Start
from orgtp.discovery.units import SystemdUnit, parse_unit

_MOST_ENTRIES = 2_000
_MOST_COMMANDS = 50
# What a line of a crontab without users often begins with.
_COMMANDS = frozenset(
    {"bash", "cd", "env", "exec", "flock", "npx", "nice", "python", "python3", "sh", "timeout", "uvx"}
)
CRONTAB, SYSTEMD, LAUNCHD = "crontab", "systemd", "launchd"


class Schedulers:
    """Reads the schedulers of a machine, and adds what they start to the definitions."""

    def __init__(self, machine: ScannedMachine, joiner: Joiner, log: ScanLog) -> None:
        self.machine = machine
        self.joiner = joiner
        self.log = log
        self.read_users: set[str] = set()

    def read_crontab_file(self, path: str, *, has_users: bool) -> None:
        """A crontab in a file: of the system, with users in it, or of the user with the name of the file."""
        name = PurePosixPath(path).name
        if NOT_RUN.fullmatch(name) or os.path.isdir(path):  # noqa: PTH112
            return
        raw = self.log.read(path, self.machine.show(path), CRONTAB, through_link=self.machine.is_this)
        if raw is not None:
            self.read_users |= set() if has_users else {name}
            self.add_entries(raw.decode(errors="replace"), path, "" if has_users else name)

    def read_own_crontab(self) -> None:
        """The crontab of this user, as `crontab -l` prints it, unless its file has been read."""
        user = _find_user()
        if not self.machine.is_this or user in self.read_users:
            return
        printed = print_crontab()
        if printed.fault:
            self.log.skip(f"crontab of {user}", printed.fault)
        elif printed.text:
            self.log.count(CRONTAB)
            self.add_entries(printed.text, "", user)
        if not printed.fault:
            self.read_users.add(user)

    def read_copy(self, file: ReadFile) -> None:
        """A copy of a crontab that somebody named: with users if it is called crontab, unless they are commands."""
        users = {entry.user for entry in islice(read_crontab(file.text, has_users=True), _MOST_ENTRIES)}
        if not any(read_crontab(file.text, has_users=False)):
            file.skip("no line of it is one of a crontab")
            return
        is_system = PurePosixPath(file.path).name == "crontab" and bool(users)
        commands = _COMMANDS | {program.name for program in file.patterns.programs}
        has_users = is_system and not any("/" in user or user in commands for user in users)
        self.add_entries(file.text, file.path, "" if has_users else _find_user(), file.shown)

    def add_entries(self, text: str, path: str, owner: str, shown: str = "") -> None:
        """Add what the lines of a crontab start. `owner` is the user of a crontab without users in it."""
        name = f"crontab/{owner}" if owner and not shown else ""
        shown = shown or (f"crontab of {owner}" if owner else self.machine.show(path))
        self.add_read_entries(read_crontab(text, has_users=not owner), name or path, shown, owner)

    def read_anacrontab(self, path: str) -> None:
        """The jobs of anacron."""
        raw = self.log.read(path, self.machine.show(path), CRONTAB, through_link=self.machine.is_this)
        if raw is not None:
            entries = read_anacrontab(raw.decode(errors="replace"))
            self.add_read_entries(entries, path, self.machine.show(path), "root")

    def add_read_entries(self, found: Iterable[CronEntry], holder: str, shown: str, owner: str) -> None:
        """Add what the entries start. `holder` is what has them, and `owner` their user if they name none."""
        entries = list(islice(found, _MOST_ENTRIES + 1))
        if len(entries) > _MOST_ENTRIES:
            self.log.skip(shown, f"only its first {_MOST_ENTRIES:,} entries are looked at")
        for entry in entries[:_MOST_ENTRIES]:
            home = entry.variables.get("HOME") or self._find_home(entry.user or owner)
            start = Start(
                CRONTAB, f"{shown}:{entry.line}", entry.schedule, holder, text=entry.command, folder=home,
                variables={**entry.variables, "HOME": home},
            )  # fmt: skip
            self.joiner.add_start(start)

    def _find_home(self, user: str) -> str:
        if user == _find_user() and self.machine.is_this:
            return self.machine.home
        return "/root" if user == "root" else f"/home/{user}"

    def read_cron_script(self, path: str, trigger: str) -> None:
        """A script that cron runs every hour, day, week or month."""
        if NOT_RUN.fullmatch(PurePosixPath(path).name) or not os.access(path, os.F_OK):
            return
        named = self.machine.name_path(path)
        self.log.count(CRONTAB)
        self.joiner.add_start(Start(CRONTAB, self.machine.show(path), trigger, path, words=(named,), folder="/"))

    def read_units(self, paths: list[str]) -> None:
        """The services, timers and paths of systemd. Of two units with a name in a scope, the first one counts."""
        for scope, is_user in (("system", False), ("user", True)):
            mine = [path for path in paths if (f"/{scope}/" in path)]
            _UnitReader(self, is_user).read_all(mine)

    def read_property_list(self, path: str) -> None:
        """An agent or a daemon of launchd (launchd.plist(5))."""
        raw = self.log.read(path, self.machine.show(path), LAUNCHD, through_link=self.machine.is_this)
        if raw is None:
            return
        try:
            data = as_mapping(parse_plist(raw))
        except Unparsed as error:
            self.log.skip(self.machine.show(path), str(error))
            return
        words = tuple(list_texts(data.get("ProgramArguments"))) or tuple(filter(None, [as_text(data.get("Program"))]))
        label = as_text(data.get("Label")) or PurePosixPath(path).stem
        trigger = "" if data.get("Disabled") is True else ", ".join(_list_launches(data))
        place = self.machine.place(path, hash_shown(trigger, label))
        folder = as_text(data.get("WorkingDirectory")) or "/"
        where = self.machine.show(path)
        if words:
            start = Start(LAUNCHD, where, trigger, path, words=words, folder=folder, label=label, place=place)
            self.joiner.add_start(start)


def _find_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "this user"


_LAUNCHES = {"RunAtLoad": "at load", "KeepAlive": "kept alive"}
_CALENDAR = ("Month", "Day", "Weekday", "Hour", "Minute")


def _list_launches(data: dict[str, Any]) -> Iterator[str]:
    """What starts a job of launchd."""
    if seconds := as_text(data.get("StartInterval")):
        yield f"every {seconds} seconds"
    times = data.get("StartCalendarInterval")
    for one in as_list(times) or [times]:
        parts = [f"{key} {one[key]}" for key in _CALENDAR if as_text(as_mapping(one).get(key))]
        if isinstance(one, dict):
            yield " ".join(parts) or "every minute"
    for key, words in _LAUNCHES.items():
        if data.get(key) is True or (key == "KeepAlive" and isinstance(data.get(key), dict)):
            yield words
    if data.get("WatchPaths") or data.get("QueueDirectories"):
        yield "when a path changes"


class _UnitReader:
    """Reads the units of one scope: those of the system, or those of users."""

    def __init__(self, above: Schedulers, is_user: bool) -> None:
        self.above = above
        self.is_user = is_user
        self.units: dict[str, tuple[str, SystemdUnit]] = {}
        self.enabled: set[str] = set()
        self.drop_ins: dict[str, list[str]] = defaultdict(list)

    def read_all(self, paths: list[str]) -> None:
        files = []
        for path in paths:
            name = PurePosixPath(path).name
            if name.endswith((".wants", ".requires", ".upholds")):
                self.enabled |= {entry.name for entry in self.list_below(path)}
            elif name.endswith(".d"):
                self.drop_ins[name.removesuffix(".d")] += [
                    entry.path for entry in self.list_below(path) if entry.name.endswith(".conf")
                ]
            elif name.endswith((".service", ".timer", ".path", ".socket")):
                files.append(path)
        for path in files:
            self.read_unit(path)
        self.add_services()

    def list_below(self, path: str) -> list[os.DirEntry[str]]:
        return (self.above.log.list_folder(path, self.above.machine.show(path)) or []) if os.path.isdir(path) else []  # noqa: PTH112

    def read_unit(self, path: str) -> None:
        name, machine, log = PurePosixPath(path).name, self.above.machine, self.above.log
        if name in self.units:
            return
        real = os.path.realpath(path)
        if real == os.devnull or (not machine.is_this and not real.startswith(machine.root)):
            self.units[name] = (path, parse_unit([]))
            return
        raw = log.read(real, machine.show(path), SYSTEMD)
        if raw is None:
            return
        texts = [raw.decode(errors="replace")]
        for drop_in in self.drop_ins.get(name, ()):
            more = log.read(drop_in, machine.show(drop_in), SYSTEMD, through_link=machine.is_this)
            texts += [more.decode(errors="replace")] if more is not None else []
        self.units[name] = (path, parse_unit(texts))

    def add_services(self) -> None:
        """Add what each service runs, with the timers, paths and sockets that start it."""
        triggers: dict[str, list[str]] = defaultdict(list)
        for name, (_, unit) in sorted(self.units.items()):
            kind = name.rpartition(".")[2]
            if kind in _STARTERS:
                service = unit.last(kind.capitalize(), "Unit" if kind != "socket" else "Service")
                service = service or f"{name.rpartition('.')[0]}.service"
                service = service if service in self.units else _find_template(service)
                triggers[service].append(self.describe_starter(name, kind, unit))
        for name, (path, unit) in sorted(self.units.items()):
            if name.endswith(".service"):
                self.add_service(name, path, unit, triggers[name])

    def describe_starter(self, name: str, kind: str, unit: SystemdUnit) -> str:
        text = f"timer {unit.times or name}" if kind == "timer" else _STARTERS[kind]
        return text if name in self.enabled or not unit.is_installed else f"{text} (not enabled)"

    def add_service(self, name: str, path: str, unit: SystemdUnit, triggers: list[str]) -> None:
        if not triggers and unit.is_installed:
            begins = "at login" if self.is_user else "at boot"
            triggers = [begins if self.is_enabled(name) else f"{begins} (not enabled)"]
        machine, home = self.above.machine, self.above.machine.home if self.is_user else "/root"
        label = name.removesuffix(".service")
        folder = unit.last("Service", "WorkingDirectory").lstrip("-").replace("%h", home) or (
            "/" if not self.is_user else home
        )
        for number, command in enumerate(islice(unit.commands, _MOST_COMMANDS)):
            words = tuple(word.replace("%h", home).replace("%n", name) for word in command)
            where, trigger = machine.show(path), "; ".join(triggers)
            place = machine.place(path, hash_shown(trigger, label, str(number)), "" if not number else str(number + 1))
            folder = home if folder == "~" else folder
            start = Start(
                SYSTEMD, where, trigger, path, words=words, folder=folder, label=label, place=place,
                variables={"HOME": home},
            )  # fmt: skip
            self.above.joiner.add_start(start)

    def is_enabled(self, name: str) -> bool:
        """Whether a unit, or an instance of a template, is enabled."""
        return name in self.enabled or any(_find_template(one) == name for one in self.enabled)


_STARTERS = {"timer": "timer", "path": "when a path changes", "socket": "on a connection"}


def _find_template(name: str) -> str:
    """The template of an instance: `dash@eu.service` is one of `dash@.service`."""
    before, at, after = name.partition("@")
    return f"{before}@.{after.rpartition('.')[2]}" if at else name
