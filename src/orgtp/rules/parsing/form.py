"""All format rules. The readers in `orgtp.files` report their violations."""

from __future__ import annotations

from orgtp.rules.parsing.files import FILES
from orgtp.rules.parsing.keys import KEYS
from orgtp.rules.parsing.yaml import YAML
from orgtp.rules.rule import Rule

FORM: tuple[Rule, ...] = tuple(sorted((*FILES, *KEYS, *YAML), key=lambda rule: rule.id))
