"""`orgtp validate`, and `orgtp rule`, which explains what it finds."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption
from orgtp.cli.output_format import choose_csv
from orgtp.cli.session import open_chosen_org, write_json, write_stderr, write_stdout
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem, Severity
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from orgtp.api import FoundProblems, OrgHandle
    from orgtp.rules.rule import Rule


class ValidateFormat(StrEnum):
    """The output formats of `validate`."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"
    AUTO = "auto"


_FORMAT_HELP = "The output format. auto: github or gitlab in their CI, else text."
FormatOption = Annotated[ValidateFormat, typer.Option("--format", help=_FORMAT_HELP)]

BaseOption = Annotated[
    str | None,
    typer.Option("--base", metavar="REV", help="The target of a pull request, such as origin/main."),
]
# The exit code if the base of the comparison is not in this clone.
UNPROVEN = 4


class UnknownRule(OrgtpError):
    """No rule has this id."""

    text = 'there is no rule "{rule}". {hint}'


def validate_org(
    org: OrgOption = None,
    at: AtOption = None,
    base: BaseOption = None,
    format_: FormatOption = ValidateFormat.TEXT,
    json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings as well.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Show every problem, however many a rule has.")] = False,
) -> int:
    """List every problem in the org with its location and a fix. Exit code 1 if there are errors.

    With --base, list only what the change since the merge base adds, and check what a pull request may not change.
    """
    handle = open_chosen_org(org, at)
    found = handle.find_problems(base)
    fatal = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    format_ = ValidateFormat.JSON if json else _resolve_format(format_)
    _write_problems(ValidateReport(format_, handle, found, fatal, base, full))
    return _exit_code({problem.rule for problem in found.problems if problem.severity in fatal})


def _exit_code(broken: Collection[str]) -> int:
    """1 if a rule is broken, 0 if none is, and 4 if the only problem is that the base is not in this clone."""
    from orgtp.rules.pull_request.base import BASE_NOT_REACHED

    return UNPROVEN if broken == {BASE_NOT_REACHED.id} else int(bool(broken))


def _resolve_format(format_: ValidateFormat) -> ValidateFormat:
    """Resolve `auto` to the format of the CI that runs us."""
    if format_ is not ValidateFormat.AUTO:
        return format_
    if os.environ.get("GITHUB_ACTIONS") == "true":
        return ValidateFormat.GITHUB
    return ValidateFormat.GITLAB if os.environ.get("GITLAB_CI") else ValidateFormat.TEXT


@dataclass(frozen=True)
class ValidateReport:
    """What is to be written: the problems found, in which format, and which severities are fatal.

    `base` is the revision of the comparison; with `full`, the text shows every problem.
    """

    format: ValidateFormat
    handle: OrgHandle
    found: FoundProblems
    fatal: Collection[Severity]
    base: str | None
    full: bool

    @property
    def is_of_change(self) -> bool:
        """Whether only the problems that a change adds are reported; all are if the base is not in this clone."""
        from orgtp.rules.pull_request.base import BASE_NOT_REACHED

        reached = all(problem.rule != BASE_NOT_REACHED.id for problem in self.found.problems)
        return self.base is not None and reached

    @property
    def also_in_base(self) -> str:
        """The line on the problems that the base has as well; empty without any."""
        from orgtp.render.problems.summary import format_also_in_base

        if not self.found.also_in_base:
            return ""
        at = f" --at {self.handle.at}" if self.handle.at else ""
        return f"{format_also_in_base(self.found.also_in_base, self.base or '')}{at}"


def _write_problems(report: ValidateReport) -> None:
    """Write the problems to standard output, and their summary to standard error (JSON includes it)."""
    problems, seats = report.found.problems, len(report.handle.org.seats)
    if report.format is ValidateFormat.CSV:
        choose_csv()
    if report.format in {ValidateFormat.JSON, ValidateFormat.CSV}:
        from orgtp.render.json import found_problems_body

        write_json("validate", report.handle, found_problems_body(report.found, seats, of_change=report.is_of_change))
        return
    from orgtp.render.problems.summary import format_summary

    said = format_summary(problems, seats, of_change=report.is_of_change)
    write_stdout(_format_problems(report))
    if report.format is ValidateFormat.GITHUB:
        _write_github_rest(problems, said, report.also_in_base)
    write_stderr(f"{said}\n{report.also_in_base}".rstrip())


def _format_problems(report: ValidateReport) -> str:
    """Format the problems in any format but JSON. Only the renderer needed is imported."""
    problems = report.found.problems
    if report.format is ValidateFormat.TEXT and not problems:
        return ""
    if report.format is ValidateFormat.TEXT:
        from orgtp.model.inventory.imported import list_imported_proposals
        from orgtp.render.problems.text import problems_text
        from orgtp.render.terminal import detect_screen

        files, imported = report.handle.snapshot.loaded.files, list_imported_proposals(report.handle.org)
        return problems_text(problems, files, detect_screen(), full=report.full, imported=imported)
    if report.format is ValidateFormat.GITHUB:
        from orgtp.render.problems.github import problems_github

        return problems_github(problems)
    if report.format is ValidateFormat.GITLAB:
        from orgtp.render.problems.gitlab import problems_gitlab

        return problems_gitlab(problems)
    if report.format is ValidateFormat.SARIF:
        from orgtp import __version__
        from orgtp.render.problems.sarif import problems_sarif

        return problems_sarif(problems, __version__, report.also_in_base)
    from orgtp.render.problems.junit import problems_junit

    return problems_junit(problems, report.fatal, report.also_in_base)


def _write_github_rest(problems: list[Problem], said: str, also_in_base: str) -> None:
    """Write problems beyond GitHub's limit of annotations to the step summary, or else to the log."""
    from orgtp.render.problems.github import find_unannotated, format_log_lines

    rest = find_unannotated(problems)
    title = said.partition("\n")[0]
    if rest and not _write_step_summary(problems, title, also_in_base):
        write_stdout(format_log_lines(rest))


def _write_step_summary(problems: list[Problem], title: str, also_in_base: str) -> bool:
    """Write all problems to the step summary. False if there is none, or if that fails."""
    from orgtp.render.problems.github import SUMMARY_BYTES, summary_markdown

    name = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        return False
    try:
        with Path(name).open("ab") as out:
            table = summary_markdown(problems, title, SUMMARY_BYTES - out.tell(), also_in_base)
            out.write(table.encode())
    except OSError as error:
        write_stderr(f"cannot write the step summary: {error.strerror or error}")
        return False
    return bool(table)


def rule(
    id_: Annotated[
        str, typer.Argument(metavar="[ID]", help="The id of a rule. Default: list all rules.", show_default=False)
    ] = "",
    json: JsonOption = False,
) -> int:
    """Explain a rule, or list all rules.

    The page has its purpose, a bad and a good example, and how to fix a violation.
    """
    from orgtp.api import PAGES
    from orgtp.render.rules import rule_text, rules_json, rules_text
    from orgtp.render.terminal import detect_screen

    found = [_rule(id_)] if id_ else PAGES
    if json:
        write_stdout(rules_json(found))
    else:
        write_stdout(rule_text(found[0], detect_screen()) if id_ else rules_text(found, detect_screen()))
    return 0


def _rule(id_: str) -> Rule:
    from orgtp.api import PAGES

    for one in PAGES:
        if one.id == id_:
            return one
    hint = f"{did_you_mean(id_, [one.id for one in PAGES])} List all rules: orgtp rule".strip()
    raise UnknownRule(rule=id_, hint=hint)
