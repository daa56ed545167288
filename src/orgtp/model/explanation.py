"""Explanations of violations that the audit finds: what happened, and who decided that it is settled."""

from __future__ import annotations

import json
import re
from dataclasses import field
from datetime import datetime

from orgtp.lazy_dataclass import dataclass
from orgtp.model.problem import Place
from orgtp.model.score import format_timestamp

# The file with all explanations of an org. Lines are only ever added at its end.
EXPLAINED_PATH = "audit/explained.jsonl"
COMMIT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
RULE_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explained violation: the commit and the rule, the path ("" if it has none), the reason, and who decided."""

    at: datetime
    commit: str
    rule: str
    path: str
    reason: str
    decided_by: str
    by: str = ""
    place: Place = field(default=Place(EXPLAINED_PATH), compare=False)

    @property
    def line(self) -> str:
        """The record as a line of the file, without the newline."""
        record = {"at": format_timestamp(self.at), "commit": self.commit, "rule": self.rule}
        record |= {"path": self.path} if self.path else {}
        record |= {"reason": self.reason, "decided_by": self.decided_by} | ({"by": self.by} if self.by else {})
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @property
    def subject(self) -> tuple[str, str, str]:
        """What it explains: the commit, the rule and the path."""
        return self.commit, self.rule, self.path
