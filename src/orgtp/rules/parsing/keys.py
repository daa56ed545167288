"""Rules of form about the keys of a YAML file and what stands under them."""

from __future__ import annotations

from orgtp.rules.rule import form_rule

KEYS = (
    form_rule(
        "bad-branch",
        "A name under `branch` that git has for no branch.",
        "`branch` in org.yaml names the ledger branch, on which recorded actions land. Under a name that git\n"
        "refuses, nothing can be recorded.",
        "branch: -main\nbranch: release..now",
        "branch: main",
        "write a plain name, such as `main`.",
    ),
    form_rule(
        "bad-cadence",
        "A cadence that is none of the six.",
        "The cadence says how often a metric has a value, and so when one is late. It is hourly, daily, weekdays,\n"
        "weekly, monthly or quarterly.",
        "cadence: biweekly",
        "cadence: weekly",
        "write one of the six words; for anything else take the next finer one.",
    ),
    form_rule(
        "bad-date",
        "A date that is no day of the calendar, or is not written as year-month-day.",
        "Of 03/02/2026 half of the world reads February and the other half March. There is one way to write a\n"
        "day, and it sorts.",
        "since: 03/02/2026\nreview_by: 2026-02-30",
        "since: 2026-02-03\nreview_by: 2026-02-28",
        "write it as 2026-11-20.",
    ),
    form_rule(
        "bad-due",
        "A due time that is none, or that does not fit the cadence.",
        "`due` says when a value is there at the latest, once its period is over: a time of day for daily and\n"
        "weekdays metrics, with a weekday before it for weekly, monthly and quarterly ones. An hourly value is due at\n"
        "the end of its hour. A due time that cannot be kept would make every value late, or none.",
        "cadence: weekly\ndue: 9 o'clock",
        "cadence: weekly\ndue: mon 09:00",
        "write `09:00` (daily, weekdays) or `mon 09:00` (weekly and slower), or take the line out.",
    ),
    form_rule(
        "bad-duration",
        "A time span that is no duration.",
        "`policy.grace` says how late a value may be before it is stale, and `policy.escalation` how long trouble may\n"
        "stay where it is. Both are written in days, hours, minutes and seconds.",
        "policy:\n  grace: one hour",
        "policy:\n  grace: 1h30m",
        "write it as 1h, 30m or 1h30m.",
    ),
    form_rule(
        "bad-email",
        "An email that is no address.",
        "`email` ties the author of a git commit to a seat, so it is the bare address that git has under\n"
        "`user.email`.",
        "email: Dash <dash@example.com>",
        "email: dash@example.com",
        "write the address alone.",
    ),
    form_rule(
        "bad-escalation",
        "A word of an escalation that is not known.",
        "An escalation has a kind (source, stale or issue), a severity (low, normal or high) and a state (open,\n"
        "acknowledged or resolved); what happened to it has a word, too. Routes ask for the first two.",
        "severity: urgent\nstate: closed",
        "severity: high\nstate: resolved",
        "write one of the words that the message lists.",
    ),
    form_rule(
        "bad-hours",
        "Working hours that are none.",
        "`policy.escalation.hours` says when people work, from Monday to Friday on the org's own clock. An escalation\n"
        "goes a step up after so much working time, and never outside of it.",
        "policy:\n  escalation:\n    hours: 9-17",
        "policy:\n  escalation:\n    hours: 09:00..17:00",
        "write two times of day, the earlier one first: 09:00..17:00. A whole day is 00:00..24:00.",
    ),
    form_rule(
        "bad-id",
        "An id that is not lower-case letters, digits and dashes.",
        "An id is a file's name, a word on the command line and a part of other files, so it is the same on every\n"
        "system: a lower-case letter, then up to 62 of a-z, 0-9 and -.",
        "seat: Dash_2\nowner: Bogdan Ivanov",
        "seat: dash-2\nowner: bogdan",
        "write the id that the message suggests; what people read goes under `name`.",
    ),
    form_rule(
        "bad-kind",
        "A kind that is neither human nor agent.",
        "Everything else about a seat is the same for both, but a person can own a seat and decide a retirement,\n"
        "and an agent cannot. So the file says which it is.",
        "kind: bot",
        "kind: agent",
        "write `human` or `agent`.",
    ),
    form_rule(
        "bad-moment",
        "A text that is no moment in UTC.",
        "When an escalation was opened, when it is due and when something happened to it are moments, to the second.\n"
        "They are written in UTC, so that they sort and mean the same everywhere, and in quotes, because some readers\n"
        "of YAML make something else of them.",
        "due: tomorrow at nine\nopened_at: 2026-11-20 13:00",
        'due: "2026-11-20T14:00:00Z"\nopened_at: "2026-11-20T13:00:02Z"',
        'write it as "2026-11-20T13:00:02Z".',
    ),
    form_rule(
        "bad-period",
        "A text that names no period.",
        "What a metric ended on stands in the retirement record with its period: an hour, a day, a week, a month\n"
        "or a quarter.",
        'results:\n  calls-booked: {last: "12", period: week 47}',
        'results:\n  calls-booked: {last: "12", period: 2026-W47}',
        "write it as 2026-11-20T14, 2026-11-20, 2026-W47, 2026-11 or 2026-Q4.",
    ),
    form_rule(
        "bad-revision",
        "What stands where the id of a commit belongs is none.",
        "From which commit on signatures are asked for must mean the same tomorrow. A branch or a tag moves; the id\n"
        "of a commit does not. It is written in quotes, because one of digits alone is a number without them.",
        "policy:\n  require_signatures_since: main",
        'policy:\n  require_signatures_since: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"',
        "write what `git rev-parse HEAD` prints, in quotes.",
    ),
    form_rule(
        "bad-rollup",
        "A rollup that is not known, or that values of this kind do not have.",
        "The rollup says how finer values make one cell of a coarser grid: last, sum, mean, min, max or hits.\n"
        "Percentages and times of day have no sum, and a yes has no mean.",
        'target: ">= 95%"\nrollup: sum',
        'target: ">= 95%"\nrollup: mean',
        "use `hits` (how many were on target), `last`, `min` or `max`.",
    ),
    form_rule(
        "bad-status",
        "A status that is none of the five.",
        "A seat is proposed, active, paused, vacant or retired. Who is on the chart, and who has to have an\n"
        "owner, depends on it.",
        "status: on leave",
        "status: paused",
        "write one of the five words; `retired` is written by `orgtp retire`.",
    ),
    form_rule(
        "bad-target",
        "A target that no value can be judged by.",
        "A metric is on target or it is not, and nobody argues. That takes a comparison with a number, a\n"
        "percentage, an amount, a duration, a time of day, or a plain yes or no.",
        "target: as many as possible\ntarget: 95%",
        'target: ">= 40"\ntarget: ">= 95%"',
        'write it as ">= 12", "<= 1h", "10..20", ">= USD 185000", "by 08:00" or "yes".',
    ),
    form_rule(
        "bad-timezone",
        "A time zone that the IANA database does not have.",
        "Days and weeks begin at midnight in the org's zone, and summer time moves it. Of short forms the database\n"
        "has a few, such as EST, which has no summer time: a region and a city say what is meant.",
        "timezone: New York",
        "timezone: America/New_York",
        "write the IANA name, a region and a city.",
    ),
    form_rule(
        "empty-text",
        "A key with an empty text.",
        "A key that is there says something. An empty one looks as if somebody had meant to come back.",
        'mission: ""',
        "mission: Finds what moved in ad spend and tells the people who decide.",
        "write the text; a key that may be missing can be taken out.",
    ),
    form_rule(
        "holiday-twice",
        "A holiday that stands in the list twice.",
        "On a holiday nothing is due for weekdays metrics. Of a day that is there twice, one was meant to be another,\n"
        "and on that one people will be chased.",
        "holidays: [2026-12-25, 2026-12-25]",
        "holidays: [2026-12-25, 2026-12-26]",
        "write the day that was meant, or take one of the two out.",
    ),
    form_rule(
        "missing-key",
        "A file without a key that it must have.",
        "A seat has at least `seat`, `name`, `role`, `kind` and `status`; a metric `name`, `outcome`, `target`\n"
        "and `cadence`. Without them it cannot be shown, or nobody knows what it is for.",
        "seat: dash\nkind: agent\nstatus: active",
        "seat: dash\nname: Dash\nrole: Analytics\nkind: agent\nstatus: active",
        "add the line that the message shows.",
    ),
    form_rule(
        "unknown-key",
        "A key that orgtp does not know.",
        "A mistyped key is a key that is left out: `ownr: bogdan` gives a seat no owner. So none is passed over\n"
        "in silence.",
        "ownr: bogdan",
        "owner: bogdan\nx-cost-centre: 4711",
        "correct it; a key of your own begins with `x-` and is kept as it is.",
    ),
    form_rule(
        "wrong-type",
        "A value of another type than belongs there.",
        "Where a text belongs a number, a list or nothing at all stands; or the whole file holds no keys. YAML\n"
        "takes 12 and true for a number and a truth, unless they are in quotes.",
        "name: 12\nmetrics: none",
        'name: "12"\nmetrics: {}',
        "write what the message asks for, in quotes where it is a text.",
    ),
)
