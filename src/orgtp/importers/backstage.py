"""Read a Backstage catalog: groups, people, and the agents among its components and AI resources.

The format is that of backstage.io/docs/features/software-catalog/descriptor-format, and of the package
`@backstage/catalog-model`. An agent is an entity of the kind `AiResource` or `Component` whose `spec.type` is `agent`
or `ai-agent`. (`skill`, `rule`, `plugin` and `marketplace` are content that agents use, and the usual components are
services, websites and libraries.) Everything else is counted. A `Location` is followed to files in the same folder, and
never to an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from orgtp.files.foreign_files import is_file
from orgtp.files.yaml.foreign import ForeignNode
from orgtp.importers.draft_texts import DraftTexts
from orgtp.importers.formats import SourceRequest
from orgtp.importers.source_files import SourceFile, SourceReading, count_left_out, has_file
from orgtp.lazy_dataclass import dataclass
from orgtp.model.inventory.draft import DraftSource, LostText, SeatDraft
from orgtp.model.seat import DefinitionPlace, SeatKind
from orgtp.model.text import count_noun, escape_control_chars, one_line

_NAMESPACE = "default"
_AGENT_TYPES = frozenset({"agent", "ai-agent"})
_ENDINGS = (".yaml", ".yml", ".json")
_MARK = re.compile(rb"""(?:^|[{,])[ \t]*["']?apiVersion["']?[ \t]*:[ \t]*["']?backstage\.io/""", re.MULTILINE)
# Of `isValidObjectName`, and of `isValidNamespace`, which allows less.
_NAME = re.compile(r"(?=.{1,63}\Z)(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_SHOWN = 80
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class BadReference(Exception):
    """A text is not a reference to an entity; the text of the error says why."""


def parse_entity_ref(text: str, kind: str, namespace: str) -> str:
    """A reference in full and in lower case: `group:default/team-a`. `kind` and `namespace` stand for missing parts.

    The rules are those of `parseEntityRef` of `@backstage/catalog-model`. Raises `BadReference`.
    """
    slash = text.find("/")
    colon = text.find(":")
    if slash != -1 and slash < colon:
        colon = -1
    own_kind = text[:colon] if colon != -1 else kind
    own_namespace = text[colon + 1 : slash] if slash != -1 else namespace
    name = text[max(colon, slash) + 1 :]
    if not (own_kind and own_namespace and name):
        raise BadReference(f'"{one_line(text)}" is not a reference such as team-a or {kind.lower()}:default/team-a')
    return f"{own_kind}:{own_namespace}/{name}".lower()


def recognise(path: Path, start: bytes) -> bool:
    """A file with an entity of Backstage, or a folder with one."""
    if path.is_dir():
        return has_file(path, _is_catalog_file, _MARK.search)
    return _is_catalog_file(path) and bool(_MARK.search(start))


def _is_catalog_file(path: Path) -> bool:
    return path.suffix in _ENDINGS


def read(request: SourceRequest) -> DraftSource:
    """Read a file, with the files that its locations name, or all catalog files of a folder."""
    reading = SourceReading.begin(request.path)
    catalog = _Catalog(reading)
    for file in reading.select(reading.list_files(_is_catalog_file), _MARK.search):
        catalog.read_file(file)
    catalog.make_drafts()
    if not reading.drafts and not reading.bad:
        reading.refuse(str(request.path), "no Group, User or agent of Backstage in it")
    return reading.finish("backstage")


@dataclass(slots=True)
class _Entity:
    """An entity of the catalog: where it is, its kind and namespace, and its full reference."""

    where: str
    kind: str
    namespace: str
    ref: str
    node: ForeignNode

    def refs(self, nodes: Iterable[ForeignNode], kind: str, unknown: list[str]) -> Iterator[str]:
        """The full references in a list. What is none is added to `unknown`."""
        for node in nodes:
            try:
                yield parse_entity_ref(node.data.strip() if isinstance(node.data, str) else "", kind, self.namespace)
            except BadReference as error:
                unknown.append(str(error))


@dataclass(slots=True)
class _Catalog:
    """All entities that were read, by their references."""

    reading: SourceReading
    entities: dict[str, _Entity] = field(default_factory=dict)
    read_files: set[Path] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    addresses: int = 0

    @property
    def root(self) -> Path:
        """The folder that no location leads out of."""
        path = self.reading.path.resolve()
        return path if path.is_dir() else path.parent

    def read_file(self, file: SourceFile) -> None:
        """Read a file and those that its locations name, each once."""
        waiting = [file]
        while waiting:
            one = waiting.pop(0)
            full = one.path.resolve()
            if full not in self.read_files:
                self.read_files.add(full)
                for document in self.reading.read_yaml(one):
                    # The list of all entities, as the catalog itself gives it.
                    for node in document.parts or [document]:
                        waiting += self.add(one, node)

    def add(self, file: SourceFile, node: ForeignNode) -> list[SourceFile]:
        """Add an entity. The files that it names, if it is a location."""
        where = f"{file.label}:{node.line}"
        kind, name = node.text("kind"), node.text("metadata", "name")
        if not isinstance(node.data, dict) or not node.text("apiVersion").startswith("backstage.io/"):
            self.left_out.append("other document")
            return []
        if not kind or (not name and kind.lower() != "location"):
            why = f"an entity of Backstage without {'kind' if not kind else 'metadata.name'}"
            self.reading.refuse(where, why, _write_entity(node))
            return []
        if kind.lower() == "location":
            return self.find_targets(file, node)
        namespace = node.text("metadata", "namespace") or _NAMESPACE
        if _is_seat(kind, node) and not (_NAME.fullmatch(name) and _NAME.fullmatch(namespace)):
            shown = escape_control_chars(name if not _NAME.fullmatch(name) else namespace)[:_SHOWN]
            why = f'"{shown}" is not a name as Backstage allows it: letters and digits with -, _ or .'
            self.reading.refuse(where, why, _write_entity(node))
            return []
        ref = f"{kind}:{namespace}/{name}".lower()
        if ref in self.entities:
            why = f"{one_line(ref)} occurs twice; the first is at {self.entities[ref].where}"
            self.reading.refuse(where, why, _write_entity(node))
        else:
            self.entities[ref] = _Entity(where, kind.lower(), namespace, ref, node)
        return []

    def find_targets(self, file: SourceFile, node: ForeignNode) -> list[SourceFile]:
        """The files that a location names. An address is counted and not followed."""
        found = []
        for target in (*node.list("spec", "target"), *node.list("spec", "targets")):
            text = target.data.strip() if isinstance(target.data, str) else ""
            where = f"{file.label}:{target.line}:{target.column}"
            if node.text("spec", "type") == "url" or "://" in text:
                self.addresses += 1
                continue
            path = file.path.parent / text
            try:
                is_inside = bool(text) and path.resolve().is_relative_to(self.root)
            except (OSError, ValueError, RuntimeError):
                # A name that is too long, or has a NUL, or links in a circle.
                is_inside = False
            shown = escape_control_chars(text)[:_SHOWN]
            if not is_inside:
                self.reading.refuse(where, f'the location "{shown}" leads out of the folder, and was not read')
            elif not is_file(path):
                self.reading.refuse(where, f'the location "{shown}" is not a file')
            else:
                found.append(SourceFile(path, escape_control_chars(str(path))))
        return found

    def make_drafts(self) -> None:
        """Make a draft of each entity that is a seat, and count the others."""
        parents = self.list_parents()
        for entity in self.entities.values():
            draft = _make_draft(entity, parents.get(entity.ref, []))
            if draft is None:
                kind = entity.node.text("kind")
                type_ = entity.node.text("spec", "type")
                self.left_out.append(one_line(f"{kind} ({type_})" if type_ else kind))
            else:
                self.reading.drafts.append(draft)
        if self.left_out:
            self.reading.notes.append(f"left out, because they are no seats: {count_left_out(self.left_out)}")
        if self.addresses:
            self.reading.notes.append(f"{count_noun(self.addresses, 'location')} with an address not followed")

    def list_parents(self) -> dict[str, list[str]]:
        """The groups that name each group among their children, by its reference."""
        found: dict[str, list[str]] = {}
        for entity in self.entities.values():
            if entity.kind == "group":
                for child in entity.refs(entity.node.list("spec", "children"), "group", []):
                    found.setdefault(child, []).append(entity.ref)
        return found


def _write_entity(node: ForeignNode) -> str:
    """An entity as a document of YAML, which JSON is, too."""
    return f"---\n{json.dumps(node.data, ensure_ascii=False)}"


def _is_seat(kind: str, node: ForeignNode) -> bool:
    """Whether an entity is a group, a person or an agent."""
    is_agent = kind.lower() in {"component", "airesource"} and node.text("spec", "type").lower() in _AGENT_TYPES
    return is_agent or kind.lower() in {"group", "user"}


def _make_draft(entity: _Entity, parents: list[str]) -> SeatDraft | None:
    """The draft of an entity; None if it is no seat. `parents` are the groups that name it as a child."""
    if not _is_seat(entity.kind, entity.node):
        return None
    if entity.kind == "group":
        return _make_group(entity, parents)
    return _make_user(entity) if entity.kind == "user" else _make_agent(entity)


def _make_group(entity: _Entity, parents: list[str]) -> SeatDraft:
    node, unknown = entity.node, list[str]()
    texts = DraftTexts.begin()
    named = list(entity.refs(node.list("spec", "parent"), "group", unknown))
    above = [*named, *(ref for ref in parents if ref not in named)]
    # Several groups that have the same child, and no parent in it: which one comes first is not known.
    parent = above[0] if named or len(above) == 1 else ""
    if above and not parent:
        unknown.append(f"which of {len(above)} groups it belongs to")
    name = _find_name(entity, texts)
    type_ = texts.clean_name("type", node.text("spec", "type"))
    texts.lose("address of the group", node.text("spec", "profile", "email"))
    return SeatDraft(
        where=entity.where,
        kind=SeatKind.GROUP,
        name=name,
        role=type_ or "group",
        id_hint=node.text("metadata", "name"),
        keys=(f"ref:{entity.ref}",),
        aliases=(entity.ref,),
        parent=f"ref:{parent}" if parent else "",
        dotted=tuple(f"ref:{ref}" for ref in above if ref != parent),
        members=tuple(f"ref:{ref}" for ref in entity.refs(node.list("spec", "members"), "user", unknown)),
        mission=texts.clean_mission("description", node.text("metadata", "description")),
        lost=tuple(_lose_rest(entity, texts)),
        unknown=tuple(unknown if type_ else (*unknown, "its type (group stands for it)")),
    )


def _make_user(entity: _Entity) -> SeatDraft:
    node, unknown = entity.node, list[str]()
    texts = DraftTexts.begin()
    email = node.text("spec", "profile", "email")
    is_address = bool(_ADDRESS.fullmatch(email)) and email.isprintable()
    if not is_address:
        texts.lose("address", email)
    return SeatDraft(
        where=entity.where,
        kind=SeatKind.HUMAN,
        name=_find_name(entity, texts),
        role="Member",
        id_hint=node.text("metadata", "name"),
        keys=(f"ref:{entity.ref}", *([f"email:{email.lower()}"] if is_address else [])),
        aliases=(entity.ref,),
        member_of=tuple(f"ref:{ref}" for ref in entity.refs(node.list("spec", "memberOf"), "group", unknown)),
        mission=texts.clean_mission("description", node.text("metadata", "description")),
        emails=(email,) if is_address else (),
        lost=tuple(_lose_rest(entity, texts)),
        unknown=("role (Member stands for it)", *unknown),
    )


def _make_agent(entity: _Entity) -> SeatDraft:
    node, unknown = entity.node, list[str]()
    texts = DraftTexts.begin()
    owner = next(entity.refs(node.list("spec", "owner")[:1], "group", unknown), "")
    place = _find_source(node.text("metadata", "annotations", _SOURCE_LOCATION))
    return SeatDraft(
        where=entity.where,
        kind=SeatKind.AGENT,
        name=_find_name(entity, texts),
        role=texts.clean_name("type", node.text("spec", "type")),
        id_hint=node.text("metadata", "name"),
        keys=(f"ref:{entity.ref}",),
        aliases=(entity.ref,),
        owner=f"ref:{owner}" if owner else "",
        mission=texts.clean_mission("description", node.text("metadata", "description")),
        runs_from=(place,) if place else (),
        lost=tuple(_lose_rest(entity, texts)),
        unknown=("role (its type stands for it)", *unknown),
    )


def _find_name(entity: _Entity, texts: DraftTexts) -> str:
    node = entity.node
    named = node.text("spec", "profile", "displayName") or node.text("metadata", "title")
    return texts.clean_name("name", named) or texts.clean_name("name", node.text("metadata", "name"))


_READ = {"type", "profile", "parent", "children", "members", "memberOf", "owner", "ancestors", "descendants"}
_SOURCE_LOCATION = "backstage.io/source-location"


def _lose_rest(entity: _Entity, texts: DraftTexts) -> list[LostText]:
    """Note what else the entity says: the rest of its spec, its source, tags and links."""
    spec, metadata = entity.node.find("spec"), entity.node.find("metadata")
    for key, value in spec.items.items() if spec else ():
        if key not in _READ and isinstance(value.data, str):
            texts.lose(key, value.data)
    location = entity.node.text("metadata", "annotations", _SOURCE_LOCATION)
    texts.lose("source", "" if _find_source(location) else location)
    tags = [one.data for one in metadata.list("tags") if isinstance(one.data, str)] if metadata else []
    texts.lose("tags", ", ".join(tags))
    return texts.lost


def _find_source(location: str) -> DefinitionPlace | None:
    """The file at the address of a source, if it is one in a repository: `url:https://HOST/OWNER/REPO/blob/MAIN/PATH`."""
    if not location.startswith("url:https://") or not location.isprintable():
        return None
    try:
        parts = urlsplit(location.removeprefix("url:"))
        host = parts.hostname or ""
    except ValueError:
        return None
    repo, mark, below = unquote(parts.path).strip("/").replace("/-/blob/", "/blob/").partition("/blob/")
    path = below.partition("/")[2]
    if not (host and mark and path) or ".." in path.split("/"):
        return None
    return DefinitionPlace(f"{host}/{repo}", path)
