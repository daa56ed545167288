"""Format rules for the keys of a YAML file and their values."""

from __future__ import annotations

from orgtp.model.problem import Severity
from orgtp.rules.rule import form_rule

KEYS = (
    form_rule(
        "alias-twice",
        "A seat has the same alias twice.",
        "`aliases` lists what other systems call the seat. If one is listed twice, another one was probably meant.",
        "aliases: [D-0117, D-0117]",
        "aliases: [D-0117, dash@crm]",
        "write the alias that was meant, or remove one of the two.",
    ),
    form_rule(
        "bad-branch",
        "`branch` is not a valid branch name.",
        "`branch` in org.yaml names the ledger branch, where actions are recorded. If git rejects the name,\n"
        "nothing can be recorded.",
        "branch: -main\nbranch: release..now",
        "branch: main",
        "write a plain name, such as `main`.",
    ),
    form_rule(
        "bad-cadence",
        "A cadence is not one of the six allowed words.",
        "The cadence says how often a metric has a value, and so when a value is late. It is hourly, daily,\n"
        "weekdays, weekly, monthly or quarterly.",
        "cadence: biweekly",
        "cadence: weekly",
        "use one of the six words; for any other interval, use the next shorter one.",
    ),
    form_rule(
        "bad-date",
        "A date does not exist, or is not written as year-month-day.",
        "Half of the world reads 03/02/2026 as February, the other half as March. The ISO form means the same\n"
        "everywhere, and it sorts.",
        "since: 03/02/2026\nreview_by: 2026-02-30",
        "since: 2026-02-03\nreview_by: 2026-02-28",
        "write it as 2026-11-20.",
    ),
    form_rule(
        "bad-due",
        "A due time is not valid, or does not match the cadence.",
        "`due` of a metric, and `policy.due` for each cadence, say by when a value must be recorded after its\n"
        "period has ended: a time of day for daily and weekdays metrics, with a weekday before it for weekly ones,\n"
        "and with a weekday or a day of the month for monthly and quarterly ones. An hourly value is due at the end\n"
        "of its hour. A wrong due time would make every value late, or none.",
        "cadence: weekly\ndue: 9 o'clock",
        "cadence: weekly\ndue: mon 09:00",
        "write `09:00` (daily, weekdays), `mon 09:00` (weekly and slower) or `5 09:00` (monthly, quarterly).",
    ),
    form_rule(
        "bad-duration",
        "A duration is not valid.",
        "`policy.grace` says how late a value may be before it is stale, and `policy.escalation` how long an\n"
        "escalation may wait before it moves up. Both are written in days, hours, minutes and seconds.",
        "policy:\n  grace: one hour",
        "policy:\n  grace: 1h30m",
        "write it as 1h, 30m or 1h30m.",
    ),
    form_rule(
        "bad-email",
        "An email is not a plain address.",
        "`email` links the author of a git commit to a seat, so it is the plain address that git has in\n`user.email`, "
        "or a list of such addresses.",
        "email: Dash <dash@example.com>",
        "email: dash@example.com",
        "write only the address.",
    ),
    form_rule(
        "bad-ends",
        "The end of a metric is not one of its periods.",
        "`ends` is the last period for which a value is owed, so it is a period of the metric's cadence: a week for a\n"
        "weekly metric. From a day or a month, nobody could tell whether the week around it is still owed.",
        "cadence: weekly\nends: 2026-12",
        "cadence: weekly\nends: 2026-W50",
        "write the last period for which a value is owed, in the metric's cadence.",
    ),
    form_rule(
        "bad-escalation",
        "The kind, severity, state or an event of an escalation is not a known word.",
        "An escalation has a kind (source, stale or issue), a severity (low, normal or high), a state (open,\n"
        "acknowledged or resolved), and events of known types. Routes match the kind and the severity.",
        "severity: urgent\nstate: closed",
        "severity: high\nstate: resolved",
        "use one of the words that the message lists.",
    ),
    form_rule(
        "bad-hours",
        "The working hours are not valid.",
        "`policy.escalation.hours` says when people work, from Monday to Friday in the org's time zone. Deadlines of\n"
        "escalations count working time only, and escalations move up only during it.",
        "policy:\n  escalation:\n    hours: 9-17",
        "policy:\n  escalation:\n    hours: 09:00..17:00",
        "write two times of day, the earlier one first: 09:00..17:00. A whole day is 00:00..24:00.",
    ),
    form_rule(
        "bad-holder",
        "A holder of a seat is neither a person nor vacant.",
        "`holders` says who holds a seat from which day on: a person with a name and perhaps an address, or the word\n"
        "vacant if nobody does.",
        "holders: {2026-08-01: Gwen Ito}",
        "holders: {2026-08-01: {name: Gwen Ito, email: gwen@example.com}}",
        "write `{name: NAME}`, or `vacant`.",
    ),
    form_rule(
        "bad-id",
        "An id has characters other than lower-case letters, digits and dashes.",
        "An id is a file name, a word on the command line and a reference in other files, so it must be the same on\n"
        "every system: a lower-case letter, then up to 62 of a-z, 0-9 and -.",
        "seat: Dash_2\nowner: Bogdan Ivanov",
        "seat: dash-2\nowner: bogdan",
        "use the id that the message suggests; `name` is what people read.",
    ),
    form_rule(
        "bad-kind",
        "A kind is neither human nor agent.",
        "A person can own a seat and decide a retirement, and an agent cannot. So the file says which it is.\n"
        "Everything else about a seat is the same for both.",
        "kind: bot",
        "kind: agent",
        "write `human` or `agent`.",
    ),
    form_rule(
        "bad-moment",
        "A timestamp is not a UTC time.",
        "The times in an escalation (when it was opened, when it is due, and when each event happened) are in UTC, to\n"
        "the second, so that they sort and mean the same everywhere. They are in quotes, because some YAML readers\n"
        "turn them into other types.",
        "due: tomorrow at nine\nopened_at: 2026-11-20 13:00",
        'due: "2026-11-20T14:00:00Z"\nopened_at: "2026-11-20T13:00:02Z"',
        'write it as "2026-11-20T13:00:02Z".',
    ),
    form_rule(
        "bad-per",
        "A metric cannot be judged in such cells.",
        "A metric is judged per day, week, month or quarter, and a cell must be at least as long as the period of one\n"
        "value. With the rollup hits, allow_misses says how many values of a cell may be off target or unknown.",
        "cadence: weekly\nper: day",
        "cadence: daily\nper: week\nrollup: hits\nallow_misses: 1",
        "write `per: day`, `week`, `month` or `quarter`, and use `allow_misses` with `rollup: hits` only.",
    ),
    form_rule(
        "bad-period",
        "A text does not name a period.",
        "A retirement record has the last value of each metric, with its period: an hour, a day, a week, a month\n"
        "or a quarter.",
        'results:\n  calls-booked: {last: "12", period: week 47}',
        'results:\n  calls-booked: {last: "12", period: 2026-W47}',
        "write it as 2026-11-20T14, 2026-11-20, 2026-W47, 2026-11 or 2026-Q4.",
    ),
    form_rule(
        "bad-rebase",
        "The period with which a new phase begins is not one.",
        "`rebase` says from which period on a metric is a new one for `orgtp health`: its limits are computed again\n"
        "from there. A text that is no period begins no phase, so the old limits go on.",
        "rebase:\n  week 41: new ad API",
        "rebase:\n  2026-W41: new ad API",
        "write the period as 2026-W41, 2026-11, 2026-Q4 or 2026-11-20.",
        Severity.WARNING,
    ),
    form_rule(
        "bad-revision",
        "`require_signatures_since` is not a commit id.",
        "The commit after which signatures are required must not change. A branch or a tag can move; a commit id\n"
        "cannot. It is in quotes, because YAML reads an id of digits alone as a number.",
        "policy:\n  require_signatures_since: main",
        'policy:\n  require_signatures_since: "4b825dc642cb6eb9a060e54bf8d69288fbee4904"',
        "write what `git rev-parse HEAD` prints, in quotes.",
    ),
    form_rule(
        "bad-record",
        "The state or an event of a record, such as a to-do, is not a known word.",
        "A to-do is open, working, waiting, done, failed or dropped, and each of its events is one of the actions\n"
        "that docs/todos.md lists. Other records have words of their own.",
        "state: finished",
        "state: done",
        "use one of the words that the message lists.",
    ),
    form_rule(
        "bad-rollup",
        "A rollup is not known, or does not work for this kind of value.",
        "The rollup says how the values of shorter periods are combined into one of a longer period: last, sum,\n"
        "mean, min, max or hits. Percentages and times of day have no sum, and yes/no values have no mean.",
        'target: ">= 95%"\nrollup: sum',
        'target: ">= 95%"\nrollup: mean',
        "use `hits` (how many were on target), `last`, `min` or `max`.",
    ),
    form_rule(
        "bad-status",
        "A status is not one of the five allowed words.",
        "A seat is proposed, active, paused, vacant or retired. The status decides whether the seat is on the\n"
        "chart, and whether it needs an owner.",
        "status: on leave",
        "status: paused",
        "use one of the five words; only `orgtp retire` writes `retired`.",
    ),
    form_rule(
        "bad-runs-from",
        "The place of a file that defines an agent is not valid.",
        "`runs_from` says which file of which repository defines an agent, so that `orgtp discover` knows the agent\n"
        "again. `repo` is the address of the repository without a scheme and a user, `path` is relative to its root,\n"
        "and `sha256` is the hash of the file when the seat was last reviewed. Each place has one spelling only.",
        "runs_from:\n  - repo: https://bot:token@git.example.com/acme/agents\n    path: ../dash.md",
        "runs_from:\n  - repo: git.example.com/acme/agents\n    path: agents/dash.md",
        "write the part that the message names as its hint says.",
    ),
    form_rule(
        "bad-target",
        "A target cannot be used to judge a value.",
        "A metric is either on target or off target, without room for argument. So a target is a comparison with a\n"
        "number, a percentage, an amount, a duration or a time of day, or simply yes or no.",
        "target: as many as possible\ntarget: 95%",
        'target: ">= 40"\ntarget: ">= 95%"',
        'write it as ">= 12", "<= 1h", "10..20", ">= USD 185000", "by 08:00" or "yes".',
    ),
    form_rule(
        "bad-timezone",
        "A time zone is not in the IANA database.",
        "Days and weeks begin at midnight in the org's time zone, which may have daylight saving time. Abbreviations\n"
        "such as EST do not; a region and a city are unambiguous.",
        "timezone: New York",
        "timezone: America/New_York",
        "use the IANA name, a region and a city.",
    ),
    form_rule(
        "bad-version",
        "The files have a version of the formats that this orgtp cannot read.",
        "A newer orgtp may have written keys that this one does not know, so its answers could be wrong.",
        "orgtp: 2",
        "orgtp: 1",
        "install a newer orgtp, or write the version that the files have.",
    ),
    form_rule(
        "empty-text",
        "A key has an empty text.",
        "A key without a value looks unfinished.",
        'mission: ""',
        "mission: Finds what moved in ad spend and tells the people who decide.",
        "write the text, or remove the key if it is optional.",
    ),
    form_rule(
        "holiday-twice",
        "A holiday is in the list twice.",
        "On a holiday, nothing is due for weekdays metrics. If a day is listed twice, another day was probably meant,\n"
        "and people will be reminded on that day.",
        "holidays: [2026-12-25, 2026-12-25]",
        "holidays: [2026-12-25, 2026-12-26]",
        "write the day that was meant, or remove one of the two.",
    ),
    form_rule(
        "missing-key",
        "A required key is missing.",
        "A seat has at least `seat`, `name`, `role`, `kind` and `status`; a metric has at least `name`, `outcome`,\n"
        "`target` and `cadence`. Without them it cannot be shown, or nobody knows what it is for.",
        "seat: dash\nkind: agent\nstatus: active",
        "seat: dash\nname: Dash\nrole: Analytics\nkind: agent\nstatus: active",
        "add the line that the message shows.",
    ),
    form_rule(
        "unknown-key",
        "orgtp does not know a key.",
        "A misspelled key has no effect: `ownr: bogdan` gives a seat no owner. So orgtp does not silently ignore\n"
        "unknown keys.",
        "ownr: bogdan",
        "owner: bogdan\nx-cost-centre: 4711",
        "correct it; begin keys of your own with `x-`, and orgtp keeps them as they are.",
    ),
    form_rule(
        "wrong-type",
        "A value has the wrong type.",
        "A number, a list or nothing is where a text belongs, or the file has no keys at all. YAML reads 12 and\n"
        "true as a number and a Boolean unless they are in quotes.",
        "name: 12\nmetrics: none",
        'name: "12"\nmetrics: {}',
        "write what the message asks for, in quotes if it is a text.",
    ),
)
