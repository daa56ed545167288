"""`orgtp diff`: what changed between two moments, in a terminal, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

import pytest

from tests.cli.terminal import driving, on_terminal
from tests.conftest import Shell

FORMS = ("text", "markdown", "json")


@pytest.fixture
def pulled(acme: Shell) -> Shell:
    """Acme on a branch of its own, with a commit on it, and one on main after they parted."""
    acme.git("checkout", "-qb", "pull")
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace(">= 95%", ">= 90%"))
    acme.git("commit", "-qam", "An easier target")
    acme.git("checkout", "-q", "main")
    acme("seat", "add", "new", "--role", "R", "--kind", "human")
    acme.git("checkout", "-q", "pull")
    return acme


def test_the_work_tree_by_default(acme: Shell) -> None:
    assert acme("diff", "HEAD").out == f"nothing changed from HEAD ({acme.head()[:10]}) to the work tree\n"
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").replace("role: Desk", "role: Front desk"))
    assert "role: Desk → Front desk" in acme("diff", "HEAD").out
    assert acme("diff", "HEAD", "HEAD").out.startswith("nothing changed")
    data = acme("diff", "HEAD", "--json").json
    assert (data["dirty"], data["head"]) == (True, {"given": None, "revision": None})


def test_org_before_or_after(acme: Shell, shell: Shell) -> None:
    before, after = shell("--org", "acme", "diff", "HEAD~1"), shell("diff", "HEAD~1", "--org", "acme")
    assert before == after
    assert before.out.startswith("2 seats added\n")


def test_directly_or_from_where_they_parted(pulled: Shell) -> None:
    assert pulled("diff", "main").out.startswith("1 seat removed without a retirement, 1 target moved\n")
    assert pulled("diff", "main", "--merge-base").out.startswith("1 target moved\n")
    assert pulled("diff", "main", "pull", "--merge-base").out.startswith("1 target moved\n")
    assert pulled("diff", "pull", "main", "--merge-base").out.startswith("1 seat added\n")


def test_json(pulled: Shell) -> None:
    parted = pulled.git("merge-base", "main", "pull").out.strip()
    data = pulled("diff", "main", "pull", "--merge-base", "--json").json
    assert data == pulled("diff", "main", "pull", "--merge-base", "--format", "json").json
    assert (data["kind"], data["revision"], data["headline"]) == ("diff", pulled.head(), "1 target moved")
    assert data["base"] == {"given": "main", "revision": parted}
    assert data["head"] == {"given": "pull", "revision": pulled.head()}
    target = {"seat": "bot", "name": "Bot", "metric": "percent", "metric_name": "percent", "since": None, "until": None}
    (moved,) = data["targets"]
    assert moved.pop("made")["author"] == "A Tester"
    assert moved == {**target, "before": ">= 95%", "after": ">= 90%"}
    lists = {key for key, value in data.items() if isinstance(value, list)}
    assert lists >= {"added", "retired", "removed", "moved", "owners", "values", "corrections", "policy", "waivers"}


def test_dates(sample: Shell) -> None:
    out = sample("diff", "2026-10-13", "2026-10-15").out
    assert out.startswith("1 seat retired, ")
    assert "Echo (echo), Social listening, on 2026-10-14, decided by David" in out
    assert "client-complaint-alerts → Crystal" in out


def test_the_samples_history(sample: Shell) -> None:
    out = sample("diff", "2026-08-24", "--format", "markdown").out
    assert "- **Sift** (`sift`): owned by **Janine**, previously by **Bogdan**" in out
    assert "- **Crystal** (`crystal`) reports to **Radar**, previously to **Bogdan**" in out
    assert "from 2026-W41: `>= 90%` → `>= 95%`" in out
    assert "### Retired\n\n- **Echo** (`echo`)" in out


def test_a_correction(acme: Shell) -> None:
    acme("score", "add", "bot", "percent", "91", "--by", "ada")
    acme("score", "add", "bot", "percent", "92.5", "--by", "ada", "--note", "recounted")
    out = acme("diff", "HEAD~1").out
    assert f"Bot, percent (percent), 2026-W47: 91% → 92.5%, corrected by ada in {acme.head()[:10]}: recounted" in out


def made(here: Shell, *words: str) -> dict[str, list[tuple[str | None, str | None]]]:
    """Each list of a difference: of each of its items, who made it and in which commit."""
    data = here("diff", *words, "--json").json
    lists = {key: value for key, value in data.items() if isinstance(value, list) and value}
    told = {key: [item["made"] or {} for item in items if "made" in item] for key, items in lists.items()}
    return {key: [(one.get("by"), one.get("commit")) for one in items] for key, items in told.items() if items}


def test_by_whom_and_in_which_commit(acme: Shell) -> None:
    acme("score", "add", "bot", "percent", "91", "--by", "ada")
    acme("seat", "set", "ada", "email=tester@example.com")
    base = acme.head()
    acme("seat", "set", "bot", "metrics.percent.target=>= 99%", "--by", "ada")
    made_by = {
        "targets": acme("seat", "set", "bot", "metrics.percent.target=>= 97%", "--by", "ada", "--json").json["commit"],
        "added": acme("seat", "add", "eve", "--role", "R", "--kind", "human", "--by", "ada", "--json").json["commit"],
        "moved": acme("seat", "set", "bot", "reports_to=eve", "--by", "ada", "--json").json["commit"],
        "owners": acme("seat", "set", "bot", "owner=eve", "--by", "ada", "--json").json["commit"],
        "corrections": acme("score", "add", "bot", "percent", "92", "--by", "bot", "--json").json["commit"],
        "statuses": acme("seat", "set", "bot", "status=paused", "--by", "eve", "--json").json["commit"],
        "capabilities": acme("seat", "set", "bot", "capabilities.desk=Sits.", "--by", "eve", "--json").json["commit"],
    }
    acme("seat", "set", "bot", "mission=Later", "--by", "ada")
    found = made(acme, base, "HEAD")
    assert {key: found[key][0][1] for key in made_by} == made_by
    assert {key: found[key][0][0] for key in ("targets", "statuses")} == {"targets": "ada", "statuses": "eve"}
    assert f">= 95% → >= 97% (by Ada in {made_by['targets'][:10]})" in acme("diff", base).out
    assert f"`>= 97%` (by Ada in `{made_by['targets'][:10]}`)" in acme("diff", base, "--format", "markdown").out


def test_of_a_retirement_and_of_what_is_gone(sample: Shell) -> None:
    done = sample("retire", "jeff", "--to", "dash,crystal", "--by", "david", "--reason", "R", "--yes", "--json")
    found = made(sample, "HEAD~1")
    assert {commit for items in found.values() for _, commit in items} == {done.json["commit"]}
    assert set(found) >= {"retired", "capabilities", "metrics"}
    sample.git("rm", "-q", "seats/penny.yaml")
    sample.git("commit", "-qm", "Gone")
    assert made(sample, "HEAD~1", "HEAD")["removed"] == [(None, sample.head())]


def test_what_was_merged_is_told_of_its_own_commit(pulled: Shell) -> None:
    theirs = pulled.head()
    pulled.git("checkout", "-q", "main")
    pulled.git("merge", "-q", "--no-ff", "-m", "Merge", "pull")
    assert made(pulled, "HEAD~1", "HEAD")["targets"] == [(None, theirs)]


def test_an_old_target_that_judges_again_is_whose_who_ended_the_later_one(acme: Shell) -> None:
    acme("seat", "set", "bot", "metrics.percent.target.2026-W45=>= 97%", "--by", "ada")
    acme("seat", "set", "bot", "metrics.percent.target.2026-W47=>= 99%", "--by", "ada")
    done = acme("seat", "set", "bot", "metrics.percent.target.2026-W47=", "--by", "ada", "--json").json["commit"]
    found = acme("diff", "HEAD~1", "HEAD", "--json").json["targets"]
    assert [(target["since"], target["after"], target["made"]["commit"]) for target in found] == [
        ("2026-W47", ">= 97%", done)
    ]


def test_nothing_is_said_where_no_end_leads_to_the_other_or_nothing_is_committed(pulled: Shell) -> None:
    assert made(pulled, "main", "pull")["targets"] == [(None, None)]
    assert made(pulled, "pull", "pull~1")["targets"] == [(None, None)]
    pulled.write("seats/bot.yaml", pulled.read("seats/bot.yaml").replace("role: Desk", "role: Counter"))
    assert made(pulled, "HEAD")["fields"] == [(None, None)]
    assert "(by" not in pulled("diff", "HEAD").out


def test_before_there_was_an_org(shell: Shell) -> None:
    here = shell.at(shell.folder / "late")
    here.folder.mkdir()
    here.git("init", "-qb", "main")
    here.git("commit", "-q", "--allow-empty", "-m", "Before")
    here.write("org.yaml", "org: late\nname: Late\ntimezone: UTC\n")
    here.write("seats/ada.yaml", "seat: ada\nname: Ada\nrole: R\nkind: human\nstatus: active\n")
    here.git("add", ".")
    here.git("commit", "-qm", "The org")
    assert here("diff", "HEAD~1").out.startswith("1 seat added, ")


def test_what_cannot_be_compared(acme: Shell, shell: Shell) -> None:
    assert 'there is no commit "nope"' in acme("diff", "nope", code=2).err
    assert 'there is no commit "nope"' in acme("diff", "HEAD", "nope", code=2).err
    assert 'there is no commit "-x"' in acme("diff", "--", "-x", code=2).err
    assert "the org did not exist yet on 2020-01-01" in acme("diff", "2020-01-01", code=2).err
    acme.git("checkout", "-q", "--orphan", "alone")
    acme.git("commit", "-qm", "Alone")
    assert "have no common commit in this clone" in acme("diff", "main", "--merge-base", code=4).err
    shell.write("plain/org.yaml", "org: plain\ntimezone: UTC\n")
    assert "is not the top of a git repository" in shell("diff", "HEAD", "--org", "plain", code=2).err


def test_a_bare_repository(acme: Shell) -> None:
    acme.git("clone", "-q", "--bare", ".", "../bare.git")
    assert acme("--org", "../bare.git", "diff", "HEAD~1").out.startswith("2 seats added\n")


def test_a_file_that_is_broken(acme: Shell) -> None:
    acme.write("seats/bot.yaml", "seat: [\n")
    ran = acme("diff", "HEAD", code=1)
    assert "not compared: seats/bot.yaml" in ran.out
    assert "removed" not in ran.out
    assert "the output is incomplete" in ran.err


@pytest.mark.parametrize("form", FORMS)
def test_hostile_words_drive_no_terminal(acme: Shell, form: str) -> None:
    evil = r"\e[31mX\x9b2J\x7f\nnew\u202Eline\a[bold]m[/bold]"
    acme.write(
        "seats/bot.yaml", acme.read("seats/bot.yaml").replace("name: Bot", f'name: "B{evil}"\nmission: "{evil}"')
    )
    out = acme("diff", "HEAD", "--format", form).out
    assert "[bold]" in out.replace("\\", "")
    assert not driving(out)


def test_narrow_and_coloured(sample: Shell) -> None:
    lines = sample("diff", "2026-08-24", COLUMNS="40").out.splitlines()
    assert max(len(line) for line in lines) <= 40
    seen = on_terminal(sample, "diff", "2026-10-13", "2026-10-15")
    assert "\x1b[1mEcho\x1b[0m" in seen.text
    plain = on_terminal(sample, "diff", "2026-10-13", "2026-10-15", NO_COLOR="1").text
    assert "\x1b[" not in plain
    assert "Echo (echo)" in plain


def test_nothing_is_written(pulled: Shell) -> None:
    before = pulled.git("status", "--porcelain").out, pulled.head()
    for form in FORMS:
        pulled("diff", "main", "--merge-base", "--format", form)
    assert (pulled.git("status", "--porcelain").out, pulled.head()) == before
