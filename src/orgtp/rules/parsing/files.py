"""Format rules for whole files and for the lines of score files."""

from __future__ import annotations

from orgtp.model.problem import Severity
from orgtp.rules.rule import form_rule

FILES = (
    form_rule(
        "id-differs-by-case",
        "The paths of two files or folders differ only by case.",
        "File systems on macOS and Windows do not distinguish them: a checkout there silently keeps only one of\n"
        "them. Ids are lower-case for the same reason.",
        "seats/Dash.yaml\nseats/dash.yaml",
        "seats/dash.yaml",
        "rename or remove one of the two.",
    ),
    form_rule(
        "not-a-file",
        "A link, a submodule, a device or an unreadable file is where a file belongs.",
        "orgtp reads only the files of the org. A link may lead out of the repository, a pipe may never end, and\n"
        "a submodule belongs to another repository.",
        "seats/dash.yaml -> ../../elsewhere/dash.yaml",
        "seats/dash.yaml",
        "put the file itself there; if it is a file, make it readable (`chmod a+r`).",
    ),
    form_rule(
        "seat-file-name",
        "A file in `seats/` is not a seat.",
        "`seats/` shows the whole organisation: one file per seat, named after its id, and nothing else. A seat\n"
        "in a file with another name is not on the chart, and nobody answers for it.",
        "seats/dash.yml\nseats/team/radar.yaml\nseats/notes.txt",
        "seats/dash.yaml\nseats/radar.yaml\nseats/README.md",
        "rename it to `seats/SEAT.yaml`, or move it elsewhere in the repository. `README.md` and dotfiles may stay.",
    ),
    form_rule(
        "explanation-malformed",
        "A line of `audit/explained.jsonl` is not an explanation.",
        "Each line is one JSON object with the keys `at`, `commit`, `rule`, `reason` and `decided_by`, each a string,\n"
        "and `path` if the violation is about a file. The audit does not use a line that cannot be read.",
        '{"at":"2026-11-20T13:00:02Z","commit":"4b825dc","rule":"seat-deleted","reason":"","decided_by":"david"}',
        '{"at":"2026-11-20T13:00:02Z","commit":"4b825dc642cb6eb9a060e54bf8d69288fbee4904","rule":"seat-deleted",…}',
        "let orgtp write the line: `orgtp audit explain COMMIT PATH --reason TEXT --decided-by SEAT`.",
    ),
    form_rule(
        "delivery-malformed",
        "A line in `briefings/` is not a delivery.",
        "Each line is one JSON object with the keys `id`, `at`, `to` and `day`, each a string. If it cannot be read\n"
        "who had a briefing, somebody may get a second one, or nobody notices that one is missing.",
        '{"id":"a","at":"2026-11-20 07:46","to":"ada","day":"2026-11-20"}',
        '{"id":"a","at":"2026-11-20T12:46:00Z","to":"ada","day":"2026-11-20"}',
        "let orgtp write the line: `orgtp brief --send`.",
    ),
    form_rule(
        "score-malformed",
        "A line of a score file is not a record.",
        "Each line is one JSON object with the keys `id`, `at`, `metric`, `period` and `value`, each a string\n"
        "(`value` may be null). Nobody sees a value in a line that cannot be read.",
        '{"id":"a","at":"2026-11-20","metric":"calls-booked","period":"2026-W47","value":12}',
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}',
        "restore the line from git (`git log -p -- FILE`), or remove it if it was never committed.",
    ),
    form_rule(
        "score-no-newline",
        "The last line of a score file has no newline.",
        "Every line ends with a newline, so that the next record begins on its own line. A line without one may\n"
        "have been cut off because the disk was full or the process was killed.",
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-bo',
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}',
        "add a newline at the end; if the line was cut off, record the value again with `orgtp score add`.",
    ),
    form_rule(
        "signer-malformed",
        "A line of `policy/allowed_signers` is not the key of one seat.",
        "The file says whose key signed a commit, and so who may change what. It uses a strict form of git's own\n"
        "format: a line is a seat's id, options if needed, and a public key. Patterns and certificate authorities\n"
        "admit signers that the file does not name, so they are not allowed. The options are `namespaces`,\n"
        "`valid-after` and `valid-before` (in UTC). `policy/forges.asc` holds OpenPGP public keys.",
        "*@example.com ssh-ed25519 AAAAC3Nz…\ndash cert-authority ssh-ed25519 AAAAC3Nz…",
        'dash ssh-ed25519 AAAAC3Nz… the desk\ndavid namespaces="git" ssh-ed25519 AAAAC3Nz…',
        "write the seat's id, followed by the contents of the `.pub` file that ssh-keygen wrote.",
    ),
    form_rule(
        "too-large",
        "A score file has more than 8 MiB or 100,000 lines.",
        "A score file holds the values of one seat for one calendar month, usually a few kilobytes. A much larger\n"
        "file is a mistake or an attack, so orgtp does not read it.",
        "scores/dash/2026-11.jsonl      1,073,741,824 bytes",
        "scores/dash/2026-11.jsonl      12,288 bytes",
        "find out what wrote so much (`git log -p -- FILE`), and remove it before it is committed.",
    ),
    form_rule(
        "unknown-file",
        "orgtp does not read a file in `scores/`, `retirements/` or `escalations/`.",
        "A file that looks like a record but is not read misleads people. The month in the name of a score file\n"
        "is 01 to 12, and its folder is named after the seat.",
        "scores/dash/2026-13.jsonl\nscores/2026-11.jsonl\nretirements/jeff.md",
        "scores/dash/2026-12.jsonl\nscores/dash/2026-11.jsonl\nretirements/jeff.yaml",
        "rename it, or move it elsewhere in the repository. `README.md` and dotfiles may stay.",
        Severity.WARNING,
    ),
    form_rule(
        "schema",
        "A file does not match its JSON Schema.",
        "Editors and other tools check the files with the schemas that orgtp ships. Usually another rule of orgtp\n"
        "reports the same problem more clearly; this rule reports what no other rule does.",
        "name: Dash\nmission: 12",
        'name: Dash\nmission: "12"',
        "write what the schema allows: `orgtp schema seat` (or `org`, `retirement`, `escalation`) prints it.",
    ),
)
