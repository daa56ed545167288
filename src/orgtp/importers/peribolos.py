"""Read a peribolos file: organisations of GitHub, their teams, and who is in them.

The format is that of docs.prow.k8s.io/docs/components/cli-tools/peribolos. Besides a file with `orgs:`, a folder may
have an `org.yaml` for each organisation, and `teams.yaml` files below it, as kubernetes/org merges them.

People have only logins. The lead of a team is not known: its maintainers may change on GitHub who is in it, which does
not say whom people report to. So they are members like the others, and are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from orgtp.files.yaml.foreign import ForeignNode
from orgtp.importers.draft_texts import DraftTexts
from orgtp.importers.formats import SourceRequest
from orgtp.importers.source_files import SourceFile, SourceReading, has_file
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import SeatKind
from orgtp.model.text import count_noun, escape_control_chars, join_with_and

_ORGS = re.compile(rb"^orgs:", re.MULTILINE)
_PARTS = re.compile(rb"^[ \t]*(?:teams|members|admins|maintainers):", re.MULTILINE)
_OWN_PARTS = re.compile(rb"^(?:teams|members|admins):", re.MULTILINE)
# An org of orgtp has one of these keys, and no organisation of GitHub has.
_ORGTP = re.compile(rb"^(?:org|orgtp):", re.MULTILINE)
_ORG_FILES = frozenset({"org.yaml", "org.yml"})
_TEAM_FILES = frozenset({"teams.yaml", "teams.yml"})
# What GitHub allows in a login, with the _ of managed users and the [bot] of apps.
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?")
_PROGRAM = re.compile(r"(?:\A|[-_])(?:ro)?bot(?:[-_]|\Z)|\[bot\]", re.IGNORECASE)
_SHOWN = 5


def recognise(path: Path, start: bytes) -> bool:
    """A file with `orgs:` and teams or members, an `org.yaml` or `teams.yaml` of one, or a folder with such files."""
    if path.is_dir():
        return has_file(path, _is_yaml, _has_orgs) or has_file(path, _is_org_file, _has_parts)
    return _is_yaml(path) and (_has_orgs(start) or (_is_part_file(path) and _has_parts(start)))


def _is_yaml(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml"}


def _is_org_file(path: Path) -> bool:
    return path.name in _ORG_FILES


def _is_part_file(path: Path) -> bool:
    return path.name in _ORG_FILES | _TEAM_FILES


def _has_orgs(start: bytes) -> bool:
    return bool(_ORGS.search(start) and _PARTS.search(start))


def _has_parts(start: bytes) -> bool:
    return bool(_OWN_PARTS.search(start)) and not _ORGTP.search(start)


def read(request: SourceRequest) -> DraftSource:
    """Read a file with organisations, or a folder of such files."""
    reading = SourceReading.begin(request.path)
    orgs = _Organisations(reading)
    files = reading.list_files(_is_yaml)
    whole = reading.select(files, _has_orgs)
    parts = [] if request.path.is_file() else [file for file in files if _is_part_file(file.path) and file not in whole]
    # An organisation comes before the teams in the folders below it.
    parts = sorted(reading.select(parts, _has_parts), key=lambda file: (not _is_org_file(file.path), file.label))
    for file in [*whole, *parts]:
        for node in reading.read_yaml(file):
            orgs.add_document(file, node)
    orgs.make_drafts()
    if not reading.drafts and not reading.bad:
        reading.refuse(str(request.path), "no organisation of GitHub in it: it has no orgs, members or teams")
    return reading.finish("peribolos")


@dataclass(slots=True)
class _Team:
    """An organisation or a team: its name and reference, those above and in it, and what it says."""

    where: str
    name: str
    ref: str
    parent: str
    node: ForeignNode
    members: list[str] = field(default_factory=list)
    maintainers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Account:
    """A login as it is first written, and whether it is an admin, or in a team only."""

    where: str
    login: str
    is_admin: bool = False
    is_member: bool = False


@dataclass(slots=True)
class _Organisations:
    """All organisations that were read, with their teams and people, by reference."""

    reading: SourceReading
    teams: dict[str, _Team] = field(default_factory=dict)
    people: dict[str, _Account] = field(default_factory=dict)
    # The organisation of a folder, to which the teams in the folders below it belong.
    folders: dict[Path, str] = field(default_factory=dict)
    repositories: int = 0

    def add_document(self, file: SourceFile, node: ForeignNode) -> None:
        """Add the organisations of a document, or the part of one."""
        orgs = node.find("orgs")
        if orgs is not None:
            for name, org in orgs.items.items():
                self.add_org(f"{file.label}:{orgs.key_lines[name]}", file, name, org)
        elif file.path.name in _TEAM_FILES:
            folder = next((one for one in file.path.resolve().parents if one in self.folders), None)
            if folder is None:
                why = "teams without an organisation. Import the folder that has their org.yaml"
                self.reading.refuse(f"{file.label}:{node.line}", why)
            else:
                self.add_teams(file, node, self.folders[folder], self.folders[folder])
        elif node.find("teams") or node.find("members") or node.find("admins"):
            folder = file.path.resolve().parent
            name = folder.name if _is_org_file(file.path) else file.path.stem
            self.folders[folder] = self.add_org(f"{file.label}:{node.line}", file, name, node)
        else:
            self.reading.refuse(f"{file.label}:{node.line}", "no orgs, members or teams in it")

    def add_org(self, where: str, file: SourceFile, name: str, node: ForeignNode) -> str:
        """Add an organisation, and return its reference."""
        ref = f"github:{name}".lower()
        if ref in self.teams:
            self.refuse_second(where, name, ref)
            return ref
        org = self.teams[ref] = _Team(where, name, ref, "", node)
        for key, is_admin in (("admins", True), ("members", False)):
            for login, person in self.read_people(file, node, key):
                person.is_admin, person.is_member = person.is_admin or is_admin, True
                org.members.append(login)
        repos = node.find("repos")
        self.repositories += len(repos.items) if repos is not None else 0
        self.add_teams(file, node, ref, ref)
        return ref

    def add_teams(self, file: SourceFile, node: ForeignNode, parent: str, org: str) -> None:
        """Add the teams below an organisation or a team."""
        teams = node.find("teams")
        if teams is None:
            return
        for name, below in teams.items.items():
            ref = f"{org}/{name}".lower()
            where = f"{file.label}:{teams.key_lines[name]}"
            if ref in self.teams:
                self.refuse_second(where, name, ref)
                continue
            team = self.teams[ref] = _Team(where, name, ref, parent, below)
            team.members = [login for login, _ in self.read_people(file, below, "members")]
            team.maintainers = [login for login, _ in self.read_people(file, below, "maintainers")]
            self.add_teams(file, below, ref, org)

    def refuse_second(self, where: str, name: str, ref: str) -> None:
        shown = escape_control_chars(name)
        self.reading.refuse(where, f'"{shown}" occurs twice; the first is at {self.teams[ref].where}')

    def read_people(self, file: SourceFile, node: ForeignNode, key: str) -> Iterator[tuple[str, _Account]]:
        """The people in a list of logins. GitHub does not distinguish between upper and lower case."""
        for one in node.list(key):
            login = one.data.strip().removeprefix("@") if isinstance(one.data, str) else ""
            where = f"{file.label}:{one.line}"
            if _LOGIN.fullmatch(login):
                ref = f"github:{login.lower()}"
                yield ref, self.people.setdefault(ref, _Account(where, login))
            else:
                shown = f'"{escape_control_chars(login)}"' if login else "this"
                self.reading.refuse(where, f"{shown} is not a login of GitHub")

    def make_drafts(self) -> None:
        """Make a draft of each organisation, team and person."""
        notes = self.reading.notes
        self.reading.drafts += [_make_team(team) if team.parent else _make_org(team) for team in self.teams.values()]
        self.reading.drafts += [_make_person(ref, person) for ref, person in self.people.items()]
        if self.repositories:
            notes.append(f"{count_noun(self.repositories, 'repository', 'repositories')} left out: they are no seats")
        if outside := [one.login for one in self.people.values() if not one.is_member]:
            notes.append(f"in a team, but not among the members of an organisation: {_list_logins(outside)}")
        if programs := [one.login for one in self.people.values() if _PROGRAM.search(one.login)]:
            notes.append(f"imported as people, but may be programs by their logins: {_list_logins(programs)}")


def _list_logins(logins: list[str]) -> str:
    more = f" and {len(logins) - _SHOWN:,} more" if len(logins) > _SHOWN else ""
    return f"{', '.join(logins[:_SHOWN])}{more}" if more else join_with_and(logins)


def _make_org(org: _Team) -> SeatDraft:
    texts = DraftTexts.begin()
    name = texts.clean_name("name", org.node.text("name")) or texts.clean_name("name", org.name)
    settings = {key: one.data for key, one in org.node.items.items() if key not in {"name", "description"}}
    texts.lose("settings", ", ".join(f"{key}: {one}" for key, one in settings.items() if isinstance(one, str)))
    if roles := org.node.find("roles"):
        texts.lose("roles on GitHub", ", ".join(roles.items))
    return SeatDraft(
        where=org.where,
        kind=SeatKind.GROUP,
        name=name,
        role="Organisation",
        id_hint=org.name,
        keys=(f"ref:{org.ref}",),
        aliases=(org.ref,),
        members=tuple(f"ref:{login}" for login in dict.fromkeys(org.members)),
        mission=texts.clean_mission("description", org.node.text("description")),
        lost=tuple(texts.lost),
    )


def _make_team(team: _Team) -> SeatDraft:
    texts = DraftTexts.begin()
    node = team.node
    org = team.ref.partition("/")[0]
    earlier = [one.data for one in node.list("previously") if isinstance(one.data, str)]
    texts.lose("maintainers", ", ".join(one.removeprefix("github:") for one in team.maintainers))
    texts.lose("privacy", node.text("privacy"))
    repos = node.find("repos")
    texts.lose("repositories", ", ".join(f"{name}: {repos.text(name)}" for name in repos.items) if repos else "")
    return SeatDraft(
        where=team.where,
        kind=SeatKind.GROUP,
        name=texts.clean_name("name", team.name),
        role="Team",
        id_hint=team.name,
        keys=(f"ref:{team.ref}",),
        # By an earlier name, the team is known again after it was renamed.
        aliases=tuple(dict.fromkeys((team.ref, *(f"{org}/{name}".lower() for name in earlier)))),
        parent=f"ref:{team.parent}",
        members=tuple(f"ref:{login}" for login in dict.fromkeys((*team.maintainers, *team.members))),
        mission=texts.clean_mission("description", node.text("description")),
        lost=tuple(texts.lost),
    )


def _make_person(ref: str, person: _Account) -> SeatDraft:
    role = "Organisation admin" if person.is_admin else "Member"
    return SeatDraft(
        where=person.where,
        kind=SeatKind.HUMAN,
        name=person.login,
        role=role,
        id_hint=person.login,
        keys=(f"ref:{ref}",),
        aliases=(ref,),
        unknown=("name (the login stands for it)", f"role ({role} stands for it)"),
    )
