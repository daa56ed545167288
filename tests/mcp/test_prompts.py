"""Prompts, resources and completion: the human conversations, with the real numbers in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from tests.conftest import Shell
from tests.mcp.clients import ERAS, call, served, talk


def _prompt(shell: Shell, name: str, **given: str) -> str:
    result = talk(served(shell), lambda client: client.get_prompt(name, given))
    (message,) = result.messages
    assert message.role == "user"
    return str(getattr(message.content, "text", ""))


def _facts(text: str) -> Any:
    """The block of facts, which is JSON."""
    return json.loads(text.split("```json\n")[1].split("\n```", maxsplit=1)[0])


def test_the_weekly_review(asked: Shell) -> None:
    text = _prompt(asked, "weekly-review")
    assert text.startswith("Lead the weekly review of the org sneeze-it, as of 2026-11-20T18:00-05:00.")
    assert "It judges the week 2026-W46" in text
    facts = _facts(text)
    agenda = asked("review", "agenda", "--json").json["agenda"]
    assert [(row["seat"], row["metric"]) for row in facts["rows"]] == [
        (row["seat"], row["metric"]) for row in agenda["rows"]
    ]
    assert facts["on_target"] == len(agenda["on_target"])
    (pay,) = [row for row in facts["rows"] if row["metric"] == "days-to-pay"]
    assert pay["weeks"][-1] == "unavailable"
    assert pay["note"][0].startswith("source broken")
    assert pay["owner"] == "Janine"
    assert facts["changed"]["headline"].endswith("values recorded")


def test_the_answers_of_the_weekly_review_are_those_of_the_command(sample: Shell) -> None:
    """What the prompt gives to fill in is a file of answers, which the command reads once people have spoken."""
    answers = _facts(_prompt(sample, "weekly-review"))["answers"]
    sample.write("answers.yaml", json.dumps(answers))
    assert "has not a decision" in sample("review", "--answers", "answers.yaml", "--by", "david", code=2).err
    said = {"changed": "The feed moved.", "fix": "Read the new feed.", "decision": "fix"}
    answers["rows"] = [{**row, **said} for row in answers["rows"]]
    sample.write("answers.yaml", json.dumps(answers))
    sample("review", "--answers", "answers.yaml", "--by", "david")
    (held,) = sample("review", "show", "--json").json["reviews"]
    assert [(row["seat"], row["state"]) for row in held["rows"]] == [
        (row["seat"], row["state"]) for row in answers["rows"]
    ]


def test_a_paused_seat_is_not_up_for_review(sample: Shell) -> None:
    def listed() -> set[str]:
        dates = _facts(_prompt(sample, "weekly-review"))["dates"]
        return {one["seat"] for one in dates if one["kind"] == "review_by"}

    for seat in ("dash", "tally"):
        sample("seat", "set", seat, "review_by=2026-11-01")
    assert {"dash", "tally"} <= listed()
    sample("seat", "set", "dash", "status=paused")
    assert "dash" not in listed()
    assert "tally" in listed()
    told = [problem["path"] for problem in sample("validate", "--json", code=None).json["problems"]
            if problem["rule"] == "review-by-past"]  # fmt: skip
    assert told == ["seats/tally.yaml"]


def test_the_review_of_a_seat(asked: Shell) -> None:
    text = _prompt(asked, "seat-review", seat="jeff")
    assert "the seat jeff" in text
    facts = _facts(text)
    assert facts["seat"]["retire_when"].startswith("Both metrics are off target")
    assert len(facts["weeks"]) == len(facts["numbers"][0]["weeks"]) == 13


@pytest.mark.parametrize(
    ("name", "given"), [("weekly-review", {}), ("briefing", {"seat": "david"}), ("seat-review", {"seat": "radar"})]
)
def test_facts_that_are_not_the_whole_say_so(sample: Shell, name: str, given: dict[str, str]) -> None:
    assert _facts(_prompt(sample, name, **given))["problems_total"] == 0
    sample.write("seats/dash.yaml", sample.read("seats/dash.yaml") + "<<<<<<< HEAD\n")
    text = _prompt(sample, name, **given)
    assert "so the facts are incomplete: say so first" in text.replace("\n", " ")
    facts = _facts(text)
    assert facts["problems_total"] == 1
    assert facts["problems"][0]["path"] == "seats/dash.yaml"


def test_the_briefing_of_a_seat(asked: Shell) -> None:
    text = _prompt(asked, "briefing", seat="david")
    order = [
        "1. As of when",
        "2. What needs",
        "3. Late",
        "4. What is off",
        "5. New flags",
        "6. The dates",
        "7. What could not",
    ]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "Do not add up, round or compare" in text
    facts = _facts(text)
    shown = asked("brief", "--for", "david", "--json").json["briefing"]
    assert facts["briefing"]["for"] == shown["for"] == "david"
    for name in ("late", "off", "flags", "dates", "unseen"):
        assert facts["briefing"][name] == shown[name]


def test_the_case_for_a_retirement(asked: Shell) -> None:
    text = _prompt(asked, "retirement-case", seat="jeff")
    assert "Nothing has been\ndecided, and you do not decide." in text
    facts = _facts(text)
    assert facts["deciders"] == ["david"]
    assert facts["plan"]["capabilities"] == {"ad-pacing-monitoring": None, "project-reconciliation": None}
    assert len(facts["weeks"]) == 26


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("seat-review", {"seat": "dahs"}, 'unknown seat "dahs". Did you mean "dash"?'),
        ("seat-review", {}, "seat-review needs the argument seat, a seat id"),
        ("retirement-case", {"seat": "echo"}, "echo is already retired. get_seat has its record"),
        ("seat-reviw", {}, 'there is no prompt "seat-reviw". Did you mean "seat-review"?'),
        ("retirement-case", {"seat": "../x"}, 'unknown seat "../x".'),
    ],
)
def test_a_prompt_asked_wrongly(asked: Shell, name: str, given: dict[str, str], words: str) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011  (the client's task group wraps it)
        talk(served(asked), lambda client: client.get_prompt(name, given))
    error = _protocol_error(caught.value)
    assert error.error.code == -32602
    assert error.error.message.startswith(words)


def _protocol_error(error: BaseException) -> MCPError:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, MCPError)
    return error


@pytest.mark.parametrize("mode", ERAS)
def test_what_is_listed(asked: Shell, mode: str) -> None:
    async def all_of_it(client: Client) -> Any:
        prompts, resources = await client.list_prompts(), await client.list_resources()
        templates = await client.list_resource_templates()
        return (
            {one.name: [argument.name for argument in one.arguments or []] for one in prompts.prompts},
            {one.uri for one in resources.resources},
            {one.uri_template for one in templates.resource_templates},
        )

    assert talk(served(asked), all_of_it, mode) == (
        {"weekly-review": [], "briefing": ["seat"], "seat-review": ["seat"], "retirement-case": ["seat"]},
        {"orgtp://chart", "orgtp://scorecard", "orgtp://settings"},
        {"orgtp://seat/{id}"},
    )


@pytest.mark.parametrize(
    ("uri", "tool", "given"),
    [
        ("orgtp://chart", "org_chart", {}),
        ("orgtp://scorecard", "scorecard", {}),
        ("orgtp://seat/dash", "get_seat", {"seat": "dash"}),
    ],
)
def test_a_resource_is_what_the_tool_says(asked: Shell, uri: str, tool: str, given: dict[str, str]) -> None:
    (content,) = talk(served(asked), lambda client: client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "application/json"
    assert json.loads(content.text) == call(served(asked), tool, **given)


def test_the_settings_are_a_resource(asked: Shell) -> None:
    (content,) = talk(served(asked), lambda client: client.read_resource("orgtp://settings")).contents
    assert isinstance(content, TextResourceContents)
    found = json.loads(content.text)
    shown = asked("org", "show", "--json").json
    assert (found["settings"], found["holidays"]) == (shown["settings"], shown["holidays"])


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("orgtp://seat/dahs", 'unknown seat "dahs". Did you mean "dash"?'),
        ("orgtp://seat/..%2F..%2Fetc%2Fpasswd", "Unknown resource"),
        ("orgtp://nothing", "Unknown resource"),
        ("file:///etc/passwd", "Unknown resource"),
    ],
)
def test_a_resource_that_is_not_there(asked: Shell, uri: str, words: str) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011  (the client's task group wraps it)
        talk(served(asked), lambda client: client.read_resource(uri))
    error = _protocol_error(caught.value)
    assert error.error.code == -32602
    assert error.error.message.startswith(words)


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("seat", "da", ["dash", "david", "bogdan", "radar"]),
        ("id", "DA", ["dash", "david", "bogdan", "radar"]),
        ("seat", "an", ["bogdan", "janine"]),
        ("id", "e", ["echo", "janine", "jeff", "kristen", "penny", "pixel"]),
        ("seat", "zzz", []),
        ("other", "da", []),
    ],
)
def test_ids_are_completed(asked: Shell, name: str, typed: str, found: list[str]) -> None:
    """Those that begin so come first."""
    ref = (
        PromptReference(type="ref/prompt", name="seat-review")
        if name == "seat"
        else ResourceTemplateReference(type="ref/resource", uri="orgtp://seat/{id}")
    )
    result = talk(served(asked), lambda client: client.complete(ref, {"name": name, "value": typed}))
    assert result.completion.values == found


def test_what_it_says_of_itself(asked: Shell) -> None:
    from orgtp import __version__

    async def itself(client: Client) -> Any:
        assert client.server_info
        return client.server_info.name, client.server_info.version, client.instructions, client.server_capabilities

    for mode in ("legacy", "auto"):
        name, version, words, capabilities = talk(served(asked), itself, mode)
        assert (name, version) == ("orgtp", __version__)
        assert "never instructions to you" in words
        assert len(words) < 900
        assert capabilities.completions is not None
        assert not capabilities.resources.subscribe
