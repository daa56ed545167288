"""Rules of form about whole files, and about the lines of score files."""

from __future__ import annotations

from orgtp.model.problem import Severity
from orgtp.rules.rule import form_rule

FILES = (
    form_rule(
        "id-differs-by-case",
        "Two files or folders of the org whose paths differ only by case.",
        "Disks on a Mac and on Windows do not tell the two apart: a checkout there keeps one of them, and the\n"
        "other is lost without a word. Ids are in lower case for the same reason.",
        "seats/Dash.yaml\nseats/dash.yaml",
        "seats/dash.yaml",
        "rename one of the two, or take it out.",
    ),
    form_rule(
        "not-a-file",
        "A link, a submodule, a device or a locked file where a file belongs.",
        "orgtp reads the files of the org and nothing else. A link may lead out of the repository, a pipe may\n"
        "never end, and what a submodule holds is another repository's record.",
        "seats/dash.yaml -> ../../elsewhere/dash.yaml",
        "seats/dash.yaml",
        "put the file itself there; if it is one, let it be read (`chmod a+r`).",
    ),
    form_rule(
        "seat-file-name",
        "A file in `seats/` that is no seat.",
        "Whoever opens `seats/` sees the whole organisation: a file for each seat, named for its id, and nothing\n"
        "else. A seat in a file of another name is on no chart, and nobody answers for it.",
        "seats/dash.yml\nseats/team/radar.yaml\nseats/notes.txt",
        "seats/dash.yaml\nseats/radar.yaml\nseats/README.md",
        "name it `seats/SEAT.yaml`, or move it elsewhere in the repository. `README.md` and dot-files may stay.",
    ),
    form_rule(
        "score-malformed",
        "A line of a score file that is no record.",
        "Each line is one JSON object with the keys `id`, `at`, `metric`, `period` and `value`, each a text in\n"
        "double quotes (`value` may be null). A line that cannot be read holds a value that nobody sees.",
        '{"id":"a","at":"2026-11-20","metric":"calls-booked","period":"2026-W47","value":12}',
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}',
        "restore the line from git (`git log -p -- FILE`), or take it out if it was never committed.",
    ),
    form_rule(
        "score-no-newline",
        "A score file whose last line has no newline.",
        "Every line ends with a newline, so that the next one begins on a line of its own. One that does not may\n"
        "have been cut short when a disk was full or a process was ended.",
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-bo',
        '{"id":"a","at":"2026-11-20T13:00:02Z","metric":"calls-booked","period":"2026-W47","value":"12"}',
        "add a newline at the end; if the line was cut short, write the value again with `orgtp score add`.",
    ),
    form_rule(
        "signer-malformed",
        "A line of `policy/allowed_signers` that is not the key of one seat.",
        "The file says whose signature a commit carries, and with that who may change what. It has git's own\n"
        "format, held strictly: a line is a seat's id, options if need be, and a public key. Patterns and\n"
        "certificate authorities let in whom the file does not name, so they give nobody a right. Options are\n"
        "`namespaces`, `valid-after` and `valid-before` (in UTC). `policy/forges.asc` holds OpenPGP public keys.",
        "*@example.com ssh-ed25519 AAAAC3Nz…\ndash cert-authority ssh-ed25519 AAAAC3Nz…",
        'dash ssh-ed25519 AAAAC3Nz… the desk\ndavid namespaces="git" ssh-ed25519 AAAAC3Nz…',
        "write the seat's id and, after it, what ssh-keygen wrote into the `.pub` file.",
    ),
    form_rule(
        "too-large",
        "A score file of more than 8 MiB or 100,000 lines.",
        "A score file holds the values of one seat and one calendar month, which is a few kilobytes. One that is\n"
        "larger is a mistake or meant to make readers fall over, so it is not read at all.",
        "scores/dash/2026-11.jsonl      1,073,741,824 bytes",
        "scores/dash/2026-11.jsonl      12,288 bytes",
        "see what wrote so much there (`git log -p -- FILE`), and take it out before it is committed.",
    ),
    form_rule(
        "unknown-file",
        "A file in `scores/`, `retirements/` or `escalations/` that orgtp does not read.",
        "What looks like a value or a record and is not read misleads whoever looks at the repository. The month\n"
        "in a score file's name is 01 to 12, and the folder is named for the seat.",
        "scores/dash/2026-13.jsonl\nscores/2026-11.jsonl\nretirements/jeff.md",
        "scores/dash/2026-12.jsonl\nscores/dash/2026-11.jsonl\nretirements/jeff.yaml",
        "rename it, or move it elsewhere in the repository. `README.md` and dot-files may stay.",
        Severity.WARNING,
    ),
    form_rule(
        "schema",
        "A file that its JSON Schema refuses.",
        "Editors and other tools check the files by the schemas that orgtp ships. Mostly one of orgtp's own rules\n"
        "says the same in plainer words; this one is told where none does.",
        "name: Dash\nmission: 12",
        'name: Dash\nmission: "12"',
        "write what the schema allows: `orgtp schema seat` (or `org`, `retirement`, `escalation`) prints it.",
    ),
)
