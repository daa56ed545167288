"""Pipelines and services that run agents: workflows of GitHub, pipelines of GitLab, and compose files.

The values of `env`, `with`, `environment` and of scripts are looked at for programs, and never kept.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from orgtp.discovery.commands import AgentUse, find_agent_image, find_option_risks, find_uses
from orgtp.discovery.dockerfiles import read_start_of_image
from orgtp.discovery.file_reading import ReadFile, describe_template
from orgtp.discovery.items import FoundItem
from orgtp.discovery.parsing import Unparsed, as_list, as_mapping, as_text, list_all_texts, list_texts, parse_yaml
from orgtp.discovery.starting import Start
from orgtp.model.inventory.found import FoundKind

_MOST_JOBS = 1_000
_MOST_CALLS = 3
_FROM_ELSEWHERE = "it also runs a pipeline of another repository: what that does is not known"
# As many levels as GitLab allows.
_MOST_EXTENDS = 11
_EVENTS = {"workflow_dispatch": "by hand", "workflow_call": "", "schedule": ""}


class WorkflowCalls:
    """The workflows of GitHub that call others of the same repository: what starts a caller starts what it calls."""

    def __init__(self) -> None:
        self._triggers: dict[str, list[str]] = {}
        self._callers: dict[str, set[str]] = {}
        self._called: dict[str, FoundItem] = {}

    def add(self, path: str, triggers: list[str], called: Iterable[str], item: FoundItem | None) -> None:
        """Remember a workflow: what starts it, the files that it calls, and the agent that it runs, if it does."""
        self._triggers[path] = triggers
        for one in called:
            self._callers.setdefault(one, set()).add(path)
        if item:
            self._called[path] = item

    def pass_on(self) -> None:
        """Add what starts the callers to the agents in the workflows that they call, through several calls too."""
        for path, item in sorted(self._called.items()):
            reached, waiting = set[str](), [path]
            while waiting:
                callers = self._callers.get(waiting.pop(), set()) - reached
                reached |= callers
                waiting += callers
            for caller in sorted(reached):
                for trigger in self._triggers[caller]:
                    item.add_trigger(trigger)


def read_github_workflow(file: ReadFile, calls: WorkflowCalls, *, runs: bool) -> None:
    """A workflow of GitHub that runs an agent. `runs`: it is where GitHub looks, and not somewhere else."""
    data = _parse(file)
    jobs = [as_mapping(job) for job in as_mapping(data.get("jobs")).values()]
    steps = [as_mapping(step) for job in jobs for step in as_list(job.get("steps"))]
    programs, risks = _find_in_steps(file, steps)
    # What a workflow of another repository runs is not known, unless it is that of a known action.
    programs += [name for job in jobs if (name := _find_action(as_text(job.get("uses")), file))]
    triggers = describe_template(file, list(_list_events(data.get("on"))) if runs else [])
    item = None
    if programs:
        if any(_may_write(as_mapping(part).get("permissions")) for part in [data, *jobs]):
            risks.add("can write to the repository")
        name = as_text(data.get("name")) or PurePosixPath(file.path).stem
        item = file.make_item(FoundKind.TEMPLATE, name, program=programs[0], risks=tuple(sorted(risks)))
        for trigger in triggers:
            item.add_trigger(trigger)
        file.joiner.add_definition(item)
    used = [uses for job in jobs if (uses := as_text(job.get("uses")))]
    called = [_find_local(uses, file) for uses in used]
    if runs:
        if any(not uses.startswith("./") and not _find_action(uses, file) for uses in used):
            file.log.skip(file.shown, _FROM_ELSEWHERE, on_purpose=True)
        calls.add(file.path, triggers, filter(None, called), item)


def _find_local(uses: str, file: ReadFile) -> str:
    """The file or folder of the same repository that `uses: ./…` names; "" for another."""
    top = os.fspath(file.repository.root) if file.repository else ""
    if not top or not uses.startswith("./") or ".." in uses.split("/"):
        return ""
    return os.path.normpath(os.path.join(top, uses))  # noqa: PTH118


def _parse(file: ReadFile) -> dict[str, Any]:
    """The mapping in a YAML file; an empty one if there is none, which is remembered if the file is not YAML."""
    try:
        return as_mapping(parse_yaml(file.raw))
    except Unparsed as error:
        file.skip(str(error))
        return {}


def _find_in_steps(file: ReadFile, steps: list[dict[str, Any]], depth: int = 0) -> tuple[list[str], set[str]]:
    programs: list[str] = []
    risks: set[str] = set()
    for step in steps:
        uses = as_text(step.get("uses"))
        if known := _find_action(uses, file):
            programs.append(known)
            risks |= set(find_option_risks(" ".join(list_all_texts(step.get("with")))))
        elif uses.startswith("./") and depth < _MOST_CALLS:
            inner, more = _find_in_steps(file, _read_own_action(file, uses), depth + 1)
            programs, risks = programs + inner, risks | more
        folder = _find_top(file)
        for use in find_uses(as_text(step.get("run")), {}, folder, file.patterns):
            if isinstance(use, AgentUse):
                programs.append(use.program)
                risks |= set(use.risks)
    return programs, risks


def _find_action(uses: str, file: ReadFile) -> str:
    """The name of the action that runs an agent; "" for another."""
    action = uses.partition("@")[0].lower()
    known = next((one for one in file.patterns.actions if action == one or action.startswith(f"{one}/")), "")
    return PurePosixPath(known).name if known else ""


def _read_own_action(file: ReadFile, uses: str) -> list[dict[str, Any]]:
    """The steps of an action in the same repository (`uses: ./.github/actions/brief`)."""
    folder = _find_local(uses, file)
    for name in ("action.yml", "action.yaml"):
        path = os.path.join(folder, name)  # noqa: PTH118
        if folder and os.path.lexists(path) and os.path.realpath(path) == path:
            raw = file.log.read(path, f"{uses}/{name}", "actions of GitHub workflows")
            try:
                data = as_mapping(parse_yaml(raw)) if raw is not None else {}
            except Unparsed as error:
                file.log.skip(f"{uses}/{name}", str(error))
                return []
            return [as_mapping(step) for step in as_list(as_mapping(data.get("runs")).get("steps"))]
    return []


def _find_top(file: ReadFile) -> str:
    top = os.fspath(file.repository.root) if file.repository else os.path.dirname(file.path)  # noqa: PTH120
    return file.machine.name_path(top)


def _may_write(permissions: Any) -> bool:
    if permissions == "write-all":
        return True
    return as_mapping(permissions).get("contents") == "write"


def _list_events(on: Any) -> Iterator[str]:
    """What starts a workflow: times, events, or a person."""
    names = [on] if isinstance(on, str) else on if isinstance(on, list) else list(as_mapping(on))
    for times in as_list(as_mapping(on).get("schedule")):
        if cron := as_text(as_mapping(times).get("cron")):
            yield f"schedule {cron}"
    for name in list_texts(names):
        if event := _EVENTS.get(name, f"on {name}"):
            yield event


def read_gitlab_pipeline(file: ReadFile) -> None:
    """A pipeline of GitLab whose jobs run agents. When a schedule runs it is in GitLab, not in the file."""
    data = _parse(file)
    jobs = {**_read_included(file, data), **data}
    for name in sorted(jobs)[:_MOST_JOBS]:
        settings = _extend(name, jobs)
        texts = [line for key in ("before_script", "script", "after_script") for line in list_texts(settings.get(key))]
        folder = _find_top(file)
        uses = [use for use in find_uses("\n".join(texts), {}, folder, file.patterns) if isinstance(use, AgentUse)]
        if not uses:
            continue
        risks = tuple(sorted({risk for use in uses for risk in use.risks}))
        item = file.make_item(FoundKind.TEMPLATE, name, name, program=uses[0].program, risks=risks)
        # A job whose name begins with a dot is there to be extended, and does not run.
        trigger = "" if name.startswith(".") else _describe_rules(settings)
        for one in describe_template(file, [trigger] if trigger else []):
            item.add_trigger(one)
        file.joiner.add_definition(item)


def _read_included(file: ReadFile, data: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """The jobs of the files of the same repository that a pipeline includes."""
    found: dict[str, Any] = {}
    value = data.get("include")
    for one in as_list(value) or [value]:
        name = as_text(as_mapping(one).get("local")) or as_text(one)
        local = _find_local(f"./{name.lstrip('/')}", file) if name and "://" not in name and "*" not in name else ""
        if local and os.path.lexists(local) and os.path.realpath(local) == local and depth < _MOST_CALLS:
            raw = file.log.read(local, file.machine.show(local), file.what)
            try:
                below = as_mapping(parse_yaml(raw)) if raw is not None else {}
            except Unparsed as error:
                file.log.skip(file.machine.show(local), str(error))
                continue
            found |= {**_read_included(file, below, depth + 1), **below}
        elif one and not as_mapping(one).get("template"):
            file.log.skip(file.shown, _FROM_ELSEWHERE, on_purpose=True)
    return found


def _extend(name: str, jobs: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """A job with what it takes from those that it extends."""
    job = as_mapping(jobs.get(name))
    found: dict[str, Any] = {}
    for one in list_texts(job.get("extends")):
        found |= _extend(one, jobs, depth + 1) if depth < _MOST_EXTENDS else {}
    return {**found, **job}


SCHEDULED = "GitLab schedule (its times are in GitLab, not in the file)"


def _describe_rules(job: dict[str, Any]) -> str:
    rules = [as_mapping(rule) for rule in as_list(job.get("rules"))]
    conditions = " ".join(as_text(rule.get("if")) for rule in rules)
    only = as_mapping(job.get("only")).get("refs") or job.get("only")
    if ("CI_PIPELINE_SOURCE" in conditions and "schedule" in conditions) or "schedules" in list(list_texts(only)):
        return SCHEDULED
    if job.get("when") == "manual" or (rules and all(rule.get("when") == "manual" for rule in rules)):
        return "by hand"
    return "on pipelines"


def read_compose_file(file: ReadFile) -> None:
    """The services of a compose file that run an agent: by their command, or by their image."""
    services = as_mapping(_parse(file).get("services"))
    for name, service in sorted(services.items())[:_MOST_JOBS]:
        _read_service(file, name, as_mapping(service))


def _read_service(file: ReadFile, name: str, service: dict[str, Any]) -> None:
    words = (*_list_words(service.get("entrypoint")), *_list_words(service.get("command")))
    if not words and service.get("build"):
        words = _read_dockerfile(file, service)
    image = find_agent_image(as_text(service.get("image")), file.patterns)
    if not words and image:
        words = ("docker", "run", as_text(service.get("image")))
    elif image and not _names_program(words, file):
        # The image is the program, and the words are its arguments.
        words = ("docker", "run", as_text(service.get("image")), *words)
    if not words or (not image and _is_for_a_person(service, words)):
        return
    triggers = describe_template(file, [_describe_service(service)])
    context = as_text(as_mapping(service.get("build")).get("context")) or as_text(service.get("build"))
    folder = os.path.join(os.path.dirname(file.path), context)  # noqa: PTH118, PTH120
    trigger = triggers[0] if triggers else ""
    start = Start(
        file.what, file.shown, trigger, file.path, words=words, label=name, place=file.place(name),
        folder=file.machine.name_path(os.path.normpath(folder)), among=file.among,
    )  # fmt: skip
    file.joiner.add_start(start)


def _is_for_a_person(service: dict[str, Any], words: tuple[str, ...]) -> bool:
    """Whether a person works in the terminal of a service, unless its command line takes a prompt."""
    has_terminal = "true" in {as_text(service.get("tty")), as_text(service.get("stdin_open"))}
    return has_terminal and "--dangerously-skip-permissions" in words and not {"-p", "--print"} & {*words}


def _read_dockerfile(file: ReadFile, service: dict[str, Any]) -> tuple[str, ...]:
    """What the container of a service starts that is built here and says nothing else itself."""
    build = as_mapping(service.get("build"))
    context = as_text(build.get("context")) or as_text(service.get("build")) or "."
    folder = os.path.join(os.path.dirname(file.path), context)  # noqa: PTH118, PTH120
    path = os.path.normpath(os.path.join(folder, as_text(build.get("dockerfile")) or "Dockerfile"))  # noqa: PTH118
    top = os.fspath(file.repository.root) if file.repository else os.path.dirname(file.path)  # noqa: PTH120
    if "://" in context or not os.path.realpath(path).startswith(f"{top}/") or not os.path.lexists(path):
        return ()
    raw = file.log.read(path, file.machine.show(path), "Dockerfiles of services")
    return read_start_of_image(raw.decode(errors="replace")) if raw is not None else ()


def _names_program(words: tuple[str, ...], file: ReadFile) -> bool:
    return any(isinstance(use, AgentUse) for use in find_uses(shlex.join(words), {}, "", file.patterns))


def _list_words(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(list_texts(value))
    try:
        return tuple(shlex.split(as_text(value)))
    except ValueError:
        return tuple(as_text(value).split())


def _describe_service(service: dict[str, Any]) -> str:
    restart, profiles = as_text(service.get("restart")), list(list_texts(service.get("profiles")))
    parts = ["compose service"]
    parts += [f"restart {restart}"] if restart and restart != "no" else []
    parts += [f"profile {profiles[0]}"] if profiles else []
    return ", ".join(parts)
