"""A timetable as a crontab, a systemd timer and a workflow: each runs it in the org's timezone, whatever its own is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from orgtp.model.errors import BadInput
from orgtp.model.timetable import Timetable
from orgtp.model.words import did_you_mean, visible

_DAYS = "[1-5]"
# Debian's cron takes no longer command, and then runs nothing of the whole crontab, without a word.
_MOST_IN_CRON = 998


@dataclass(frozen=True, slots=True)
class Place:
    """Where it runs: the org's folder, the program, the options of both commands; and the org's id for names.

    `variables` are those of this machine's that say where its files are. `asked` are the options of `orgtp schedule`
    itself, so that what is printed says how it was made.
    """

    root: str
    program: str
    org: str
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()

    @property
    def collect(self) -> tuple[str, ...]:
        """What follows the program on the command line: at the times of the timetable, this."""
        return ("score", "collect", *self.options)

    @property
    def tick(self) -> tuple[str, ...]:
        """And every quarter of an hour, whatever came of it, this."""
        return ("escalate", "tick", *self.options)

    def again(self, kind: str) -> str:
        """The command that prints this."""
        return visible(shlex.join(("orgtp", "schedule", kind, *self.asked)))

    @property
    def named(self) -> str:
        """Who records, for a comment."""
        by = self.options[self.options.index("--by") + 1] if "--by" in self.options else ""
        return f"as {by}" if by else "as whoever git's user.email is; --by SEAT names a seat"


def schedule_text(kind: str, times: Timetable, place: Place) -> str:
    """One kind, or all of them, each below a line that says how it is put to use. Raises `BadInput`."""
    if kind:
        if kind not in _KINDS:
            hint = did_you_mean(kind, _KINDS)
            raise BadInput(what=f'"{kind}" is not known. {hint} It is one of: {", ".join(_KINDS)}.'.replace("  ", " "))
        return _KINDS[kind](times, place)
    return "\n".join(f"# ---- {name} ----\n{text(times, place)}" for name, text in _KINDS.items())


def _cron(times: Timetable, place: Place) -> str:
    """cron(8) knows no timezone but its own, so each quarter of an hour it asks what time it is in the org.

    The tick comes after the numbers of that moment: nobody is chased for what is just coming. Raises `BadInput`.
    """
    when = "|".join(f"{_DAYS}-{one:%H:%M}" for one in times.times)
    # Within a crontab, % ends the line (crontab(5)).
    clock = f'case "$(TZ={times.zone} date +\\%u-\\%H:\\%M)" in {when})'
    collect, tick = (" ".join(map(_quoted, (place.program, *words))) for words in (place.collect, place.tick))
    command = f"cd {_quoted(place.root)} && {{ {clock} {collect} ;; esac; {tick}; }}"
    if len(command.encode()) > _MOST_IN_CRON:
        why = f"cron takes no command of more than {_MOST_IN_CRON} characters, and this one would have {len(command)}"
        raise BadInput(what=f"{why}. Name fewer --times, or take: orgtp schedule systemd")
    variables = "".join(f"{name}={value}\n" for name, value in sorted(place.variables.items()))
    return (
        f"# Numbers of {place.org}, {_spoken(times)}, {place.named};\n"
        "# and every quarter of an hour a tick, which moves up what nobody took on in time.\n"
        f"# Put it to use: {place.again('cron')} | crontab -\n"
        "# (that replaces your crontab; to keep what it has, add the lines with: crontab -e)\n"
        "# cron has no variables of your shell: what sources name with env: stands above the line, as in TOKEN=value\n"
        f"{variables}*/15 * * * * {command}\n"
    )


def _quoted(text: str) -> str:
    return shlex.quote(text).replace("%", "\\%")


def _systemd(times: Timetable, place: Place) -> str:
    """A script that writes the units and starts the timers."""
    name = f"orgtp-{place.org}"
    moments = "\n".join(f"OnCalendar=Mon..Fri *-*-* {one:%H:%M}:00 {times.zone}" for one in times.times)
    collect, tick = (" ".join(map(_word, (place.program, *words))) for words in (place.collect, place.tick))
    numbers = f"Numbers of {place.org}, {_spoken(times)}"
    late = f"What is overdue in {place.org}"
    return f"""# {numbers}, {place.named};
# and every quarter of an hour a tick, which moves up what nobody took on in time.
# Put it to use: {place.again("systemd")} | sh
set -e
units="${{XDG_CONFIG_HOME:-$HOME/.config}}/systemd/user"
mkdir -p "$units"
cat > "$units/{name}.service" <<'END'
{_service(numbers, place, collect)}ExecStopPost={tick}
END
cat > "$units/{name}.timer" <<'END'
{_timer(numbers, f"{moments}{chr(10)}Persistent=true")}END
cat > "$units/{name}-tick.service" <<'END'
{_service(late, place, tick, after=f"{name}.service")}END
cat > "$units/{name}-tick.timer" <<'END'
{_timer(late, "OnCalendar=*:0/15")}END
systemctl --user daemon-reload
systemctl --user enable --now {name}.timer {name}-tick.timer
# Without this, your timers end when you log out.
loginctl enable-linger
# systemd sends no mail. What failed, and why: systemctl --user --failed; journalctl --user -u {name} -u {name}-tick
# (to be told, add OnFailure= with a unit of yours: systemctl --user edit {name}.service)
"""


def _service(what: str, place: Place, command: str, after: str = "") -> str:
    order = f"After={after}\n" if after else ""
    # A variable is not looked for in these: $ is a sign like any other (systemd.exec(5)).
    pairs = (_word(f"{name}={value}").replace("$$", "$") for name, value in sorted(place.variables.items()))
    variables = "".join(f"Environment={pair}\n" for pair in pairs)
    return f"""[Unit]
Description={what}
{order}
[Service]
Type=oneshot
WorkingDirectory={place.root.replace("%", "%%")}
{variables}# What your sources name with env: stands in this file, as in TOKEN=value
EnvironmentFile=-%h/.config/orgtp/environment
ExecStart={command}
"""


def _timer(what: str, moments: str) -> str:
    return f"""[Unit]
Description={what}

[Timer]
{moments}

[Install]
WantedBy=timers.target
"""


def _word(text: str) -> str:
    """A word of a command in a unit file: % begins a specifier there, $ a variable (systemd.service(5))."""
    safe = text.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(text):
        return safe
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


_PLAIN = re.compile(r"[\w@%+=:,./-]+")


def _github(times: Timetable, place: Place) -> str:
    """GitHub's clock is UTC, so each time stands there as summer and as winter have it; a step drops the wrong one."""
    hours = sorted({moment for one in times.times for moment in _in_utc(one, times)})
    lines = "\n".join(f'    - cron: "{minute} {hour} * * *"' for hour, minute in hours)
    when = "|".join(f"{_DAYS}-{one:%H:%M}" for one in times.times)
    # A runner is thrown away, so that what it recorded has to be sent; the files of this machine are not there.
    options = (*(word for word in place.options if word != "--push"), "--push")
    return f"""# .github/workflows/numbers.yml: {_spoken(times)}, {place.named}
# Made by: {place.again("github")}
# Secrets: ORGTP_SOURCES_YAML holds the sources, and ORGTP_NOTIFY_YAML whom to tell of what is in whose hands (it may be
# missing). What either names with env: is a secret of its own, to be named below, where it says so.
name: Numbers of {place.org}
on:
  schedule:
{lines}
  workflow_dispatch:
permissions:
  contents: write
concurrency: numbers
jobs:
  collect:
    runs-on: ubuntu-latest
    env:
      # Here, such as: TOKEN: ${{{{ secrets.TOKEN }}}}
      ORGTP_SOURCES: /tmp/sources.yaml
    steps:
      - id: clock
        env:
          CRON: ${{{{ github.event.schedule }}}}
        run: |
          # What a person starts has no schedule, and is in time.
          read -r minute hour _ <<< "$CRON"
          case "${{CRON:+$(TZ={times.zone} date -d "$(date -u +%F) $hour:$minute UTC" +%u-%H:%M)}}" in
            "" | {when}) echo "run=yes" >> "$GITHUB_OUTPUT" ;;
          esac
      - if: steps.clock.outputs.run
        uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - if: steps.clock.outputs.run
        uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - if: steps.clock.outputs.run
        env:
          SOURCES: ${{{{ secrets.ORGTP_SOURCES_YAML }}}}
          NOTIFY: ${{{{ secrets.ORGTP_NOTIFY_YAML }}}}
        run: |
          pip install --quiet "orgtp[sources,notify]"
          printf '%s\\n' "$SOURCES" > "$ORGTP_SOURCES"
          if [ -n "$NOTIFY" ]; then
            printf '%s\\n' "$NOTIFY" > /tmp/notify.yaml
            echo "ORGTP_NOTIFY=/tmp/notify.yaml" >> "$GITHUB_ENV"
          fi
          git config user.name "numbers" && git config user.email "numbers@users.noreply.github.com"
      - if: steps.clock.outputs.run
        run: orgtp {shlex.join(("score", "collect", *options))}
      # It ticks when it has collected, and at no other time: what is overdue goes up at the next of these times that is
      # within working hours. Where that is too seldom, let a machine of yours tick: orgtp schedule cron
      - if: always() && steps.clock.outputs.run
        run: orgtp {shlex.join(("escalate", "tick", *options))}
"""


def _in_utc(one: time, times: Timetable) -> set[tuple[int, int]]:
    """What a time of day is in UTC over a year: once, or twice where clocks are changed."""
    days = [date(2026, month, 1) for month in range(1, 13)]
    moments = [datetime.combine(day, one, times.zone).astimezone(UTC) for day in days]
    return {(moment.hour, moment.minute) for moment in moments}


def _spoken(times: Timetable) -> str:
    return f"Monday to Friday at {', '.join(f'{one:%H:%M}' for one in times.times)} {times.zone}"


_KINDS: Mapping[str, Callable[[Timetable, Place], str]] = {"cron": _cron, "systemd": _systemd, "github": _github}
