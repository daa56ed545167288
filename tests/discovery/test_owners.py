"""Who may answer for an agent: the authors of its file, its code owners, and since when it exists."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from orgtp.discovery.code_owners import find_code_owners
from orgtp.discovery.scan import ScanLimits
from orgtp.model.inventory.found import FoundAuthor
from tests.discovery.conftest import ADA, BO, DASH, Box, reasons
from tests.importers.reading import deadline

REMOTE = "https://git.example.com/acme/agents.git"
PATH = "/srv/agents/agents/dash.md"


def change(box: Box, number: int, author: str, day: str) -> None:
    box.write(PATH, f"{DASH}\nVersion {number}\n")
    box.commit(box.root / "srv/agents", author, day)


def test_the_authors_of_the_file_by_their_share(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    change(box, 1, ADA, "2025-02-03")
    for number in (2, 3, 4):
        change(box, number, BO, f"2025-03-0{number}")
    box.write("/srv/agents/other.txt", "x")
    box.commit(box.root / "srv/agents", "cy@example.com", "2025-04-01")
    (agent,) = box.scan("/srv").agents
    assert agent.authors == (FoundAuthor(BO, "git", 75), FoundAuthor(ADA, "git", 25))
    assert agent.started == "2025-02-03"


def test_the_first_day_is_that_of_the_org_and_a_share_is_rounded_in_whole_numbers(box: Box) -> None:
    """Noon in UTC is the next day on Kiritimati. An eighth is 12.5 percent, which a float would round to 12."""
    box.make_repository("/srv/agents", REMOTE)
    for number in range(8):
        change(box, number, BO if number else ADA, "2025-02-03")
    (agent,) = box.scan("/srv", zone=ZoneInfo("Pacific/Kiritimati")).agents
    assert agent.started == "2025-02-04"
    assert [one.share for one in agent.authors] == [88, 13]


def test_a_program_that_commits_comes_after_the_people(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    for number in range(4):
        change(box, number, "1+renovate[bot]@users.noreply.github.com" if number else ADA, "2025-02-03")
    (agent,) = box.scan("/srv").agents
    assert [(one.who, one.share) for one in agent.authors] == [
        (ADA, 25), ("1+renovate[bot]@users.noreply.github.com", 75),
    ]  # fmt: skip


def test_the_mailmap_says_who_an_author_is(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    change(box, 1, "old@example.org", "2025-02-03")
    change(box, 2, ADA, "2025-02-04")
    box.write("/srv/agents/.mailmap", "Ada <ada@example.com> <old@example.org>\n")
    box.commit(box.root / "srv/agents", BO)
    (agent,) = box.scan("/srv").agents
    assert agent.authors == (FoundAuthor(ADA, "git", 100),)


def test_a_history_that_is_cut_off_does_not_say_when_it_began(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    for number in range(5):
        change(box, number, ADA, f"2025-02-0{number + 1}")
    box.git(box.root, "clone", "-q", "--depth", "2", f"file://{box.root}/srv/agents", "shallow/agents")
    (agent,) = box.scan("/shallow").agents
    assert agent.started == ""
    assert agent.authors == (FoundAuthor(ADA, "git", 100),)
    (agent,) = box.scan("/srv", limits=ScanLimits(commits=3)).agents
    assert agent.started == ""


def test_other_forms_of_a_repository(box: Box) -> None:
    repository = box.make_repository("/srv/agents", REMOTE)
    change(box, 1, ADA, "2025-02-03")
    box.git(repository, "pack-refs", "--all")
    box.git(repository, "gc", "-q")
    assert box.scan("/srv").agents[0].started == "2025-02-03"
    box.git(repository, "checkout", "-q", "--detach")
    assert box.scan("/srv").agents[0].started == "2025-02-03"
    box.git(repository, "worktree", "add", "-q", "-b", "other", "../../linked/agents")
    assert box.scan("/linked").agents[0].started == "2025-02-03"
    box.git(box.root, "init", "-q", "--object-format=sha256", "-b", "main", "sha256/agents")
    box.write("/sha256/agents/agents/dash.md", DASH)
    box.commit(box.root / "sha256/agents", ADA, "2025-05-06")
    assert box.scan("/sha256").agents[0].started == "2025-05-06"


def test_a_repository_without_a_commit_and_a_file_without_a_history(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    box.write(PATH, DASH)
    found = box.scan("/srv")
    assert (found.agents[0].authors, found.agents[0].started, found.skipped) == ((), "", ())


def test_a_large_history_of_many_files(box: Box) -> None:
    """More files than are named one by one, of two authors."""
    repository = box.make_repository("/srv/agents", REMOTE)
    for author in (ADA, BO):
        for number in range(400):
            box.write(f"/srv/agents/p{number % 9}/agents/a{number}.md", f"{DASH}\n{number} {author}\n")
        box.commit(repository, author)
    found = box.scan("/srv").agents
    assert len(found) == 400
    assert {agent.authors for agent in found} == {(FoundAuthor(ADA, "git", 50), FoundAuthor(BO, "git", 50))}


def test_code_owners_come_before_authors(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    box.write("/srv/agents/.github/CODEOWNERS", "* @acme/all\n/agents/ @acme/ads\n")
    box.write("/srv/agents/CODEOWNERS", "* @wrong\n")
    change(box, 1, ADA, "2025-02-03")
    (agent,) = box.scan("/srv").agents
    assert agent.authors == (FoundAuthor("@acme/ads", "CODEOWNERS"), FoundAuthor(ADA, "git", 100))


def test_code_owners_of_gitlab(box: Box) -> None:
    box.make_repository("/srv/agents", "https://gitlab.example.com/acme/agents.git")
    box.write("/srv/agents/.gitlab/CODEOWNERS", "* @all\n[Agents] @ads\nagents/\n[Docs]\n*.txt @docs\n")
    change(box, 1, ADA, "2025-02-03")
    (agent,) = box.scan("/srv").agents
    assert [author.who for author in agent.authors] == ["@all", "@ads", ADA]


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "a/b.md", True),
        ("*.md", "a/b.md", True),
        ("*.js", "a/b.md", False),
        ("/agents/", "agents/x/dash.md", True),
        ("/agents/", "other/agents/dash.md", False),
        ("agents/", "other/agents/dash.md", True),
        ("agents", "other/agents/dash.md", True),
        ("/agents", "agents/dash.md", True),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/b/a.md", False),
        ("docs/*", "x/docs/a.md", False),
        ("**/logs", "build/logs/a.md", True),
        ("a/**/b.md", "a/b.md", True),
        ("a/**/b.md", "a/x/y/b.md", True),
        ("/agents/dash.md", "agents/dash.md", True),
        ("/agents/dash.md", "agents/dash.md.bak", False),
        ("/a.c", "abc", False),
        ("agents/my\\ dash.md", "agents/my dash.md", True),
    ],
)
def test_patterns_of_github(pattern: str, path: str, matches: bool) -> None:
    assert bool(find_code_owners(f"{pattern} @ads\n", path, gitlab=False)) is matches


def test_the_last_line_that_matches_counts() -> None:
    text = "# all\n* @all ada@example.com # everyone\n/agents/ @ads\n/agents/free/\n!agents @not\n[x] @not\n"
    assert find_code_owners(text, "x.md", gitlab=False) == ("@all", "ada@example.com")
    assert find_code_owners(text, "agents/dash.md", gitlab=False) == ("@ads",)
    assert find_code_owners(text, "agents/free/dash.md", gitlab=False) == ()


def test_sections_of_gitlab_are_added_up() -> None:
    text = "* @all\n^[Agents][2] @ads @bo\nagents/\n/agents/own.md @own\n!/agents/free.md\n[Text]\n*.md @text\n"
    assert find_code_owners(text, "x/agents/dash.md", gitlab=True) == ("@all", "@ads", "@bo", "@text")
    assert find_code_owners(text, "agents/own.md", gitlab=True) == ("@all", "@own", "@text")
    assert find_code_owners(text, "agents/free.md", gitlab=True) == ("@all", "@text")
    assert find_code_owners(text, "readme", gitlab=True) == ("@all",)


def test_a_history_that_takes_too_long_is_said(box: Box) -> None:
    box.make_repository("/srv/agents", REMOTE)
    change(box, 1, ADA, "2025-02-03")
    found = box.scan("/srv", limits=ScanLimits(history_seconds=0.0))
    assert [agent.name for agent in found.agents] == ["dash"]
    assert list(reasons(found).values()) == ["its history takes longer than 0 seconds"]


@pytest.mark.parametrize(
    "pattern", ["*a" * 30 + "b", "**/" * 60 + "b", "*" * 300 + "b", "?*" * 200 + "/b", "/**/a" * 40, "a**" * 40 + "b"]
)
@pytest.mark.parametrize("gitlab", [False, True])
def test_a_hostile_pattern_takes_no_time(pattern: str, *, gitlab: bool) -> None:
    """As one regular expression, it would be tried in more ways than there is time for."""
    path = "/".join(["a" * 200] * 20)
    with deadline(20):
        assert find_code_owners(f"{pattern} @ads\n" * 100, path, gitlab=gitlab) == ()
