"""Look for agents: in folders and their git repositories, in schedulers, and in the settings of clients.

Nothing that is found is run, and no value of an environment and no argument of a command line is kept.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256

from orgtp.discovery.client_settings import read_mcp_servers
from orgtp.discovery.definitions import read_agent_file, read_as_import, read_instructions, read_persona
from orgtp.discovery.exported_lists import read_json_export, read_langgraph, read_openclaw_jobs
from orgtp.discovery.file_reading import ReadFile
from orgtp.discovery.items import FoundItem, clean_place
from orgtp.discovery.machine import ScannedMachine
from orgtp.discovery.owners import find_owners
from orgtp.discovery.patterns import BadPatterns, HowToRead, MachinePattern, ScanPatterns, read_patterns
from orgtp.discovery.pipelines import WorkflowCalls, read_compose_file, read_github_workflow, read_gitlab_pipeline
from orgtp.discovery.request import ALL_PARTS, MachinePart, ScanLimits, ScanRequest
from orgtp.discovery.scan_log import ScanLog
from orgtp.discovery.schedulers import CRONTAB, Schedulers
from orgtp.discovery.seat_files import SeatFileSearch
from orgtp.discovery.starting import Joiner
from orgtp.discovery.walk import FolderWalk, WalkedFile
from orgtp.importers.repositories import RepositoryFinder
from orgtp.model.inventory.found import Discovered, FoundAgent, FoundAuthor, FoundKind
from orgtp.model.seat import DefinitionPlace
from orgtp.model.text import count_noun

__all__ = ["ALL_PARTS", "BadPatterns", "MachinePart", "ScanLimits", "ScanRequest", "scan_machine"]

_KINDS = list(FoundKind)
_AGENTS = frozenset({FoundKind.RUNNING, FoundKind.TEMPLATE})


def scan_machine(request: ScanRequest) -> Discovered:
    """Look at everything that the request names, and return what was found and what was not looked at.

    A place that cannot be read is in `skipped`, never an error. Raises `BadPatterns` if the machine's own file of
    patterns is wrong.
    """
    return _Scan(request, read_patterns(request.patterns)).run()


class _Scan:
    """One scan: folders first, so that the machine's triggers find the definitions in them."""

    def __init__(self, request: ScanRequest, patterns: ScanPatterns) -> None:
        self.request = request
        self.patterns = patterns
        self.log = ScanLog(request.limits)
        self.finder = RepositoryFinder()
        self.machine = ScannedMachine(request, self.finder, self.log)
        self.items: list[FoundItem] = []
        self.joiner = Joiner(patterns, self.machine, self.log, self.items)
        self.walk = FolderWalk(patterns, self.finder, self.log)
        self.schedulers = Schedulers(self.machine, self.joiner, self.log)
        self.calls = WorkflowCalls()
        self.personas: dict[str, FoundItem] = {}
        self._read: set[str] = set()

    def run(self) -> Discovered:
        self.read_folders()
        self.read_machine()
        items = self.leave_out_samples()
        owners = find_owners(items, self.log, self.request.zone)
        agents = _merge_copies(items, owners)
        repositories = self.walk.repositories.values()
        search = SeatFileSearch(self.machine, self.log, repositories, self._read, self.schedulers.read_users)
        files = search.find(self.request.seats_run_from, agents)
        names = sorted({clean_place(DefinitionPlace(one.name, "")).repo for one in repositories})
        return Discovered(agents, self.log.list_skipped(), self.log.list_read(), tuple(names), files)

    def read_folders(self) -> None:
        """Read the files of all folders. Pipelines and services come last, because they start the others."""
        found = [file for path in self.request.paths for file in self.walk.find_files(path)]
        self.walk.list_left_out()
        for late in (False, True):
            for file in found:
                if (file.pattern.read in _LATE) == late and file.path not in self._read:
                    self._read.add(file.path)
                    self.read_walked(file)

        self.calls.pass_on()

    def read_walked(self, walked: WalkedFile) -> None:
        raw = self.log.read(walked.path, walked.shown, walked.pattern.what)
        if raw is not None:
            file = ReadFile(
                raw, walked.path, walked.shown, walked.inside, walked.pattern.what, walked.repository, walked.among,
                self.machine, self.joiner, self.patterns, self.log,
            )  # fmt: skip
            self.read_content(walked.pattern.read, file)

    def read_machine(self) -> None:
        """Read the places of the parts of the machine that were asked for: definitions first, and what starts them."""
        for part in self.request.parts:
            # A part with nothing in it was looked at, too.
            self.log.count(_NAMES[part], 0)
        if self.request.parts - {MachinePart.CRONTAB}:
            self.leave_out_homes()
        wanted = [pattern for pattern in self.patterns.machine if pattern.part in self.request.parts]
        units: list[str] = []
        for pattern in sorted(wanted, key=lambda one: one.read in _STARTING):
            if closed := self.machine.find_closed_spool(pattern.path):
                # Only root may list them. The crontab of this user is asked for by `crontab -l`.
                self.log.skip(self.machine.show(closed), "the crontabs and jobs of other users", on_purpose=True)
                continue
            for path in self.machine.expand(pattern.path):
                if pattern.read is HowToRead.SYSTEMD:
                    units.append(path)
                else:
                    self.read_place(pattern, path)
        self.schedulers.read_units(units)
        if MachinePart.CRONTAB in self.request.parts:
            self.schedulers.read_own_crontab()

    def leave_out_homes(self) -> None:
        """Remember the home folders of other users: their units, settings and compose files are not looked at."""
        for pattern in ("/home/*", "/Users/*", "/root"):
            for path in self.machine.expand(pattern):
                if os.path.isdir(path) and self.machine.name_path(path) not in {self.machine.home, "/Users/Shared"}:  # noqa: PTH112
                    self.log.skip(self.machine.show(path), "the home folder of another user", on_purpose=True)

    def read_place(self, pattern: MachinePattern, path: str) -> None:
        """Read one file of the machine, once."""
        real = self.machine.locate(self.machine.name_path(path)) or path
        if real in self._read:
            return
        self._read.add(real)
        if pattern.read in {HowToRead.SYSTEM_CRONTAB, HowToRead.USER_CRONTAB}:
            self.schedulers.read_crontab_file(path, has_users=pattern.read is HowToRead.SYSTEM_CRONTAB)
        elif pattern.read is HowToRead.ANACRONTAB:
            self.schedulers.read_anacrontab(path)
        elif pattern.read is HowToRead.CRON_SCRIPT:
            self.schedulers.read_cron_script(path, pattern.trigger)
        elif pattern.read is HowToRead.LAUNCHD:
            self.schedulers.read_property_list(path)
        else:
            self.read_settings(pattern, path)

    def read_settings(self, pattern: MachinePattern, path: str) -> None:
        shown, what = self.machine.show(path), _NAMES[pattern.part]
        raw = self.log.read(path, shown, what, through_link=self.machine.is_this)
        if raw is not None:
            repository = self.machine.find_repository(path)
            inside = os.path.relpath(os.path.realpath(path), repository.root) if repository else ""
            file = ReadFile(
                raw, path, shown, inside, what, repository, "", self.machine, self.joiner, self.patterns, self.log,
                pattern.trigger,
            )  # fmt: skip
            self.read_content(pattern.read, file)

    def read_content(self, read: HowToRead, file: ReadFile) -> None:
        if read is HowToRead.USER_CRONTAB and file.what == CRONTAB:
            self.schedulers.read_copy(file)
        elif read is HowToRead.PERSONA:
            read_persona(file, self.personas)
        elif read in {HowToRead.GITHUB_WORKFLOW, HowToRead.GITHUB_WORKFLOW_ELSEWHERE}:
            read_github_workflow(file, self.calls, runs=read is HowToRead.GITHUB_WORKFLOW)
        elif read in _IMPORTED:
            read_as_import(file, read.value)
        elif read in {HowToRead.N8N, HowToRead.ASSISTANTS}:
            read_json_export(file, named=file.what == "exported lists that were named")
        else:
            _READERS[read](file)

    def leave_out_samples(self) -> list[FoundItem]:
        """The items without those in folders of samples that nothing starts; these are counted instead."""
        left_out: Counter[str] = Counter()
        kept = []
        for item in self.items:
            if item.among == "samples" and (item.kind is not FoundKind.RUNNING or item.source in _SERVICES):
                left_out[os.path.dirname(item.where)] += 1  # noqa: PTH120
            else:
                kept.append(item)
        for folder, number in left_out.items():
            why = f"examples, tests or fixtures: {count_noun(number, 'definition')} not listed"
            self.log.skip(folder, why, on_purpose=True)
        return kept


# What starts the definitions is read after them.
_LATE = frozenset({HowToRead.COMPOSE, HowToRead.GITHUB_WORKFLOW, HowToRead.GITLAB, HowToRead.USER_CRONTAB})
_STARTING = frozenset(
    {
        HowToRead.SYSTEM_CRONTAB,
        HowToRead.USER_CRONTAB,
        HowToRead.ANACRONTAB,
        HowToRead.CRON_SCRIPT,
        HowToRead.LAUNCHD,
        HowToRead.COMPOSE,
    }
)
_SERVICES = frozenset(
    {"compose files", "GitHub workflows", "GitLab pipelines (.gitlab-ci.yml)", "n8n workflows (JSON)"}
)
_NAMES = {
    MachinePart.CRONTAB: "crontab",
    MachinePart.SYSTEMD: "systemd",
    MachinePart.LAUNCHD: "launchd",
    MachinePart.COMPOSE: "compose files",
    MachinePart.CLIENTS: "client settings",
}


_IMPORTED = {HowToRead.CREWAI, HowToRead.COPILOT_STUDIO, HowToRead.A2A, HowToRead.OASF}


def _read_unknown(file: ReadFile) -> None:
    file.skip("it is read from its place on the machine alone")


_READERS = {
    # A machine's own patterns may name a file in a folder that is read as a crontab.
    **dict.fromkeys(HowToRead, _read_unknown),
    HowToRead.AGENT_FILE: read_agent_file,
    HowToRead.INSTRUCTIONS: read_instructions,
    HowToRead.LANGGRAPH: read_langgraph,
    HowToRead.GITLAB: read_gitlab_pipeline,
    HowToRead.COMPOSE: read_compose_file,
    HowToRead.MCP_SERVERS: read_mcp_servers,
    HowToRead.OPENCLAW_JOBS: read_openclaw_jobs,
}


_EMPTY = sha256(b"").hexdigest()


def _merge_copies(
    items: Iterable[FoundItem], owners: Mapping[int, tuple[tuple[FoundAuthor, ...], str]]
) -> tuple[FoundAgent, ...]:
    """One agent for all files with the same text. The one that runs stands for the others, else the first one.

    Servers, parts of files, and instructions are told apart by their places, and so are files without a text.
    """
    groups: dict[str, list[FoundItem]] = {}
    for item in sorted(items, key=_sort_items):
        place = item.place
        is_text = item.kind in _AGENTS and "#" not in place.path and place.sha256 != _EMPTY
        groups.setdefault(place.sha256 if is_text else f"{place.text} {place.sha256} {item.where}", []).append(item)
    agents = []
    for first, *copies in groups.values():
        for copy in copies:
            for trigger in copy.triggers:
                first.add_trigger(trigger, copy.program, copy.risks)
        agents.append(first.finish(*owners.get(id(first), ((), "")), copies))
    return tuple(agents)


def _sort_items(item: FoundItem) -> tuple[object, ...]:
    return (_KINDS.index(item.kind), item.place.repo, item.place.path, item.where, item.name)
