"""peribolos: the sample of its documentation, teams, logins, and an organisation of real size."""

from __future__ import annotations

from pathlib import Path

import pytest

from orgtp.importers.formats import BadSource, SourceRequest
from orgtp.importers.peribolos import read, recognise
from orgtp.model.inventory.draft import DraftSource, SeatDraft
from orgtp.model.seat import SeatKind

# The organisation that the documentation of peribolos describes: its names are those of the documentation.
DOCUMENTED = """
orgs:
  this-org:
    company: foo
    email: foo
    name: foo
    description: foo
    has_organization_projects: true
    has_repository_projects: true
    default_repository_permission: read
    members_can_create_repositories: false
    members:
    - anne
    - bob
    admins:
    - carl
    teams:
      node:
        description: people working on node backend
        privacy: closed
        previously:
        - backend
        members:
        - anne
        maintainers:
        - jane
        repos:
          some-repo: admin
          other-repo: read
      another-team: {}
    roles:
      security_manager:
        teams: [node]
        users: [anne]
  that-org: {}
"""


def read_text(folder: Path, text: str, name: str = "config.yaml") -> DraftSource:
    (folder / name).write_text(text, encoding="utf-8")
    return read(SourceRequest(folder / name, {}, {}))


def by_ref(source: DraftSource) -> dict[str, SeatDraft]:
    return {draft.aliases[0].removeprefix("github:"): draft for draft in source.drafts}


def test_the_documented_sample_has_what_its_documentation_says(tmp_path: Path) -> None:
    """Anne and bob are members and carl is an admin; node has anne and jane, and was called backend."""
    drafts = by_ref(read_text(tmp_path, DOCUMENTED))
    kinds = {kind: [ref for ref, draft in drafts.items() if draft.kind is kind] for kind in SeatKind}
    assert kinds[SeatKind.GROUP] == ["this-org", "this-org/node", "this-org/another-team", "that-org"]
    assert kinds[SeatKind.HUMAN] == ["carl", "anne", "bob", "jane"]
    assert {ref: drafts[ref].role for ref in kinds[SeatKind.HUMAN]} == {
        "carl": "Organisation admin",
        "anne": "Member",
        "bob": "Member",
        "jane": "Member",
    }
    assert drafts["this-org"].members == ("ref:github:carl", "ref:github:anne", "ref:github:bob")
    node = drafts["this-org/node"]
    assert node.members == ("ref:github:jane", "ref:github:anne")
    assert node.aliases == ("github:this-org/node", "github:this-org/backend")
    assert (node.parent, node.owner, node.mission) == ("ref:github:this-org", "", "people working on node backend")
    assert {lost.what: lost.text for lost in node.lost} == {
        "maintainers": "jane",
        "privacy": "closed",
        "repositories": "some-repo: admin, other-repo: read",
    }
    assert ("roles on GitHub", "security_manager") in [(lost.what, lost.text) for lost in drafts["this-org"].lost]


def test_nobody_leads_a_team_because_they_maintain_it(tmp_path: Path) -> None:
    drafts = by_ref(read_text(tmp_path, DOCUMENTED))
    assert {draft.owner for draft in drafts.values()} == {""}
    assert {draft.parent for draft in drafts.values() if draft.kind is SeatKind.HUMAN} == {""}


def test_a_login_is_one_person_in_any_case(tmp_path: Path) -> None:
    text = (
        "orgs:\n  a:\n    members: [Ada, '@grace']\n    teams:\n      x: {members: [ADA, Grace], maintainers: [ada]}\n"
    )
    source = read_text(tmp_path, text)
    assert [draft.name for draft in source.drafts if draft.kind is SeatKind.HUMAN] == ["Ada", "grace"]
    assert by_ref(source)["a/x"].members == ("ref:github:ada", "ref:github:grace")


@pytest.mark.parametrize("login", ["a b", "-a", "ä", "a/b", "''", "{a: b}", "[a]", "null", "a\\nb"])
def test_what_is_no_login_is_a_bad_row(login: str, tmp_path: Path) -> None:
    text = f"orgs:\n  a:\n    members:\n    - ada\n    - {login if 'nb' not in login else chr(34) + login + chr(34)}\n"
    source = read_text(tmp_path, text)
    assert [draft.name for draft in source.drafts] == ["a", "ada"]
    ((where, why),) = [(bad.where, bad.why) for bad in source.bad]
    assert where == f"{tmp_path / 'config.yaml'}:5"
    assert "is not a login of GitHub" in why


def test_a_team_that_occurs_twice_is_a_bad_row(tmp_path: Path) -> None:
    text = "orgs:\n  a:\n    teams:\n      x:\n        teams:\n          X: {}\n      y: {}\n  A: {}\n"
    source = read_text(tmp_path, text)
    path = tmp_path / "config.yaml"
    assert [(bad.where, bad.why) for bad in source.bad] == [
        (f"{path}:6", f'"X" occurs twice; the first is at {path}:4'),
        (f"{path}:8", f'"A" occurs twice; the first is at {path}:2'),
    ]


def test_logins_that_may_be_programs_are_named(tmp_path: Path) -> None:
    logins = ["k8s-ci-robot", "dependabot[bot]", "acme-bot", "robert", "abbott", "botha"]
    source = read_text(tmp_path, f"orgs:\n  a:\n    members: {logins}\n".replace("'", '"'))
    assert source.notes == (
        "imported as people, but may be programs by their logins: k8s-ci-robot, dependabot[bot] and acme-bot",
    )
    assert [draft.kind for draft in source.drafts[1:]] == [SeatKind.HUMAN] * 6


def test_teams_without_their_organisation_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"teams\.yaml:1: teams without an organisation. Import the folder"):
        read_text(tmp_path, "teams:\n  x: {members: [ada]}\n", "teams.yaml")


def test_a_folder_may_have_several_organisations(tmp_path: Path) -> None:
    for org in ("north", "south"):
        (tmp_path / org / "deep" / "er").mkdir(parents=True)
        (tmp_path / org / "org.yaml").write_text("members: [ada]\n", encoding="utf-8")
        (tmp_path / org / "deep" / "er" / "teams.yaml").write_text("teams:\n  x: {members: [ada]}\n", encoding="utf-8")
    assert recognise(tmp_path, b"")
    drafts = by_ref(read(SourceRequest(tmp_path, {}, {})))
    assert list(drafts) == ["north", "south", "north/x", "south/x", "ada"]
    assert drafts["south/x"].parent == "ref:github:south"


def test_an_organisation_of_real_size_is_read_whole(tmp_path: Path) -> None:
    """Kubernetes has 284 teams and 1,276 people on GitHub; these are invented, and as many."""
    people = [f"person-{number}" for number in range(1276)]
    members = "".join(f"    - {one}\n" for one in people)
    teams = "".join(
        f"      team-{number}:\n        members: [{', '.join(people[number * 4 : number * 4 + 9])}]\n"
        for number in range(284)
    )
    source = read_text(tmp_path, f"orgs:\n  big:\n    members:\n{members}    teams:\n{teams}")
    groups = [draft for draft in source.drafts if draft.kind is SeatKind.GROUP]
    assert (len(groups), len(source.drafts)) == (285, 285 + 1276)
    assert sum(len(draft.members) for draft in groups) == 1276 + sum(len(people[n * 4 : n * 4 + 9]) for n in range(284))


NOT_PERIBOLOS = {
    "config.yaml": ["orgs: [a, b]\n", "plank: {}\n", "teams:\n  a: {}\n", "x:\n  orgs:\n    a: {members: [b]}\n"],
    "org.yaml": ["org: acme\nname: Acme\nteams: {}\n", "name: Acme\n"],
    "config.json": ["orgs:\n  a:\n    members: [b]\n"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in NOT_PERIBOLOS.items() for text in texts])
def test_other_files_are_not_recognised(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert not recognise(tmp_path / name, text.encode())
    assert not recognise(tmp_path, b"")
