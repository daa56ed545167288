"""Format rules for YAML: the strict subset that every reader understands in the same way."""

from __future__ import annotations

from orgtp.rules.rule import form_rule

YAML = (
    form_rule(
        "yaml-alias",
        "A file has an anchor or an alias (`&`, `*`).",
        "You cannot review an aliased value where it is used, and aliases of aliases can make a file of a few\n"
        "lines fill the memory of a machine.",
        "owner: &boss bogdan\nreports_to: *boss",
        "owner: bogdan\nreports_to: bogdan",
        "write the value out. Put a text that begins with `*` or `&` in quotes.",
    ),
    form_rule(
        "yaml-directive",
        "A file has a directive (`%`).",
        "Directives change how the rest of the file is read, and readers support different ones.",
        "%YAML 1.1\n---\nseat: dash",
        "seat: dash",
        "remove the line that begins with `%`.",
    ),
    form_rule(
        "yaml-duplicate-key",
        "A key occurs twice in one mapping.",
        "Some readers use the first, some the last, and a person uses the one on the screen.",
        "owner: bogdan\nrole: Analytics\nowner: dana",
        "owner: dana\nrole: Analytics",
        "keep one of the two.",
    ),
    form_rule(
        "yaml-empty",
        "A YAML file is empty.",
        "A seat with an empty file neither exists nor is gone. Usually, an interrupted write left the file empty.",
        "# seats/dash.yaml",
        "# seats/dash.yaml\nseat: dash\nname: Dash",
        "write the keys, restore the file from git (`git checkout -- FILE`), or remove it.",
    ),
    form_rule(
        "yaml-key",
        "A key is not a text.",
        "YAML allows `true`, `null` and lists as keys, but readers treat them differently. In orgtp, a key is a\ntext.",
        "capabilities:\n  true: Says yes.",
        'capabilities:\n  "true": Says yes.',
        "put the key in quotes, or write it before the colon.",
    ),
    form_rule(
        "yaml-many-documents",
        "A file has a second document (`---`).",
        "A file holds one seat, one record or one org. Most readers look only at the first document and never see\n"
        "the second.",
        "seat: dash\n---\nseat: radar",
        "seat: dash",
        "move the second document to its own file.",
    ),
    form_rule(
        "yaml-merge",
        "A file has a merge key (`<<`).",
        "Merge keys are not part of YAML 1.2: some readers merge the mapping, and others see a key named `<<`.",
        "metrics:\n  b: {<<: {cadence: weekly}, name: B}",
        "metrics:\n  b: {cadence: weekly, name: B}",
        "write the keys out.",
    ),
    form_rule(
        "yaml-not-utf8",
        "A YAML file is not UTF-8 text.",
        "In another encoding, a name with an accent reads differently on different machines.",
        "name: Ren\\xe9e            (saved as Latin-1)",
        "name: Renée",
        "save the file as UTF-8; `iconv -f latin1 -t utf-8` converts it from Latin-1.",
    ),
    form_rule(
        "yaml-syntax",
        "A file is not valid YAML.",
        "After an unclosed quote, a colon in a text or a tab in the indentation, the meaning of the file is unclear,\n"
        "so orgtp does not use any of it. The rest of the org still loads.",
        "mission: Ads: what moved",
        'mission: "Ads: what moved"',
        "do what the message says; put a text that has a colon or begins with a symbol in quotes.",
    ),
    form_rule(
        "yaml-tag",
        "A file has a tag (`!`).",
        "A tag tells a reader to build a value of some type, which makes some readers run programs. orgtp needs\n"
        "no tags.",
        "mission: !!python/name:os.system",
        'mission: "!important: finds what moved"',
        "remove the tag. Put a text that begins with `!` in quotes.",
    ),
    form_rule(
        "yaml-too-deep",
        "A value is nested more than 32 levels deep.",
        "A seat has at most five levels. Deeper nesting is a mistake or an attack.",
        "x-own: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "x-own: [1]",
        "write it with fewer levels.",
    ),
    form_rule(
        "yaml-too-large",
        "A YAML file has more than 256 KiB or 20,000 lines and items.",
        "A seat is a page that a person reads. orgtp does not read a larger file, so that one file cannot delay\n"
        "all others.",
        "seats/dash.yaml      3,145,728 bytes",
        "seats/dash.yaml      2,048 bytes",
        "keep only what describes the seat in the file; values belong in `scores/`.",
    ),
)
