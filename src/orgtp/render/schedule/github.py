"""Format a timetable as a workflow of GitHub Actions, which uses UTC."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from orgtp.model.schedule import Timetable


@dataclass(frozen=True, slots=True)
class Workflow:
    """The workflow of an org: when it runs, with which options, and the texts of its comments."""

    times: Timetable
    org: str
    options: tuple[str, ...]
    schedule: str
    named: str
    again: str
    brief_runs: Sequence[tuple[str, time, tuple[str, ...]]] = ()

    @property
    def text(self) -> str:
        """The whole file."""
        set_up = _SET_UP.replace("steps.clock.outputs.run", self._any_run)
        return f"{self._format_header()}{self._format_clock_step()}{set_up}{self._format_run_steps()}"

    def _format_header(self) -> str:
        """The header, with each time both in summer time and in winter time."""
        clock = [*self.times.times, *(at for _, at, _ in self.brief_runs)]
        hours = sorted({utc for one in clock for utc in self._list_utc_times(one)})
        lines = "\n".join(f'    - cron: "{minute} {hour} * * *"' for hour, minute in hours)
        return f"""# .github/workflows/numbers.yml: {self.schedule}, {self.named}
# Made by: {self.again}
# Secrets: ORGTP_SOURCES_YAML contains the sources, and ORGTP_NOTIFY_YAML (optional) the recipients of notifications.
# What either names with env: is another secret, which you add to env: below.
name: Numbers of {self.org}
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
      ORGTP_SOURCES: /tmp/sources.yaml
      # A line for each secret that the sources and recipients name with env:
      # TOKEN: ${{{{ secrets.TOKEN }}}}
    steps:
"""

    def _list_utc_times(self, one: time) -> set[tuple[int, int]]:
        """A time of day in UTC over a year: two times if the zone has summer time."""
        days = [date(2026, month, 1) for month in range(1, 13)]
        times = [datetime.combine(day, one, self.times.zone).astimezone(UTC) for day in days]
        return {(utc.hour, utc.minute) for utc in times}

    def _format_clock_step(self) -> str:
        """The step that checks that this run is for the current season."""
        when = " | ".join(f"[1-5]-{one:%H:%M}" for one in self.times.times)
        return f"""      - id: clock
        env:
          CRON: ${{{{ github.event.schedule }}}}
        run: |
          if [ -z "$CRON" ]; then
            # A run that a person starts has no schedule.
            echo "run=yes" >> "$GITHUB_OUTPUT"
            exit
          fi
          read -r minute hour _ <<< "$CRON"
          at=$(date -d "$(date -u +%F) $hour:$minute UTC" +%s)
          # A run that GitHub starts late, after midnight, is for the day before.
          if [ "$at" -gt "$(date +%s)" ]; then at=$((at - 86400)); fi
          case "$(TZ={self.times.zone} date -d "@$at" +%u-%H:%M)" in
            {when}) echo "run=yes" >> "$GITHUB_OUTPUT" ;;
          esac
{self._format_brief_clock()}"""

    def _format_brief_clock(self) -> str:
        """The lines that say whether this run is for the briefing or its check."""
        if not self.brief_runs:
            return ""
        case = '            [1-5]-{:%H:%M}) echo "{}=yes" >> "$GITHUB_OUTPUT" ;;'
        cases = "\n".join(case.format(at, name) for name, at, _ in self.brief_runs)
        return f"""          case "$(TZ={self.times.zone} date -d "@$at" +%u-%H:%M)" in
{cases}
          esac
"""

    @property
    def _any_run(self) -> str:
        """The condition under which a run does anything."""
        names = ["run", *(name for name, *_ in self.brief_runs)]
        return " || ".join(f"steps.clock.outputs.{name}" for name in names)

    def _format_run_steps(self) -> str:
        """The steps that run orgtp. They push, because the runner is deleted afterwards."""
        options = (*(word for word in self.options if word != "--push"), "--push")
        return f"""      - if: steps.clock.outputs.run
        run: orgtp {shlex.join(("score", "collect", *options))}
      # The tick runs only after a collection, so overdue escalations move on at the next of these times in working
      # hours. If that is too seldom, run the tick on a machine of yours: orgtp schedule cron
      - if: always() && steps.clock.outputs.run
        run: orgtp {shlex.join(("escalate", "tick", *options))}
{"".join(self._format_brief_step(name, words) for name, _, words in self.brief_runs)}"""

    def _format_brief_step(self, name: str, words: Sequence[str]) -> str:
        """The step that sends the briefing, or that checks it."""
        push = () if "--push" in words else ("--push",)
        return f"""      - if: always() && steps.clock.outputs.{name}
        run: orgtp {shlex.join((*words, *push))}
"""


_SET_UP = """      - if: steps.clock.outputs.run
        uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - if: steps.clock.outputs.run
        uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - if: steps.clock.outputs.run
        env:
          SOURCES: ${{ secrets.ORGTP_SOURCES_YAML }}
          NOTIFY: ${{ secrets.ORGTP_NOTIFY_YAML }}
        run: |
          pip install --quiet "orgtp[sources,notify]"
          printf '%s\\n' "$SOURCES" > "$ORGTP_SOURCES"
          if [ -n "$NOTIFY" ]; then
            printf '%s\\n' "$NOTIFY" > /tmp/notify.yaml
            echo "ORGTP_NOTIFY=/tmp/notify.yaml" >> "$GITHUB_ENV"
          fi
          git config user.name "numbers" && git config user.email "numbers@users.noreply.github.com"
"""
