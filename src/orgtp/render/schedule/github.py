"""A timetable as a workflow of GitHub Actions, whose clock is UTC."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from orgtp.model.schedule import Timetable


@dataclass(frozen=True, slots=True)
class Workflow:
    """The workflow of one org: when it runs, with which options, and what its comments say of that."""

    times: Timetable
    org: str
    options: tuple[str, ...]
    schedule: str
    named: str
    again: str

    @property
    def text(self) -> str:
        """The whole file."""
        return f"{self._format_header()}{self._format_clock_step()}{_SET_UP}{self._format_run_steps()}"

    def _format_header(self) -> str:
        """Each time stands there as summer and as winter have it."""
        hours = sorted({moment for one in self.times.times for moment in self._list_utc_times(one)})
        lines = "\n".join(f'    - cron: "{minute} {hour} * * *"' for hour, minute in hours)
        return f"""# .github/workflows/numbers.yml: {self.schedule}, {self.named}
# Made by: {self.again}
# Secrets: ORGTP_SOURCES_YAML holds the sources, and ORGTP_NOTIFY_YAML whom to tell of what is in whose hands (it may be
# missing). What either names with env: is a secret of its own, and GitHub hands over those alone that stand below.
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
      # A line for each secret that is named with env: in the sources, and in whom to tell:
      # TOKEN: ${{{{ secrets.TOKEN }}}}
    steps:
"""

    def _list_utc_times(self, one: time) -> set[tuple[int, int]]:
        """What a time of day is in UTC over a year: once, or twice where clocks are changed."""
        days = [date(2026, month, 1) for month in range(1, 13)]
        moments = [datetime.combine(day, one, self.times.zone).astimezone(UTC) for day in days]
        return {(moment.hour, moment.minute) for moment in moments}

    def _format_clock_step(self) -> str:
        """The step that drops the wrong one of summer and winter."""
        when = " | ".join(f"[1-5]-{one:%H:%M}" for one in self.times.times)
        return f"""      - id: clock
        env:
          CRON: ${{{{ github.event.schedule }}}}
        run: |
          if [ -z "$CRON" ]; then
            # What a person starts has no schedule, and is in time.
            echo "run=yes" >> "$GITHUB_OUTPUT"
            exit
          fi
          read -r minute hour _ <<< "$CRON"
          at=$(date -d "$(date -u +%F) $hour:$minute UTC" +%s)
          # What GitHub starts late, after midnight, is of the day before.
          if [ "$at" -gt "$(date +%s)" ]; then at=$((at - 86400)); fi
          case "$(TZ={self.times.zone} date -d "@$at" +%u-%H:%M)" in
            {when}) echo "run=yes" >> "$GITHUB_OUTPUT" ;;
          esac
"""

    def _format_run_steps(self) -> str:
        """A runner is thrown away, so that what it recorded has to be sent."""
        options = (*(word for word in self.options if word != "--push"), "--push")
        return f"""      - if: steps.clock.outputs.run
        run: orgtp {shlex.join(("score", "collect", *options))}
      # It ticks when it has collected, and at no other time: what is overdue goes up at the next of these times that is
      # within working hours. Where that is too seldom, let a machine of yours tick: orgtp schedule cron
      - if: always() && steps.clock.outputs.run
        run: orgtp {shlex.join(("escalate", "tick", *options))}
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
