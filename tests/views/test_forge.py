"""The pages of a forge, from the address of a remote."""

from __future__ import annotations

import pytest

from orgtp.views.forge import Forge, find_forge

_COMMIT = "c340b27e68" * 4


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://github.com/acme/org.git", "https://github.com/acme/org"),
        ("https://github.com/acme/org/", "https://github.com/acme/org"),
        ("https://me:secret@github.com/acme/org.git", "https://github.com/acme/org"),
        ("git@github.com:acme/org.git", "https://github.com/acme/org"),
        ("github.com:acme/org", "https://github.com/acme/org"),
        ("ssh://git@gitlab.example.com:2222/acme/team/org.git", "https://gitlab.example.com/acme/team/org"),
        ("git://git.example.com/org", "https://git.example.com/org"),
        ("http://localhost:3000/acme/org.git", "http://localhost:3000/acme/org"),
        ("https://git.example.com:8443/acme/org.git", "https://git.example.com:8443/acme/org"),
        ("https://github.com/acme/an org.git", "https://github.com/acme/an%20org"),
    ],
)
def test_finds_the_page_of_a_repository(remote: str, url: str) -> None:
    assert find_forge(remote) == Forge(url)


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/srv/git/org.git",
        "../org.git",
        "C:/git/org.git",
        "file:///srv/git/org.git",
        "https://",
        "https://github.com/",
        "https://[broken/acme",
        "https://host:port/acme",
        "javascript:alert(1)",
        "data:text/html,x",
        "ext::sh -c x",
    ],
)
def test_a_path_or_an_address_that_no_browser_opens_has_no_page(remote: str) -> None:
    assert find_forge(remote) is None


@pytest.mark.parametrize(
    ("url", "commit", "file"),
    [
        ("https://github.com/acme/org", "/commit/", "/blob/main/seats/a%20b.yaml#L7"),
        ("https://gitlab.com/acme/org", "/-/commit/", "/-/blob/main/seats/a%20b.yaml#L7"),
        ("https://codeberg.org/acme/org", "/commit/", "/src/commit/main/seats/a%20b.yaml#L7"),
    ],
)
def test_each_kind_of_forge_has_its_own_paths(url: str, commit: str, file: str) -> None:
    assert Forge(url).commit_url(_COMMIT) == f"{url}{commit}{_COMMIT}"
    assert Forge(url).file_url("seats/a b.yaml", "main", 7) == url + file
