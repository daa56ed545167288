"""Rules of form about YAML: the strict part of it that every reader takes the same way."""

from __future__ import annotations

from orgtp.rules.rule import form_rule

YAML = (
    form_rule(
        "yaml-alias",
        "An anchor or an alias (`&`, `*`).",
        "A value that stands elsewhere cannot be reviewed where it is used, and aliases of aliases make a file of\n"
        "a few lines fill a machine's memory.",
        "owner: &boss bogdan\nreports_to: *boss",
        "owner: bogdan\nreports_to: bogdan",
        "write the value out. A text that begins with `*` or `&` stands in quotes.",
    ),
    form_rule(
        "yaml-directive",
        "A directive (`%`).",
        "Directives change how the rest of the file is read, and readers differ in which of them they know.",
        "%YAML 1.1\n---\nseat: dash",
        "seat: dash",
        "remove the line that begins with `%`.",
    ),
    form_rule(
        "yaml-duplicate-key",
        "A key that stands twice in one group.",
        "Some readers take the first, some the last, and a person takes the one that is on the screen.",
        "owner: bogdan\nrole: Analytics\nowner: dana",
        "owner: dana\nrole: Analytics",
        "keep one of the two.",
    ),
    form_rule(
        "yaml-empty",
        "A YAML file with nothing in it.",
        "A seat whose file is empty is neither there nor gone. Mostly a write that was cut short left it so.",
        "# seats/dash.yaml",
        "# seats/dash.yaml\nseat: dash\nname: Dash",
        "write the keys, bring them back from git (`git checkout -- FILE`), or remove the file.",
    ),
    form_rule(
        "yaml-key",
        "A key that is no text.",
        "`true`, `null` and lists can be keys in YAML, and then every reader names them differently. Here a key\n"
        "is a text.",
        "capabilities:\n  true: Says yes.",
        'capabilities:\n  "true": Says yes.',
        "put the key in quotes, or write it before the colon.",
    ),
    form_rule(
        "yaml-many-documents",
        "A second document in one file (`---`).",
        "A file holds one seat, one record or one org. Most readers look at the first document only, and what\n"
        "stands in the second is never seen.",
        "seat: dash\n---\nseat: radar",
        "seat: dash",
        "keep one document a file; the second goes into a file of its own.",
    ),
    form_rule(
        "yaml-merge",
        "A merge key (`<<`).",
        "Merge keys were never part of YAML 1.2: some readers fill in what they name, and some have a key of that\n"
        "name.",
        "metrics:\n  b: {<<: {cadence: weekly}, name: B}",
        "metrics:\n  b: {cadence: weekly, name: B}",
        "write the keys out.",
    ),
    form_rule(
        "yaml-not-utf8",
        "A YAML file that is not UTF-8 text.",
        "Saved in another encoding, a name with an accent is a different name on every machine.",
        "name: Ren\\xe9e            (saved as Latin-1)",
        "name: Renée",
        "save the file as UTF-8; `iconv -f latin1 -t utf-8` turns one into the other.",
    ),
    form_rule(
        "yaml-syntax",
        "A file that is not YAML.",
        "A quote that is not closed, a colon in a text, a tab where blanks belong: from there on nobody can say\n"
        "what the file means, so nothing of it is used. The rest of the org still loads.",
        "mission: Ads: what moved",
        'mission: "Ads: what moved"',
        "do what the message says; a text with a colon, or one that begins with a sign, stands in quotes.",
    ),
    form_rule(
        "yaml-tag",
        "A tag (`!`).",
        "Tags tell a reader to build a value of some type, and there are readers that run programs when told so.\n"
        "A text is a text here.",
        "mission: !!python/name:os.system",
        'mission: "!important: finds what moved"',
        "remove the tag. A text that begins with `!` stands in quotes.",
    ),
    form_rule(
        "yaml-too-deep",
        "A value nested deeper than 32 levels.",
        "A seat has five levels at most. Deep nesting is a mistake, or meant to make readers fall over.",
        "x-own: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "x-own: [1]",
        "write it with fewer levels.",
    ),
    form_rule(
        "yaml-too-large",
        "A YAML file of more than 256 KiB or 20,000 lines and items.",
        "A seat is a page that a person reads. A file that is larger is not read at all, so that one file cannot\n"
        "keep the others waiting.",
        "seats/dash.yaml      3,145,728 bytes",
        "seats/dash.yaml      2,048 bytes",
        "keep in the file what its seat needs; numbers go into `scores/`.",
    ),
)
