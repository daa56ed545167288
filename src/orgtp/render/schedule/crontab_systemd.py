"""Format a timetable as a crontab, systemd timers or a workflow. Each runs in the timezone of the org."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from orgtp.model.errors import BadInput
from orgtp.model.schedule import BriefTimes, Timetable
from orgtp.model.text import did_you_mean, escape_control_chars, join_sentences

# Debian's cron silently ignores a whole crontab with a longer command.
_MOST_IN_CRON = 998


@dataclass(frozen=True, slots=True)
class ScheduledRun:
    """What to run: the folder of the org, the program, the options of both commands, and the id of the org.

    `variables` are the environment variables of this machine with the paths of its files. `asked` are the options of
    `orgtp schedule`, which the output repeats. Without `brief`, no briefing is sent.
    """

    root: str
    program: str
    org: str
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    brief: BriefTimes | None = None

    @property
    def collect(self) -> tuple[str, ...]:
        """The arguments of the program at the times of the timetable."""
        return ("score", "collect", *self.options)

    @property
    def tick(self) -> tuple[str, ...]:
        """The arguments of the program every quarter of an hour."""
        return ("escalate", "tick", *self.options)

    def list_brief_runs(self) -> list[tuple[str, time, tuple[str, ...]]]:
        """The runs that send the briefing and check it: a name, the time, and the arguments of the program."""
        if self.brief is None:
            return []
        deadline = ("--deadline", f"{self.brief.deadline:%H:%M}", *self.options)
        return [
            ("brief", self.brief.send, ("brief", "--send", *deadline)),
            ("check", self.brief.deadline, ("brief", "--check", *deadline)),
        ]

    def print_command(self, kind: str) -> str:
        """The command that prints this schedule."""
        return escape_control_chars(shlex.join(("orgtp", "schedule", kind, *self.asked)))

    @property
    def recorder(self) -> str:
        """Who records the values, for a comment."""
        by = self.options[self.options.index("--by") + 1] if "--by" in self.options else ""
        return f"as {by}" if by else "as the seat with git's user.email; --by SEAT names another"


def schedule_text(kind: str, times: Timetable, place: ScheduledRun) -> str:
    """A schedule of one kind, or of all kinds.

    Raises `BadInput` for an unknown kind, and for a path or option that the schedule cannot contain.
    """
    if kind:
        if kind not in _KINDS:
            known = f"It is one of: {', '.join(_KINDS)}."
            raise BadInput(what=join_sentences(f'"{kind}" is not known', did_you_mean(kind, _KINDS), known))
        return _KINDS[kind](times, place)
    return "\n".join(f"# ---- {name} ----\n{text(times, place)}" for name, text in _KINDS.items())


# A line break would begin another line of the schedule: a command of its own. The others no program expects in a path.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _refuse_control_chars(place: ScheduledRun) -> None:
    """Refuse a path or an option that could not be written into a schedule as it is."""
    variables = {f"the path in {name}": value for name, value in place.variables.items()}
    options = {f'the option "{escape_control_chars(word)}"': word for word in place.options}
    texts = {"the folder of the org": place.root, "the path of orgtp": place.program, "the org": place.org}
    for what, text in {**texts, **variables, **options}.items():
        if _CONTROL.search(text):
            shown = escape_control_chars(text)
            why = f'{what} has a control character, which a schedule cannot contain: "{shown}"'
            raise BadInput(what=f"{why}. Rename or move it, and run the command again.")


def _format_crontab(times: Timetable, place: ScheduledRun) -> str:
    """cron(8) has one timezone, so every quarter of an hour the command checks the time in the timezone of the org.

    The tick runs after the collection, so that a value just collected raises no alert. Raises `BadInput`.
    """
    _refuse_control_chars(place)
    collect, tick = (" ".join(map(_quote_for_cron, (place.program, *words))) for words in (place.collect, place.tick))
    inside = f"cd {_quote_for_cron(place.root)} &&"
    command = f"{inside} {{ {_format_cron_clock(times)} {collect} ;; esac; {tick}; }}"
    commands = [command]
    for _, at, words in place.list_brief_runs():
        run = " ".join(map(_quote_for_cron, (place.program, *words)))
        commands.append(f"{inside} {_format_cron_clock(Timetable((at,), times.zone))} {run} ;; esac")
    longest = max(len(one.encode()) for one in commands)
    if longest > _MOST_IN_CRON:
        why = f"cron accepts no command of more than {_MOST_IN_CRON} characters, and this one would have {longest}"
        raise BadInput(what=f"{why}. Use fewer --times, or: orgtp schedule systemd")
    variables = "".join(f"{name}={_quote_cron_value(value)}\n" for name, value in sorted(place.variables.items()))
    return (
        f"# {_describe_run(times, place)}, {place.recorder};\n"
        "# and every quarter of an hour a tick, which escalates what is overdue.\n"
        f"{_describe_brief(place)}"
        f"# Install it: {place.print_command('cron')} | crontab -\n"
        "# (this replaces your crontab; to add the lines to it instead: crontab -e)\n"
        "# cron does not read your shell's variables: set what sources name with env: above the line (TOKEN=value)\n"
        f"{variables}{''.join(f'*/15 * * * * {one}{_NEWLINE}' for one in commands)}"
    )


_NEWLINE = "\n"


def _format_cron_clock(times: Timetable) -> str:
    """The beginning of a shell's `case` that is true at these times. Within a crontab, % ends the line (crontab(5))."""
    return f'case "$(TZ={times.zone} date +\\%u-\\%H:\\%M)" in {format_clock_patterns(times)})'


def _describe_brief(place: ScheduledRun) -> str:
    """A comment on when the briefing is sent; "" if it is not."""
    if place.brief is None:
        return ""
    return (
        f"# At {place.brief.send:%H:%M}, the briefing is sent to the seats with an address in notify.yaml, and at\n"
        f"# {place.brief.deadline:%H:%M} it is escalated if one of them has not got it. Without both: --no-brief\n"
    )


def _quote_for_cron(text: str) -> str:
    return shlex.quote(text).replace("%", "\\%")


def _quote_cron_value(value: str) -> str:
    """The value of a variable in a crontab, where blanks at its ends are removed outside quotes (crontab(5))."""
    return value if value == value.strip() else f'"{value}"'


def _format_systemd(times: Timetable, place: ScheduledRun) -> str:
    """A shell script that writes the units and starts the timers. Raises `BadInput`."""
    _refuse_control_chars(place)
    if place.root.endswith("\\") or place.root != place.root.strip():
        why = f'systemd cannot start in a folder whose path ends with a backslash or a blank: "{place.root}"'
        raise BadInput(what=f"{why}. Rename the folder, or use: orgtp schedule cron")
    name = f"orgtp-{place.org}"
    runs = [run for run, *_ in place.list_brief_runs()]
    logs = " ".join(f"-u {unit}" for unit in (name, f"{name}-tick", *(f"{name}-{run}" for run in runs)))
    units = "".join(_write_unit(unit, text) for unit, text in _build_units(name, times, place).items())
    return f"""# {_describe_run(times, place)}, {place.recorder};
# and every quarter of an hour a tick, which escalates what is overdue.
{_describe_brief(place)}# Install it: {place.print_command("systemd")} | sh
set -e
units="${{XDG_CONFIG_HOME:-$HOME/.config}}/systemd/user"
mkdir -p "$units"
{units}systemctl --user daemon-reload
systemctl --user enable --now {name}.timer {name}-tick.timer{"".join(f" {name}-{run}.timer" for run in runs)}
# Without this, your timers end when you log out.
loginctl enable-linger
# systemd sends no mail. What failed, and why: systemctl --user --failed; journalctl --user {logs}
# (for an alert, add OnFailure= with a unit of yours: systemctl --user edit {name}.service)
"""


def _describe_run(times: Timetable, place: ScheduledRun) -> str:
    return f"Numbers of {place.org}, {describe_schedule(times)}"


def _write_unit(unit: str, text: str) -> str:
    return f"cat > \"$units/{unit}\" <<'END'\n{text}END\n"


def _build_units(name: str, times: Timetable, place: ScheduledRun) -> dict[str, str]:
    """The units by name. The tick waits for a collection that starts at the same time."""
    calendar = "\n".join(f"OnCalendar=Mon..Fri *-*-* {one:%H:%M}:00 {times.zone}" for one in times.times)
    collect, tick = (_format_unit_command(place.program, words) for words in (place.collect, place.tick))
    what, late = _describe_run(times, place), f"Overdue escalations of {place.org}"
    more: dict[str, str] = {}
    for run, at, words in place.list_brief_runs():
        title = f"{_BRIEF_TITLES[run]} of {place.org}"
        when = f"OnCalendar=Mon..Fri *-*-* {at:%H:%M}:00 {times.zone}\nPersistent=true"
        more[f"{name}-{run}.service"] = _format_service(title, place, _format_unit_command(place.program, words))
        more[f"{name}-{run}.timer"] = _format_timer(title, when)
    return {
        f"{name}.service": f"{_format_service(what, place, collect)}ExecStopPost={tick}\n",
        f"{name}.timer": _format_timer(what, f"{calendar}\nPersistent=true"),
        f"{name}-tick.service": _format_service(late, place, tick, after=f"{name}.service"),
        f"{name}-tick.timer": _format_timer(late, "OnCalendar=*:0/15"),
        **more,
    }


_BRIEF_TITLES = {"brief": "Briefing", "check": "Check of the briefing"}


def _format_service(what: str, place: ScheduledRun, command: str, after: str = "") -> str:
    order = f"After={after}\n" if after else ""
    pairs = (_quote_for_systemd(f"{name}={value}") for name, value in sorted(place.variables.items()))
    variables = "".join(f"Environment={pair}\n" for pair in pairs)
    return f"""[Unit]
Description={what}
{order}
[Service]
Type=oneshot
WorkingDirectory={place.root.replace("%", "%%")}
{variables}# Set what your sources name with env: in this file, as in TOKEN=value
EnvironmentFile=-%h/.config/orgtp/environment
ExecStart={command}
"""


def _format_timer(what: str, times: str) -> str:
    return f"""[Unit]
Description={what}

[Timer]
{times}

[Install]
WantedBy=timers.target
"""


def _format_unit_command(program: str, words: Sequence[str]) -> str:
    """A command in a unit file, where $ begins a variable in arguments but not in the program (systemd.service(5))."""
    return " ".join((_quote_for_systemd(program), *(_quote_for_systemd(word.replace("$", "$$")) for word in words)))


def _quote_for_systemd(text: str) -> str:
    """A word in a unit file, where % begins a specifier (systemd.unit(5))."""
    safe = text.replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return safe
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


_PLAIN = re.compile(r"[\w@%+=:,./-]+")


def format_clock_patterns(times: Timetable) -> str:
    """The output of `date +%u-%H:%M` at these times, as patterns of a shell's `case`."""
    return "|".join(f"[1-5]-{one:%H:%M}" for one in times.times)


def describe_schedule(times: Timetable) -> str:
    """The timetable in words."""
    return f"Monday to Friday at {', '.join(f'{one:%H:%M}' for one in times.times)} {times.zone}"


def _format_github(times: Timetable, place: ScheduledRun) -> str:
    from orgtp.render.schedule.github import Workflow

    again = place.print_command("github")
    return Workflow(
        times, place.org, place.options, describe_schedule(times), place.recorder, again, place.list_brief_runs()
    ).text


_KINDS: Mapping[str, Callable[[Timetable, ScheduledRun], str]] = {
    "cron": _format_crontab,
    "systemd": _format_systemd,
    "github": _format_github,
}
