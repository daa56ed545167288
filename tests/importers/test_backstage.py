"""Backstage: references and entities as its own package reads them, and what becomes of groups, people and agents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orgtp.files.yaml.foreign import read_foreign_yaml
from orgtp.importers.backstage import BadReference, parse_entity_ref, read, recognise
from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import SeatKind
from tests.formats.readers import node, npm_file
from tests.importers.test_catalogs import CATALOGS
from tests.size import choose_size

SCRIPT = Path(__file__).parent / "catalog_model.mjs"


def ask_backstage(questions: list[Any]) -> list[str | None]:
    """The answers of `@backstage/catalog-model`."""
    answers: list[str | None] = json.loads(node(SCRIPT, str(npm_file("@backstage/catalog-model")), stdin=questions))
    return answers


def resolve(text: str, kind: str, namespace: str) -> str | None:
    try:
        return parse_entity_ref(text, kind, namespace)
    except BadReference:
        return None


def read_text(folder: Path, text: str, name: str = "catalog-info.yaml") -> DraftSource:
    (folder / name).write_text(text, encoding="utf-8")
    return read(SourceRequest(folder / name, {}, {}))


def entity(kind: str, name: str, spec: str = "{}", more: str = "") -> str:
    return f"---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}{more}}}\nspec: {spec}\n"


def by_ref(source: DraftSource) -> dict[str, SeatDraft]:
    return {draft.aliases[0]: draft for draft in source.drafts}


REFERENCES = [
    "team-a",
    "group:team-a",
    "default/team-a",
    "Group:Default/Team-A",
    "user:jdoe",
    "a:b:c",
    "a/b:c",
    "a:b/c/d",
]
REFERENCES += ["", ":", "/", "a:", "a/", ":a", "/a", "a:/b", ":a/b", "a/b/c", "a b", "é:ü/ß"]


def test_references_are_resolved_as_backstage_resolves_them() -> None:
    questions = [[text, "Group", namespace] for text in REFERENCES for namespace in ("default", "people")]
    assert [resolve(*question) for question in questions] == ask_backstage(questions)


@settings(max_examples=choose_size(3, 30), deadline=None)
@given(st.lists(st.text(alphabet="aB1-.:/ ", max_size=12), min_size=50, max_size=50))
def test_any_reference_is_resolved_as_backstage_resolves_it(texts: list[str]) -> None:
    questions: list[Any] = [[text, "User", "people"] for text in texts]
    assert [resolve(*question) for question in questions] == ask_backstage(questions)


def test_the_examples_of_backstage_are_read_as_it_reads_them(tmp_path: Path) -> None:
    """The examples are those in the schemas of its package, which is not part of this repository."""
    script = Path(__file__).parent / "catalog_examples.mjs"
    examples = json.loads(node(script, str(npm_file("@backstage/catalog-model")), stdin=[]))
    kinds = {one["entity"]["kind"] for one in examples}
    assert {"Group", "User", "Component", "AiResource", "Location", "API", "System"} <= kinds
    seats = [one for one in examples if one["entity"]["kind"] in {"Group", "User"}]
    # The examples of agents: no schema has one, but any entity with an owner may be one.
    owned = [one for one in examples if one["entity"]["kind"] in {"Component", "AiResource"}]
    for number, one in enumerate(owned):
        one["entity"]["spec"]["type"] = "agent"
        one["entity"]["metadata"]["name"] = f"agent-{number}"
        one["ref"] = f"{one['entity']['kind'].lower()}:default/agent-{number}"
    entities = [one["entity"] for one in (*seats, *owned)]
    source = read_text(tmp_path, "\n---\n".join(map(json.dumps, entities)))
    drafts = by_ref(source)
    assert source.bad == ()
    assert list(drafts) == [one["ref"] for one in (*seats, *owned)]
    for one in (*seats, *owned):
        draft = drafts[one["ref"]]
        assert [f"ref:{ref}" for ref in one["owner"]] == [draft.owner] * bool(draft.owner)
        assert [f"ref:{ref}" for ref in one["parent"]] == [draft.parent] * bool(draft.parent)
        assert [f"ref:{ref}" for ref in one["members"]] == list(draft.members)
        assert [f"ref:{ref}" for ref in one["memberOf"]] == list(draft.member_of)


def test_our_fixtures_are_valid_entities_with_the_references_that_we_read() -> None:
    files = sorted((CATALOGS / "backstage").rglob("*.yaml"))
    nodes = [one for file in files for one in read_foreign_yaml(str(file), file.read_bytes())]
    answers = ask_backstage([one.data for one in nodes])
    assert None not in answers
    drafts = by_ref(read(SourceRequest(CATALOGS / "backstage", {}, {})))
    assert set(drafts) == set(answers) - {
        "location:default/teams",
        "component:default/shop",
        "airesource:default/style-guide",
    }


NAMES = ["a", "a-b_c.d", "A1", "-a", "a-", "a b", "ä", "a" * 63, "a" * 64, "a--b", "..", "a/b"]


def test_a_name_is_valid_if_it_is_so_for_backstage(tmp_path: Path) -> None:
    spec = {"type": "team", "children": []}
    head = {"apiVersion": "backstage.io/v1alpha1", "kind": "Group"}
    answers = ask_backstage([{**head, "metadata": {"name": name}, "spec": spec} for name in NAMES])
    source = read_text(tmp_path, "".join(entity("Group", json.dumps(name), json.dumps(spec)) for name in NAMES))
    assert list(by_ref(source)) == [answer for answer in answers if answer]
    assert len(source.bad) == answers.count(None) == 7


def test_a_member_may_be_named_on_both_sides(tmp_path: Path) -> None:
    text = entity("Group", "team-a", "{type: team, members: [ada, user:people/grace]}")
    text += entity("User", "ada", "{memberOf: [Team-A, group:default/team-b]}")
    drafts = by_ref(read_text(tmp_path, text))
    assert drafts["group:default/team-a"].members == ("ref:user:default/ada", "ref:user:people/grace")
    assert drafts["user:default/ada"].member_of == ("ref:group:default/team-a", "ref:group:default/team-b")


def test_references_without_a_namespace_are_in_that_of_the_entity(tmp_path: Path) -> None:
    text = entity("Group", "team-a", "{type: team, parent: all, members: [ada]}", ", namespace: north")
    text += entity("Component", "bot", "{type: agent, owner: team-a}", ", namespace: north")
    drafts = by_ref(read_text(tmp_path, text))
    assert drafts["group:north/team-a"].parent == "ref:group:north/all"
    assert drafts["group:north/team-a"].members == ("ref:user:north/ada",)
    assert drafts["component:north/bot"].owner == "ref:group:north/team-a"


def test_the_parent_of_a_group_comes_from_either_side(tmp_path: Path) -> None:
    text = entity("Group", "top", "{type: org, children: [one, two, both]}") + entity(
        "Group", "other", "{children: [two, both]}"
    )
    text += entity("Group", "one", "{type: team}") + entity("Group", "two", "{type: team}")
    text += entity("Group", "both", "{type: team, parent: other}")
    drafts = by_ref(read_text(tmp_path, text))
    one, two, both = (drafts[f"group:default/{name}"] for name in ("one", "two", "both"))
    assert (one.parent, one.dotted) == ("ref:group:default/top", ())
    # Nothing says which of the two comes first.
    assert (two.parent, two.dotted) == ("", ("ref:group:default/top", "ref:group:default/other"))
    assert two.unknown == ("which of 2 groups it belongs to",)
    assert (both.parent, both.dotted) == ("ref:group:default/other", ("ref:group:default/top",))
    assert drafts["group:default/other"].role == "group"
    assert drafts["group:default/other"].unknown == ("its type (group stands for it)",)


AGENTS = {
    ("AiResource", "agent"): True,
    ("AiResource", "ai-agent"): True,
    ("AiResource", "skill"): False,
    ("AiResource", "rule"): False,
    ("AiResource", "plugin"): False,
    ("Component", "Agent"): True,
    ("Component", "service"): False,
    ("Component", "user-agent"): False,
    ("API", "agent"): False,
    ("Resource", "agent"): False,
    ("Template", "agent"): False,
}


@pytest.mark.parametrize(("kind", "type_"), AGENTS)
def test_only_agents_among_components_and_resources_become_seats(kind: str, type_: str, tmp_path: Path) -> None:
    text = entity("User", "ada") + entity(kind, "bot", f"{{type: {type_}, lifecycle: production, owner: user:ada}}")
    source = read_text(tmp_path, text)
    found = [draft for draft in source.drafts if draft.kind is SeatKind.AGENT]
    assert bool(found) == AGENTS[kind, type_]
    assert source.notes == (() if found else (f"left out, because they are no seats: 1 {kind} ({type_})",))
    assert [draft.owner for draft in found] == ["ref:user:default/ada"] * len(found)


SOURCES = {
    "url:https://git.example.com/acme/x/blob/main/agents/dash.md": "git.example.com/acme/x/agents/dash.md",
    "url:https://git.example.com/acme/team/x/-/blob/main/a%20b.md": "git.example.com/acme/team/x/a b.md",
    "url:https://ada:secret@git.example.com/acme/x/blob/main/dash.md": "git.example.com/acme/x/dash.md",
    "url:https://git.example.com/acme/x/tree/main/agents/": "",
    "url:https://git.example.com/acme/x/blob/main/../../dash.md": "",
    "url:oci://registry.example.com/dash:1": "",
    "dir:./dash": "",
}


@pytest.mark.parametrize("location", SOURCES)
def test_the_source_of_an_agent_is_its_file_if_it_is_one(location: str, tmp_path: Path) -> None:
    annotation = f", annotations: {{backstage.io/source-location: {json.dumps(location)}}}"
    (draft,) = read_text(tmp_path, entity("AiResource", "dash", "{type: agent}", annotation)).drafts
    assert [place.text for place in draft.runs_from] == ([SOURCES[location]] if SOURCES[location] else [])
    assert [lost.text for lost in draft.lost] == ([] if SOURCES[location] else [location])


def test_locations_are_followed_within_the_folder_alone(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text(entity("User", "outside"), encoding="utf-8")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    (folder / "deep" / "in.yaml").write_text(
        entity("User", "ada") + entity("Location", "back", "{target: ../all.yaml}"), encoding="utf-8"
    )
    outside = ["../outside.yaml", "link.yaml", "/etc/passwd", "nowhere.yaml", "deep", "", "loop.yaml"]
    targets = json.dumps(["./deep/in.yaml", *outside, "https://example.com/x", "a\0b", "x" * 5000])
    source = read_text(folder, entity("Location", "all", f"{{targets: {targets}}}"), "all.yaml")
    assert list(by_ref(source)) == ["user:default/ada"]
    assert [bad.why for bad in source.bad] == [
        'the location "../outside.yaml" leads out of the folder, and was not read',
        'the location "link.yaml" leads out of the folder, and was not read',
        'the location "/etc/passwd" leads out of the folder, and was not read',
        'the location "nowhere.yaml" is not a file',
        'the location "deep" is not a file',
        'the location "" leads out of the folder, and was not read',
        'the location "loop.yaml" leads out of the folder, and was not read',
        r'the location "a\x00b" leads out of the folder, and was not read',
        f'the location "{"x" * 80}" is not a file',
    ]
    assert source.notes == ("1 location with an address not followed",)


def test_the_list_that_the_catalog_gives_is_read_too(tmp_path: Path) -> None:
    head = {"apiVersion": "backstage.io/v1alpha1", "kind": "User", "spec": {"memberOf": []}}
    text = json.dumps([{**head, "metadata": {"name": name}} for name in ("ada", "grace")])
    assert recognise(tmp_path / "entities.json", text.encode())
    assert list(by_ref(read_text(tmp_path, text, "entities.json"))) == ["user:default/ada", "user:default/grace"]


def test_a_file_of_empty_lines_is_recognised_as_none_at_once(tmp_path: Path) -> None:
    assert not recognise(tmp_path / "a.yaml", b"\n" * 64 * 1024 + b" " * 64 * 1024)


def test_an_entity_that_occurs_twice_or_has_no_name_is_a_bad_row(tmp_path: Path) -> None:
    text = entity("User", "ada") + entity("User", "Ada") + entity("User", '""') + "---\nkind: User\n"
    source = read_text(tmp_path, text)
    path = tmp_path / "catalog-info.yaml"
    assert [(bad.where, bad.why) for bad in source.bad] == [
        (f"{path}:7", f"user:default/ada occurs twice; the first is at {path}:2"),
        (f"{path}:12", "an entity of Backstage without metadata.name"),
    ]
    assert source.notes == ("left out, because they are no seats: 1 other document",)


def test_an_address_that_is_none_is_lost_and_not_kept(tmp_path: Path) -> None:
    drafts = by_ref(read_text(tmp_path, entity("User", "ada", "{profile: {email: Ada of Harbour}}")))
    assert drafts["user:default/ada"].emails == ()
    assert [lost.text for lost in drafts["user:default/ada"].lost] == ["Ada of Harbour"]


def test_a_file_that_is_not_yaml_says_where(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"catalog-info\.yaml:5:8: not YAML"):
        read_text(tmp_path, entity("User", "ada").replace("spec: {}", "spec: a: b"))


def test_the_files_of_other_programs_in_a_folder_are_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("a: {{ .Values.broken }}\n\tb", encoding="utf-8")
    (tmp_path / "catalog-info.yaml").write_text(entity("User", "ada"), encoding="utf-8")
    source = read(SourceRequest(tmp_path, {}, {}))
    assert (list(by_ref(source)), source.bad) == (["user:default/ada"], ())
