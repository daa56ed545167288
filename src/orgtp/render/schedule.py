"""A timetable as a crontab, a systemd timer and a workflow: each runs it in the org's timezone, whatever its own is."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from orgtp.model.errors import BadInput
from orgtp.model.timetable import Timetable
from orgtp.model.words import did_you_mean

_DAYS = "[1-5]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where it runs: the org's folder, the program and the options of `score collect`; and the org's id for names."""

    root: str
    program: str
    org: str
    options: tuple[str, ...] = ()

    @property
    def collect(self) -> str:
        """What follows the program on the command line: first this."""
        return " ".join(("score collect", *self.options))

    @property
    def tick(self) -> str:
        """And then, whatever came of it, this."""
        return " ".join(("escalate tick", *self.options))


def schedule_text(kind: str, times: Timetable, place: Place) -> str:
    """One kind, or all of them, each below a line that says how it is put to use. Raises `BadInput`."""
    if kind:
        if kind not in _KINDS:
            hint = did_you_mean(kind, _KINDS)
            raise BadInput(what=f'"{kind}" is not known. {hint} It is one of: {", ".join(_KINDS)}.'.replace("  ", " "))
        return _KINDS[kind](times, place)
    return "\n".join(f"# ---- {name} ----\n{text(times, place)}" for name, text in _KINDS.items())


def _cron(times: Timetable, place: Place) -> str:
    """cron(8) knows no timezone but its own, so each quarter of an hour it asks what time it is in the org."""
    when = "|".join(f"{_DAYS}-{one:%H:%M}" for one in times.times)
    # Within a crontab, % ends the line (crontab(5)).
    clock = f'case "$(TZ={times.zone} date +\\%u-\\%H:\\%M)" in {when})'
    program = _quoted(place.program)
    run = f"cd {_quoted(place.root)} && {{ {program} {place.collect}; {program} {place.tick}; }}"
    return (
        f"# Numbers of {place.org}, {_spoken(times)}. Put it to use: orgtp schedule cron | crontab -\n"
        "# (that replaces your crontab; to keep what it has, add the lines with: crontab -e)\n"
        f"*/15 * * * * {clock} {run} ;; esac\n"
    )


def _quoted(text: str) -> str:
    return shlex.quote(text).replace("%", "\\%")


def _systemd(times: Timetable, place: Place) -> str:
    name = f"orgtp-{place.org}"
    moments = "\n".join(f"OnCalendar=Mon..Fri *-*-* {one:%H:%M}:00 {times.zone}" for one in times.times)
    return f"""# ~/.config/systemd/user/{name}.service
[Unit]
Description=Numbers of {place.org}

[Service]
Type=oneshot
WorkingDirectory={_unit(place.root)}
ExecStart={_unit(place.program)} {place.collect}
ExecStopPost={_unit(place.program)} {place.tick}

# ~/.config/systemd/user/{name}.timer: {_spoken(times)}
# Put it to use: systemctl --user enable --now {name}.timer
[Unit]
Description=Numbers of {place.org}, {_spoken(times)}

[Timer]
{moments}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _unit(text: str) -> str:
    """A word of a unit file: % begins a specifier there (systemd.unit(5))."""
    return text.replace("%", "%%")


def _github(times: Timetable, place: Place) -> str:
    """GitHub's clock is UTC, so each time stands there as summer and as winter have it; a step drops the wrong one."""
    hours = sorted({moment for one in times.times for moment in _in_utc(one, times)})
    lines = "\n".join(f'    - cron: "{minute} {hour} * * *"' for hour, minute in hours)
    when = "|".join(f"{_DAYS}-{one:%H:%M}" for one in times.times)
    return f"""# .github/workflows/numbers.yml: {_spoken(times)}
# The secret ORGTP_SOURCES_YAML holds the sources; what they name with env: stands in secrets of their own.
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
          ORGTP_SOURCES: ${{{{ runner.temp }}}}/sources.yaml
        run: |
          pip install --quiet "orgtp[sources]"
          printf '%s\\n' "$SOURCES" > "$ORGTP_SOURCES"
          git config user.name "numbers" && git config user.email "numbers@users.noreply.github.com"
          orgtp {_sent(place.collect)}
      - if: always() && steps.clock.outputs.run
        run: orgtp {_sent(place.tick)}
"""


def _sent(words: str) -> str:
    """A runner is thrown away, so that what it recorded has to be sent."""
    return words if words.endswith(" --push") else f"{words} --push"


def _in_utc(one: time, times: Timetable) -> set[tuple[int, int]]:
    """What a time of day is in UTC over a year: once, or twice where clocks are changed."""
    days = [date(2026, month, 1) for month in range(1, 13)]
    moments = [datetime.combine(day, one, times.zone).astimezone(UTC) for day in days]
    return {(moment.hour, moment.minute) for moment in moments}


def _spoken(times: Timetable) -> str:
    return f"Monday to Friday at {', '.join(f'{one:%H:%M}' for one in times.times)} {times.zone}"


_KINDS: Mapping[str, Callable[[Timetable, Place], str]] = {"cron": _cron, "systemd": _systemd, "github": _github}
