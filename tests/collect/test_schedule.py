"""`orgtp schedule`: what it prints runs at the right times, in cron's shell, under systemd and in a workflow."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orgtp.model.errors import BadInput
from orgtp.model.schedule import DEFAULT_TIMES, parse_brief_times, parse_timetable
from orgtp.render.schedule.crontab_systemd import ScheduledRun, schedule_text
from tests.ci.test_files import actionlint
from tests.conftest import Shell

NEW_YORK = ZoneInfo("America/New_York")
# On both days on which the clocks change, across the turn of a year, on a weekend, and where UTC has another day.
MOMENTS = [
    ("2026-11-20T13:00", True),
    ("2026-11-20T12:00", False),
    ("2026-07-20T12:00", True),
    ("2026-07-20T13:00", False),
    ("2026-11-20T22:00", True),
    ("2026-11-21T13:00", False),
    ("2026-11-22T13:00", False),
    ("2026-03-09T12:00", True),
    ("2026-11-02T13:00", True),
    ("2027-01-01T13:00", True),
    ("2026-11-20T13:15", False),
]


def printed(kind: str, zone: str = "America/New_York", times: str = DEFAULT_TIMES, **more: Any) -> str:
    place = ScheduledRun("/srv/a 100% org", "/opt/orgtp", "acme", **more)
    return schedule_text(kind, parse_timetable(times, ZoneInfo(zone)), place)


def at(folder: Path, moment: str) -> dict[str, str]:
    """An environment in which `date` tells that moment."""
    shim = folder / "date"
    shim.write_text(f'#!/bin/sh\nexec /bin/date -d "{moment}Z" "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.parametrize(("moment", "runs"), MOMENTS)
def test_cron_asks_what_time_it_is_in_the_org(tmp_path: Path, moment: str, runs: bool) -> None:
    (line,) = [row for row in printed("cron").splitlines() if not row.startswith("#")]
    assert line.startswith("*/15 * * * * ")
    command = line.removeprefix("*/15 * * * * ")
    # crontab(5): an escaped % is one, any other ends the line.
    assert not re.search(r"(?<!\\)%", command)
    shell = command.replace("\\%", "%").replace("cd '/srv/a 100% org' &&", "").replace("/opt/orgtp", "echo")
    done = subprocess.run(
        ["/bin/sh", "-c", shell], env=at(tmp_path, moment), capture_output=True, check=True, text=True
    )
    assert done.stdout == ("score collect\n" if runs else "") + "escalate tick\n"


BRIEF = parse_brief_times("07:45", "08:00")


@pytest.mark.parametrize(
    ("moment", "runs"),
    [
        ("2026-11-20T12:45", "brief --send --deadline 08:00 --by tally"),
        ("2026-11-20T13:00", "brief --check --deadline 08:00 --by tally"),
        ("2026-11-20T12:30", ""),
        ("2026-11-21T12:45", ""),
        # Summer time, and the Mondays after both days on which the clocks change.
        ("2026-07-20T11:45", "brief --send --deadline 08:00 --by tally"),
        ("2026-03-09T11:45", "brief --send --deadline 08:00 --by tally"),
        ("2026-11-02T12:45", "brief --send --deadline 08:00 --by tally"),
        ("2026-11-02T13:00", "brief --check --deadline 08:00 --by tally"),
    ],
)
def test_cron_sends_the_briefing_and_checks_it_on_lines_of_their_own(tmp_path: Path, moment: str, runs: str) -> None:
    rows = [row for row in printed("cron", options=("--by", "tally"), brief=BRIEF).splitlines() if row[0] != "#"]
    collect, *lines = [row.removeprefix("*/15 * * * * ") for row in rows]
    assert "score collect" in collect
    assert len(lines) == 2
    out = ""
    for command in lines:
        assert not re.search(r"(?<!\\)%", command)
        shell = command.replace("\\%", "%").replace("cd '/srv/a 100% org' &&", "").replace("/opt/orgtp", "echo")
        done = subprocess.run(
            ["/bin/sh", "-c", shell], env=at(tmp_path, moment), capture_output=True, text=True, check=True
        )
        out += done.stdout
    assert out == (f"{runs}\n" if runs else "")


def test_systemd_has_a_timer_for_the_briefing_and_one_for_its_check() -> None:
    text = printed("systemd", brief=BRIEF)
    for name, hour in (("brief", "07:45"), ("check", "08:00")):
        unit = text.partition(f"orgtp-acme-{name}.timer\" <<'END'")[2].partition("\nEND\n")[0]
        assert f"OnCalendar=Mon..Fri *-*-* {hour}:00 America/New_York\n" in unit
    assert "ExecStart=/opt/orgtp brief --send --deadline 08:00\n" in text
    assert "ExecStart=/opt/orgtp brief --check --deadline 08:00\n" in text
    assert "enable --now orgtp-acme.timer orgtp-acme-tick.timer orgtp-acme-brief.timer orgtp-acme-check.timer\n" in text


def test_a_workflow_sends_the_briefing_and_checks_it(tmp_path: Path) -> None:
    text = printed("github", brief=BRIEF)
    assert 'cron: "45 12 * * *"' in text
    assert 'cron: "45 11 * * *"' in text
    assert "run: orgtp brief --send --deadline 08:00 --push\n" in text
    for cron, moment, said in (
        ("45 12 * * *", "2026-11-20T12:50", "brief=yes\n"),
        ("45 11 * * *", "2026-11-20T11:50", ""),
        ("0 13 * * *", "2026-11-20T13:05", "run=yes\ncheck=yes\n"),
    ):
        assert clock_of(DEFAULT_TIMES, cron, moment, tmp_path, brief=BRIEF) == said
        (tmp_path / "out").unlink()
    (tmp_path / "numbers.yml").write_text(text, encoding="utf-8")
    assert actionlint(tmp_path / "numbers.yml") == []


def test_the_command_prints_the_lines_of_the_briefing_unless_told_not_to(acme: Shell) -> None:
    text = acme("schedule", "cron", "--brief", "07:30", "--deadline", "07:45", "--by", "ada").out
    assert "[1-5]-07:30) " in text
    assert "brief --send --deadline 07:45 --by ada ;; esac\n" in text
    assert "[1-5]-07:45) " in text
    assert "brief --check --deadline 07:45 --by ada ;; esac\n" in text
    assert "orgtp schedule cron --brief 07:30 --deadline 07:45 --by ada | crontab -\n" in text
    assert "brief --" not in acme("schedule", "cron", "--no-brief").out
    assert "not before its deadline" in acme("schedule", "cron", "--brief", "08:00", code=2).err


def test_systemd_takes_the_timer_for_what_it_says() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing; install systemd")
    moments = re.findall(r"^OnCalendar=(Mon.*)$", printed("systemd"), re.M)
    assert len(moments) == 4
    for moment, hour in zip(moments, (8, 11, 14, 17), strict=True):
        done = subprocess.run(
            ["systemd-analyze", "calendar", "--base-time=2026-11-20 00:00:00 UTC", moment],
            capture_output=True, text=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, check=True,
        )  # fmt: skip
        wanted = datetime(2026, 11, 20, hour, tzinfo=NEW_YORK).astimezone(UTC)
        assert f"{wanted:%a %Y-%m-%d %H:%M:%S} UTC" in done.stdout


def test_what_is_printed_for_systemd_puts_itself_to_use(tmp_path: Path) -> None:
    """The script runs as it is; what it calls is only noted here, for want of a user's systemd."""
    for name in ("systemctl", "loginctl"):
        shim = tmp_path / name
        shim.write_text(f'#!/bin/sh\necho {name} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
    text = printed("systemd", options=("--by", "tally"), variables={"ORGTP_NOTIFY": '/etc/a "b" $c 1%.yaml'})
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(["sh"], input=text, env=env, capture_output=True, check=True, text=True)
    assert done.stdout.splitlines() == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now orgtp-acme.timer orgtp-acme-tick.timer",
        "loginctl enable-linger",
    ]
    units = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / ".config/systemd/user").iterdir()}
    assert sorted(units) == [
        "orgtp-acme-tick.service",
        "orgtp-acme-tick.timer",
        "orgtp-acme.service",
        "orgtp-acme.timer",
    ]
    tick = "/opt/orgtp escalate tick --by tally\n"
    for name in ("orgtp-acme.service", "orgtp-acme-tick.service"):
        assert 'Environment="ORGTP_NOTIFY=/etc/a \\"b\\" $c 1%%.yaml"\n' in units[name]
    assert "WorkingDirectory=/srv/a 100%% org\n" in units["orgtp-acme.service"]
    assert "ExecStart=/opt/orgtp score collect --by tally\n" in units["orgtp-acme.service"]
    assert f"ExecStopPost={tick}" in units["orgtp-acme.service"]
    assert f"ExecStart={tick}" in units["orgtp-acme-tick.service"]
    assert "OnCalendar=*:0/15\n" in units["orgtp-acme-tick.timer"]


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """With a blank, a % and a $ in every path."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing; install systemd")
    place = tmp_path / "a 100% $x org"
    place.mkdir()
    program = place / "orgtp"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    variables = {"ORGTP_SOURCES": f"{place}/sources.yaml"}
    text = schedule_text(
        "systemd",
        parse_timetable(DEFAULT_TIMES, NEW_YORK),
        ScheduledRun(str(place), str(program), "acme", (), variables),
    )
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    written = text.partition("systemctl ")[0]
    subprocess.run(["sh"], input=written, env=env, check=True, text=True)
    units = sorted(str(path) for path in (tmp_path / ".config/systemd/user").iterdir())
    assert len(units) == 4
    words = ["systemd-analyze", "--user", "verify", *units]
    done = subprocess.run(words, env=env, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_shellcheck_finds_nothing_in_the_script() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is missing; install shellcheck")
    words = ["shellcheck", "-s", "sh", "-"]
    done = subprocess.run(words, input=printed("systemd"), capture_output=True, check=False, text=True)
    assert done.stdout == ""


def test_actionlint_finds_nothing_in_the_workflow(tmp_path: Path) -> None:
    path = tmp_path / "numbers.yml"
    path.write_text(printed("github"), encoding="utf-8")
    assert actionlint(path) == []


@pytest.mark.parametrize(("moment", "runs"), [one for one in MOMENTS if one[0].endswith(":00")])
def test_a_workflow_runs_once_for_each_time_however_late_it_is_started(tmp_path: Path, moment: str, runs: bool) -> None:
    text = printed("github")
    crons = re.findall(r'cron: "(\d+ \d+ \* \* \*)"', text)
    assert crons == [f"0 {hour} * * *" for hour in (12, 13, 15, 16, 18, 19, 21, 22)]
    cron = f"0 {int(moment[11:13])} * * *"
    assert clock_of(DEFAULT_TIMES, cron, f"{moment[:14]}40", tmp_path) == ("run=yes\n" if runs else "")
    (tmp_path / "out").unlink()
    assert clock_of(DEFAULT_TIMES, "", moment, tmp_path) == "run=yes\n", "what a person starts"


@pytest.mark.parametrize(("moment", "runs"), [("2026-11-21T00:20", True), ("2026-11-22T00:20", False)])
def test_a_run_that_is_started_after_midnight_is_of_the_day_before(tmp_path: Path, moment: str, runs: bool) -> None:
    """Friday 18:00 in New York, 23:00 UTC, started when it is Saturday in UTC; and Saturday's, on Sunday."""
    assert clock_of("18:00", "0 23 * * *", moment, tmp_path) == ("run=yes\n" if runs else "")


def clock_of(times: str, cron: str, moment: str, folder: Path, **more: Any) -> str:
    """What the first step of the workflow says at a moment."""
    script = printed("github", times=times, **more).partition("run: |\n")[2].partition("      - if:")[0]
    (folder / "date").write_text(
        f'#!/bin/sh\ncase "$*" in *-d*) exec /bin/date "$@" ;; esac\nexec /bin/date -d "{moment}Z" "$@"\n',
        encoding="utf-8",
    )
    (folder / "date").chmod(0o755)
    out = folder / "out"
    out.touch()
    env = {"PATH": f"{folder}:/usr/bin:/bin", "CRON": cron, "GITHUB_OUTPUT": str(out)}
    subprocess.run(["bash", "-e", "-c", script], env=env, check=True)
    return out.read_text(encoding="utf-8")


def test_the_next_time() -> None:
    times = parse_timetable("17:00, 08:00", NEW_YORK)
    assert times.next_time(datetime(2026, 11, 20, 13, 0, tzinfo=UTC)) == datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    assert times.next_time(datetime(2026, 11, 20, 22, 0, tzinfo=UTC)) == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    spring = parse_timetable("02:30", NEW_YORK)
    assert spring.next_time(datetime(2026, 3, 6, 12, 0, tzinfo=UTC)) == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "8", "25:00", "08:07", "eight"])
def test_what_is_no_timetable(text: str) -> None:
    with pytest.raises(BadInput):
        parse_timetable(text, NEW_YORK)


def test_a_workflow_has_no_path_of_this_machine_and_sends_what_it_records() -> None:
    text = printed("github", options=("--by", "tally", "--push"), variables={"ORGTP_SOURCES": "/srv/s.yaml"})
    assert "/srv" not in text
    assert "run: orgtp score collect --by tally --push\n" in text
    assert "run: orgtp escalate tick --by tally --push\n" in text
    assert "orgtp[sources,notify]" in text


def test_the_command(acme: Shell) -> None:
    ran = acme("schedule", "cron", "--by", "ada", "--times", "17:00")
    assert f"cd {acme.folder} && {{ case " in ran.out
    assert "score collect --by ada ;; esac; " in ran.out
    assert "escalate tick --by ada; }" in ran.out
    assert "Install it: orgtp schedule cron --times 17:00 --by ada | crontab -\n" in ran.out
    whole = acme("schedule").out
    assert all(part in whole for part in ("---- cron", "---- systemd", "---- github"))
    assert 'Did you mean "cron"?' in acme("schedule", "corn", code=2).err
    assert 'unknown seat "bto"' in acme("schedule", "--by", "bto", code=2).err
    assert "bot may not run the tick" in acme("schedule", "--by", "bot", code=2).err
    assert "Name one: git remote add" in acme("schedule", "--push", code=2).err
    acme.git("remote", "add", "origin", str(acme.home / "r.git"))
    assert "score collect --push ;; " in acme("schedule", "cron").out


def test_what_cron_does_not_know_stands_in_the_line(acme: Shell) -> None:
    """The files that variables name here, and the one scorekeeper."""
    acme.write("org.yaml", acme.read("org.yaml").partition("policy:")[0] + "policy: {scorekeepers: [bot]}\n")
    printed_lines = acme("schedule", "cron", ORGTP_SOURCES="s.yaml", ORGTP_NOTIFY="n.yaml").out.splitlines()
    notify, sources, line, *_ = [row for row in printed_lines if not row.startswith("#")]
    assert (notify, sources) == (f"ORGTP_NOTIFY={acme.folder}/n.yaml", f"ORGTP_SOURCES={acme.folder}/s.yaml")
    assert "score collect --by bot ;; esac" in line
    assert "escalate tick --by bot; }" in line
    moved = acme("schedule", "cron", XDG_CONFIG_HOME=f"{acme.home}/c").out
    assert f"\nORGTP_SOURCES={acme.home}/c/orgtp/sources.yaml\n" in moved
    assert "ORGTP_NOTIFY" not in moved


def test_a_line_that_cron_would_not_take_is_refused() -> None:
    """Debian's cron has room for 998 characters, and says nothing of a longer line: it runs none."""
    quarters = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 15)]
    with pytest.raises(BadInput, match="more than 998 characters, and this one would have 1"):
        printed("cron", times=",".join(quarters))
    for kind in ("systemd", "github"):
        assert "23:45" in printed(kind, times=",".join(quarters))


def test_the_example_of_its_help_is_a_crontab(acme: Shell) -> None:
    example = re.search(r"Example: orgtp (schedule .*) \| crontab -", " ".join(acme("schedule", "--help").out.split()))
    assert example
    lines = [row for row in acme(*example[1].split()).out.splitlines() if not row.startswith("#")]
    assert [row.partition("cd ")[0] for row in lines] == ["*/15 * * * * "] * 3


HOSTILE = "\n* * * * * touch PWN #"
# What ends a line, or begins another one, somewhere; and what no terminal shows.
CONTROL = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00", "\x1b[2J", "\x7f", "\t", "\udcff"]


@pytest.mark.parametrize("kind", ["cron", "systemd", ""])
@pytest.mark.parametrize("sign", CONTROL)
@pytest.mark.parametrize("part", ["root", "program", "org", "options", "variables"])
def test_a_control_character_in_no_text_becomes_part_of_a_schedule(kind: str, sign: str, part: str) -> None:
    facts: dict[str, Any] = {"root": "/srv/org", "program": "/opt/orgtp", "org": "acme"}
    text = f"/x{sign}{HOSTILE.strip()}"
    facts[part] = {"options": ("--by", text), "variables": {"ORGTP_SOURCES": text}}.get(part, text)
    with pytest.raises(BadInput, match="has a control character") as error:
        schedule_text(kind, parse_timetable(DEFAULT_TIMES, NEW_YORK), ScheduledRun(**facts))
    assert sign not in str(error.value)


def test_a_workflow_has_no_path_so_a_control_character_does_no_harm() -> None:
    place = ScheduledRun(f"/srv/x{HOSTILE}", "/opt/orgtp", "acme", asked=("--org", f"/srv/x{HOSTILE}"))
    text = schedule_text("github", parse_timetable(DEFAULT_TIMES, NEW_YORK), place)
    assert [line for line in text.splitlines() if "PWN" in line] == [
        r"# Made by: orgtp schedule github --org '/srv/x\n* * * * * touch PWN #'"
    ]


def test_the_command_in_a_folder_whose_name_has_a_line_break(acme: Shell) -> None:
    folder = acme.folder.with_name(f"x{HOSTILE}")
    acme.folder.rename(folder)
    here = acme.at(folder)
    for kind in ("cron", "systemd"):
        ran = here("schedule", kind, code=2)
        assert ran.out == ""
        assert r"x\n* * * * * touch PWN #" in ran.err
    assert "\n* * *" not in here("schedule", "github").out
    sources = f"{acme.home}/s{HOSTILE}.yaml"
    whole = acme.at(folder.rename(folder.with_name("plain")))
    assert (
        "the path in ORGTP_SOURCES has a control character"
        in whole("schedule", "cron", code=2, ORGTP_SOURCES=sources).err
    )


@pytest.mark.parametrize("root", ["/srv/org\\", "/srv/org ", "/srv/a\\\\"])
def test_a_folder_that_a_unit_cannot_name_is_refused_for_systemd_alone(root: str) -> None:
    """A backslash at the end of a line of a unit joins the next line to it (systemd.syntax(7))."""
    times = parse_timetable(DEFAULT_TIMES, NEW_YORK)
    with pytest.raises(BadInput, match="ends with a backslash or a blank"):
        schedule_text("systemd", times, ScheduledRun(root, "/opt/orgtp", "acme"))
    assert f"cd '{root}' && " in schedule_text("cron", times, ScheduledRun(root, "/opt/orgtp", "acme"))


def test_a_variable_with_blanks_at_its_ends_is_quoted_for_cron() -> None:
    assert '\nORGTP_SOURCES="/srv/s.yaml "\n' in printed("cron", variables={"ORGTP_SOURCES": "/srv/s.yaml "})


def test_a_machine_without_the_orgs_time_zone_gets_no_schedule_that_needs_it(acme: Shell) -> None:
    """orgtp itself has all time zones; `date` and systemd take an unknown one for UTC."""
    nowhere = str(acme.home)
    for kind in ((), ("cron",), ("systemd",)):
        ran = acme("schedule", *kind, code=2, TZDIR=nowhere)
        assert "no time zone America/New_York" in ran.err
        assert "apt-get install tzdata" in ran.err
        assert ran.out == ""
    assert "TZ=America/New_York" in acme("schedule", "github", TZDIR=nowhere).out, "GitHub's machines have one"
    acme.write("org.yaml", acme.read("org.yaml").replace("America/New_York", "UTC"))
    assert "TZ=UTC" in acme("schedule", "cron", TZDIR=nowhere).out
