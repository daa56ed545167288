"""`orgtp validate`, and `orgtp rule`, which explains what it finds."""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orgtp.cli.options import AtOption, JsonOption, OrgOption
from orgtp.cli.session import open_chosen_org, write_json, write_stderr, write_stdout
from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem, Severity
from orgtp.model.text import did_you_mean

if TYPE_CHECKING:
    from orgtp.api import OrgHandle
    from orgtp.rules.rule import Rule


class ValidateFormat(StrEnum):
    """The output formats of `validate`."""

    TEXT = "text"
    JSON = "json"
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
) -> int:
    """List every problem in the org with its location and a fix. Exit code 1 if there are errors.

    With --base, also check what a pull request may not change, compared with the merge base.
    """
    handle = open_chosen_org(org, at)
    problems = handle.validate(base)
    fatal = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    _write_problems(ValidateFormat.JSON if json else _resolve_format(format_), handle, problems, fatal)
    return _exit_code({problem.rule for problem in problems if problem.severity in fatal})


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


def _write_problems(
    format_: ValidateFormat, handle: OrgHandle, problems: list[Problem], fatal: Collection[Severity]
) -> None:
    """Write the problems to standard output, and their summary to standard error (JSON includes it)."""
    if format_ is ValidateFormat.JSON:
        from orgtp.render.json import problems_body

        write_json("validate", handle, problems_body(problems, len(handle.org.seats)))
        return
    from orgtp.render.problems.summary import format_summary

    said = format_summary(problems, len(handle.org.seats))
    write_stdout(_format_problems(format_, handle, problems, fatal))
    if format_ is ValidateFormat.GITHUB:
        _write_github_rest(problems, said)
    write_stderr(said)


def _format_problems(
    format_: ValidateFormat, handle: OrgHandle, problems: list[Problem], fatal: Collection[Severity]
) -> str:
    """Format the problems in any format but JSON. Only the renderer needed is imported."""
    if format_ is ValidateFormat.TEXT and not problems:
        return ""
    if format_ is ValidateFormat.TEXT:
        from orgtp.render.problems.text import problems_text
        from orgtp.render.terminal import detect_screen

        return problems_text(problems, handle.snapshot.loaded.files, detect_screen())
    if format_ is ValidateFormat.GITHUB:
        from orgtp.render.problems.github import problems_github

        return problems_github(problems)
    if format_ is ValidateFormat.GITLAB:
        from orgtp.render.problems.gitlab import problems_gitlab

        return problems_gitlab(problems)
    if format_ is ValidateFormat.SARIF:
        from orgtp import __version__
        from orgtp.render.problems.sarif import problems_sarif

        return problems_sarif(problems, __version__)
    from orgtp.render.problems.junit import problems_junit

    return problems_junit(problems, fatal)


def _write_github_rest(problems: list[Problem], said: str) -> None:
    """Write problems beyond GitHub's limit of annotations to the step summary, or else to the log."""
    from orgtp.render.problems.github import find_unannotated, format_log_lines

    rest = find_unannotated(problems)
    if rest and not _write_step_summary(problems, said.partition("\n")[0]):
        write_stdout(format_log_lines(rest))


def _write_step_summary(problems: list[Problem], said: str) -> bool:
    """Write all problems to the step summary. False if there is none, or if that fails."""
    from orgtp.render.problems.github import SUMMARY_BYTES, summary_markdown

    name = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not name:
        return False
    try:
        with Path(name).open("ab") as out:
            table = summary_markdown(problems, said, SUMMARY_BYTES - out.tell())
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
