"""`orgtp escalate`, by the installed script on a real repository."""

from __future__ import annotations

import pytest

from tests.conftest import Shell

LOCKED = "2026-11-20-dash-the-ad-account-is-locked"
TUESDAY = "2026-11-24T12:00:00-05:00"


@pytest.fixture
def org(patient: Shell) -> Shell:
    """The sample org, in which Dash has opened one on Friday evening."""
    ran = patient("escalate", "open", "dash", "The ad account is locked", "--why", "Two logins failed.", "--by", "dash")
    assert ran.out.endswith(f"escalate(dash): open {LOCKED}, with bogdan\n")
    return patient


def test_it_is_opened_goes_up_is_acknowledged_and_resolved(org: Shell) -> None:
    assert org("validate").out == ""
    assert org("escalate", "tick", "--by", "tally").out == "", "it is evening"
    assert org("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY).out == "", "cron mails what is said"
    assert "bogdan did not acknowledge it in time" in org("escalate", "show", LOCKED, ORGTP_NOW=TUESDAY).out
    head = org.head()
    assert org("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY).err == "", "cron mails what is said"
    assert org.head() == head
    assert org("escalate", "list", ORGTP_NOW=TUESDAY).out.startswith(
        "with david (David): 1 escalation\n  open  due 2026-11-24 16:00  "
    )
    org("escalate", "ack", LOCKED, "--note", "I call them.", "--by", "david", ORGTP_NOW=TUESDAY)
    org("escalate", "resolve", LOCKED, "--note", "Unlocked.", "--by", "david", ORGTP_NOW=TUESDAY)
    assert org("escalate", "list", ORGTP_NOW=TUESDAY).out == "nothing is open\n"
    shown = org("escalate", "show", LOCKED, ORGTP_NOW=TUESDAY).out
    for words in ("opened to bogdan by dash", "up to david by tally", "I call them.", "resolved by david"):
        assert words in shown
    assert org("audit", "verify", "--full", ORGTP_NOW=TUESDAY).code == 0


def test_json_of_the_list_and_of_one(org: Shell) -> None:
    ran = org("escalate", "list", "--json", ORGTP_NOW=TUESDAY).json
    assert (ran["kind"], len(ran["escalations"])) == ("escalations", 1)
    (one,) = ran["escalations"]
    assert org("escalate", "show", LOCKED, "--json", ORGTP_NOW=TUESDAY).json["escalation"] == one
    events = one.pop("events")
    assert one == {
        "id": LOCKED,
        "what": "The ad account is locked",
        "why": "Two logins failed.",
        "seat": "dash",
        "metric": None,
        "metric_name": None,
        "kind": "issue",
        "severity": "normal",
        "state": "open",
        "with": "bogdan",
        "with_name": "Bogdan",
        "due": "2026-11-23T18:00:00Z",
        "overdue": True,
        "next": "david",
        "silenced": None,
        "opened_at": "2026-11-20T23:00:00Z",
        "by": "dash",
    }
    assert events == [{"at": "2026-11-20T23:00:00Z", "what": "opened", "by": "dash", "to": "bogdan", "note": ""}]


def test_a_change_says_in_json_what_it_did(org: Shell) -> None:
    ran = org("escalate", "tick", "--by", "tally", "--dry-run", "--json", ORGTP_NOW=TUESDAY).json
    assert (ran["kind"], ran["commit"], ran["escalations"]) == ("escalate-tick", None, [LOCKED])
    assert org("escalate", "list", "--json").json["escalations"][0]["with"] == "bogdan"
    done = org(
        "escalate", "open", "dash", "Again", "--to", "kristen", "--severity", "high", "--by", "dash", "--json"
    ).json
    assert done["escalations"] == ["2026-11-20-dash-again"]
    assert done["paths"] == ["escalations/2026-11-20-dash-again.yaml"]


def test_log_diff_and_seat_show_know_of_it(org: Shell) -> None:
    base = org.head()
    org("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY)
    until = ["--until", "2026-12-01", "--reason", "x", "--by", "bogdan"]
    org("escalate", "silence", "dash", "anomalies-before-open", *until, ORGTP_NOW=TUESDAY)
    told = org("log", "dash", "--action", "escalate", "--json").json["commits"]
    assert [entry["by"] for entry in told] == ["bogdan", "tally", "dash"]
    found = org("diff", base, "--json", ORGTP_NOW=TUESDAY).json
    (changed,), (silenced,) = found["escalations"], found["silences"]
    assert (changed["escalation"], changed["with_before"], changed["with_after"]) == (LOCKED, "bogdan", "david")
    assert (silenced["metric"], silenced["before"], silenced["after"]) == ("anomalies-before-open", None, "2026-12-01")
    assert "with bogdan → david" in org("diff", base, ORGTP_NOW=TUESDAY).out
    for seat in ("dash", "david"):
        assert LOCKED in org("seat", "show", seat).out
        assert org("seat", "show", seat, "--json").json["seat"]["escalations"][0]["id"] == LOCKED
    assert LOCKED not in org("seat", "show", "radar").out


def test_a_retirement_hands_over_and_the_audit_agrees(org: Shell) -> None:
    org("escalate", "open", "jeff", "Spend is off", "--to", "jeff", "--by", "jeff")
    org("retire", "jeff", "--to", "dash,crystal", "--reason", "x", "--decided-by", "david", "--yes", "--by", "david")
    assert "with bogdan" in org("escalate", "list", "--seat", "jeff").out
    assert org("validate").out == ""
    assert org("audit", "verify", "--full").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", LOCKED.replace("locked", "loked")], 2, f'Did you mean "{LOCKED}"?'),
        (["open", "dsh", "x"], 2, 'Did you mean "dash"?'),
        (["open", "dash", "x", "--to", "bogdn"], 2, 'Did you mean "bogdan"?'),
        (["list", "--seat", "dsh"], 2, 'Did you mean "dash"?'),
        (["resolve", LOCKED, "--note", "x", "--by", "sift"], 2, "sift may not resolve"),
        (["silence", "dash", "anomalies", "--until", "2026-12-01", "--reason", "x"], 2, "anomalies-before-open"),
        (["silence", "dash", "anomalies-before-open", "--until", "soon", "--reason", "x"], 2, "Write it as 2026-12-01"),
        (["silence", "dash", "anomalies-before-open", "--until", "2026-12-01", "--reason", "x", "--by", "dash"], 2,
         "Allowed: bogdan and david."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_written(org: Shell, words: list[str], code: int, said: str) -> None:
    head = org.head()
    ran = org("escalate", *words, code=code)
    assert said in ran.err
    assert org.head() == head


def test_two_clones_that_both_add_to_one_are_brought_together(org: Shell) -> None:
    """What a run adds here and a person does there are both told; neither has to be settled by hand."""
    org.git("init", "-q", "--bare", "../hub.git")
    org.git("remote", "add", "origin", "../hub.git")
    org("sync")
    org.git("clone", "-q", "-b", "main", "../hub.git", "../other")
    other = org.at(org.folder.parent / "other")
    other("escalate", "ack", LOCKED, "--by", "bogdan", "--push")
    org("escalate", "open", "dash", "The ad account is locked", "--why", "A third failed.", "--by", "dash", "--push")
    (one,) = org("escalate", "list", "--json").json["escalations"]
    assert one["state"] == "acknowledged"
    assert sorted(event["what"] for event in one["events"]) == ["acknowledged", "again", "opened"]
    assert org("audit", "verify", "--full").code == 0
    assert "Orgtp-Seat: dash" in org.git("log", "-1", "--format=%B").out


def test_what_is_stale_is_escalated_and_settled_when_a_value_comes(sample: Shell) -> None:
    sample("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY)
    told = sample("stale", "--json", code=1, ORGTP_NOW=TUESDAY).json["stale"]
    found = sample("escalate", "list", "--json", ORGTP_NOW=TUESDAY).json["escalations"]
    assert {(one["seat"], one["metric"]) for one in found} == {(one["seat"], one["metric"]) for one in told}
    assert {one["kind"] for one in found} == {"stale"}
    head = sample.head()
    sample("escalate", "tick", "--by", "tally", ORGTP_NOW=TUESDAY)
    assert sample.head() == head
    later = TUESDAY.replace("12:00", "12:05")
    sample("score", "add", "radar", "briefing-by-8", "7:50am", "--by", "radar", ORGTP_NOW=later)
    sample("escalate", "tick", "--by", "tally", ORGTP_NOW=later)
    left = sample("escalate", "list", "--json", ORGTP_NOW=later).json["escalations"]
    assert {one["id"] for one in found} - {one["id"] for one in left} == {"2026-11-24-radar-briefing-by-8"}


def test_whoever_takes_it_on_has_a_name(org: Shell) -> None:
    said = org("escalate", "ack", LOCKED, code=2).err
    assert f"Name your seat: orgtp escalate ack {LOCKED} --by SEAT" in said


def test_an_id_may_be_short(org: Shell) -> None:
    assert org("escalate", "show", "2026-11-20-dash").out == org("escalate", "show", LOCKED).out
    org("escalate", "open", "dash", "The deck is late", "--by", "dash")
    said = org("escalate", "ack", "2026-11-20-dash", "--by", "bogdan", code=2).err
    assert f"Several ids begin with it: {LOCKED} and 2026-11-20-dash-the-deck-is-late." in said
    ran = org("escalate", "ack", "2026-11-20-dash-the-d", "--by", "bogdan")
    assert ran.out.endswith("2026-11-20-dash-the-deck-is-late acknowledged\n")


def test_a_narrow_terminal_has_every_word_of_it(org: Shell) -> None:
    lines = org("escalate", "list", COLUMNS="50").out.splitlines()
    assert lines == [
        "with bogdan (Bogdan): 1 escalation",
        "  open  due 2026-11-23 13:00",
        "    Dash: The ad account is locked",
        f"    {LOCKED}",
    ]
    assert max(map(len, lines)) <= 50


def test_what_is_silenced_is_seen(sample: Shell) -> None:
    """Penny's days to pay are the sample's stale number."""
    words = ["--until", "2026-12-01", "--reason", "The bank moves.", "--by", "janine"]
    owner = sample("seat", "show", "penny", "--json").json["seat"]["owner"]
    words[-1] = owner
    sample("escalate", "silence", "penny", "days-to-pay", *words)
    told = f"penny days-to-pay is silenced until 2026-12-01 by {owner}: The bank moves."
    assert sample("escalate", "list").out == f"nothing is open\n\n{told}\n"
    assert told in " ".join(sample("seat", "show", "penny").out.split())
    assert "(silenced until 2026-12-01)" in " ".join(sample("stale", code=1).out.split())
    row = {"seat": "penny", "metric": "days-to-pay", "until": "2026-12-01", "by": owner, "reason": "The bank moves."}
    assert sample("escalate", "list", "--json").json["silences"] == [row]
    assert sample("seat", "show", "penny", "--json").json["seat"]["silences"] == [row]
    assert [one["silenced"] for one in sample("stale", "--json", code=1).json["stale"]] == ["2026-12-01"]
    assert sample("escalate", "list", ORGTP_NOW="2026-12-02T12:00:00-05:00").out == "nothing is open\n"
