"""Lists that other tools export: workflows of n8n, assistants of OpenAI, graphs of LangGraph, jobs of OpenClaw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orgtp.discovery.file_reading import ReadFile, describe_template
from orgtp.discovery.items import RUNS, find_risks
from orgtp.discovery.parsing import Unparsed, as_list, as_mapping, as_text, parse_json
from orgtp.model.inventory.found import FoundKind

_MOST_ITEMS = 2_000
_RUNNING_NODES = ("executecommand", "code", "ssh", "function")
_MODEL_NODES = ("langchain", "openai", "anthropic", "gemini", "mistral", "perplexity", "ollama", "groq", "deepseek")
_MODEL_HOSTS = (
    "api.openai.com", "openai.azure.com", "api.anthropic.com", "generativelanguage.googleapis.com",
    "aiplatform.googleapis.com", "openrouter.ai", "api.mistral.ai", "api.groq.com", "api.perplexity.ai",
    "api.deepseek.com", "api.x.ai", "api.cohere.", "api-inference.huggingface.co", "bedrock-runtime.", ":11434/",
)  # fmt: skip
_ABOUT = "n8n workflow with a language model"


def _parse(file: ReadFile) -> Any:
    try:
        return parse_json(file.raw)
    except Unparsed as error:
        file.skip(str(error))
        return None


def read_json_export(file: ReadFile, *, named: bool = False) -> None:
    """Workflows of n8n or assistants of OpenAI, as they are exported. `named`: the user named the file itself."""
    data = _parse(file)
    workflows = list(_list_workflows(data))[:_MOST_ITEMS]
    assistants = list(_list_assistants(data))[:_MOST_ITEMS]
    several = len(workflows) + len(assistants) > 1 or isinstance(data, list)
    agents = [workflow for workflow in workflows if _has_model(workflow)]
    for workflow in agents:
        _add_workflow(file, workflow, several)
    if len(workflows) > len(agents):
        file.log.skip(file.shown, "n8n workflows without a language model: no agents", on_purpose=True)
    for assistant in assistants:
        _add_assistant(file, assistant, several)
    if named and data is not None and not workflows and not assistants:
        file.skip("unknown format")


def _list_below(data: Any) -> list[dict[str, Any]]:
    """The items of an export: the data itself, those of a list, or those below a key."""
    if isinstance(data, dict):
        below = next(
            (data[key] for key in ("data", "workflows", "assistants") if isinstance(data.get(key), list)), None
        )
        return [as_mapping(one) for one in below] if below is not None and "nodes" not in data else [data]
    return [as_mapping(one) for one in as_list(data)]


def _list_workflows(data: Any) -> Iterator[dict[str, Any]]:
    """What has nodes with types of n8n and connections between them. A file that only mentions n8n has none."""
    for one in _list_below(data):
        nodes = [as_mapping(node) for node in as_list(one.get("nodes"))]
        if "connections" in one and any("n8n-nodes" in as_text(node.get("type")) for node in nodes):
            yield one


def _list_assistants(data: Any) -> Iterator[dict[str, Any]]:
    for one in _list_below(data):
        if one.get("object") == "assistant" or (as_text(one.get("id")).startswith("asst_") and "instructions" in one):
            yield one


def _has_model(workflow: dict[str, Any]) -> bool:
    """Whether a step of a workflow asks a language model: by a node for one, or by the address of one."""
    for node in map(as_mapping, as_list(workflow.get("nodes"))):
        kind = as_text(node.get("type")).lower()
        address = as_text(as_mapping(node.get("parameters")).get("url")).lower()
        if any(word in kind for word in _MODEL_NODES) or any(host in address for host in _MODEL_HOSTS):
            return True
    return False


def _add_workflow(file: ReadFile, workflow: dict[str, Any], several: bool) -> None:
    name = as_text(workflow.get("name")) or "n8n workflow"
    nodes = [as_mapping(node) for node in as_list(workflow.get("nodes"))]
    nodes = [node for node in nodes if node.get("disabled") is not True]
    types = {as_text(node.get("type")).rpartition(".")[2].lower() for node in nodes}
    risks = (RUNS,) if types & set(_RUNNING_NODES) else ()
    part = as_text(workflow.get("id")) or name
    item = file.make_item(
        FoundKind.TEMPLATE, name, part if several else "", program="n8n", description=_ABOUT, risks=risks
    )
    is_active = workflow.get("active") is True and workflow.get("isArchived") is not True
    triggers = [trigger for node in nodes for trigger in _describe_node(node)] if is_active else []
    for trigger in describe_template(file, triggers):
        item.add_trigger(trigger)
    file.joiner.add_definition(item)


def _describe_node(node: dict[str, Any]) -> Iterator[str]:
    """What a node of n8n starts its workflow with; nothing for a node that does not, or that a person starts."""
    kind = as_text(node.get("type")).rpartition(".")[2]
    parameters = as_mapping(node.get("parameters"))
    if kind == "scheduleTrigger":
        times = [as_mapping(one) for one in as_list(as_mapping(parameters.get("rule")).get("interval"))]
        yield from (f"schedule {_describe_interval(one)}" for one in times or [{}])
    elif kind in {"cron", "interval"}:
        yield "schedule"
    elif kind == "webhook" or (kind.endswith("Trigger") and kind not in {"manualTrigger", "executeWorkflowTrigger"}):
        yield f"on {kind.removesuffix('Trigger')}"


def _describe_interval(times: dict[str, Any]) -> str:
    kind = as_text(times.get("field")) or "days"
    if kind == "cronExpression":
        return as_text(times.get("expression")) or "cron"
    number = as_text(times.get(f"{kind}Interval")) or "1"
    return f"every {number} {kind}"


def _add_assistant(file: ReadFile, assistant: dict[str, Any], several: bool) -> None:
    tools = tuple(as_text(as_mapping(tool).get("type")) for tool in as_list(assistant.get("tools")))
    name = as_text(assistant.get("name")) or as_text(assistant.get("id")) or "assistant"
    item = file.make_item(
        FoundKind.TEMPLATE,
        name,
        (as_text(assistant.get("id")) or name) if several else "",
        description=as_text(assistant.get("description")),
        tools=tuple(filter(None, tools)),
        risks=find_risks(tools, file.patterns),
    )
    item.source = "OpenAI assistants (JSON)"
    file.joiner.add_definition(item)


def read_langgraph(file: ReadFile) -> None:
    """The graphs of a LangGraph application, by their names. Where they are deployed is not in the file."""
    graphs = as_mapping(as_mapping(_parse(file)).get("graphs"))
    for name, graph in sorted(graphs.items())[:_MOST_ITEMS]:
        about = as_text(as_mapping(graph).get("description"))
        item = file.make_item(FoundKind.TEMPLATE, name, name, program="langgraph", description=about)
        file.joiner.add_definition(item)


def read_openclaw_jobs(file: ReadFile) -> None:
    """The jobs of OpenClaw's own scheduler. Their messages are not looked at."""
    jobs = map(as_mapping, as_list(as_mapping(_parse(file)).get("jobs"))[:_MOST_ITEMS])
    for number, job in enumerate(jobs, 1):
        name = as_text(job.get("name")) or as_text(job.get("id")) or f"job {number}"
        item = file.make_item(FoundKind.TEMPLATE, name, as_text(job.get("id")) or name)
        item.source, item.program = "OpenClaw jobs", "openclaw"
        if job.get("enabled") is not False:
            item.add_trigger(_describe_schedule(as_mapping(job.get("schedule"))))
        file.joiner.add_definition(item)


def _describe_schedule(schedule: dict[str, Any]) -> str:
    every = schedule.get("everyMs")
    if expression := as_text(schedule.get("expr")):
        return f"schedule {expression}"
    if isinstance(every, int) and not isinstance(every, bool) and every > 0:
        minutes = every // 60_000
        return f"every {minutes} minutes" if minutes else f"every {every // 1000} seconds"
    return f"at {at}" if (at := as_text(schedule.get("at"))) else "schedule"
