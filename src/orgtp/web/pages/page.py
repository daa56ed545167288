"""What a page is made of: who looks at it, what it is asked for, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from orgtp.model.errors import OrgtpError
from orgtp.model.problem import Problem, select_unread
from orgtp.model.score import Score
from orgtp.web.record_pages import CommitPages
from orgtp.web.violated_values import ViolatedValue, list_violated_values

if TYPE_CHECKING:
    from orgtp.api import Audit, Guarantee, OrgHandle
    from orgtp.views.forge import Forge


class PageMissing(OrgtpError):
    """No page has this path."""

    text = "there is no page {path}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a page. A written site has no reader, so nobody can write there.

    `seat` is the seat of the person who is signed in, or "", and `name` the person's name. `csrf` is the token that
    each of their forms contains, as the field `csrf`. `seats` are all seats that the person holds. `may_sign_out`: the
    person has a session here.
    """

    seat: str = ""
    may_write: bool = False
    csrf: str = ""
    seats: tuple[str, ...] = ()
    name: str = ""
    may_sign_out: bool = False


ANYONE = Reader()
# Why the record of a folder without git was not audited.
NO_HISTORY = "it has no history"
HISTORY_UNREAD = "the history could not be read"


@dataclass(frozen=True, slots=True)
class RecordVerdict:
    """An audit of the record, what it guarantees, and when it was made, in the org's time zone."""

    audit: Audit
    checked: datetime
    guarantees: tuple[Guarantee, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What every page states: the org, its time zone, the commit, and when it was read.

    `verdict` is None if the record was not audited, `why_unchecked` says why. `unread` are the places that could not be
    read. `note` is what org.yaml says about the org. `commit_pages` is None if there is no page of the record.
    `left_out` says what is not on any page, and `hidden` has the paths of the kinds of page that are left out.
    `history_fault` says why the page was made without the history, although there is one.
    """

    org_name: str
    zone: str
    read_at: datetime
    commit: str
    is_past: bool
    has_uncommitted_changes: bool
    forge: Forge | None = None
    verdict: RecordVerdict | None = None
    why_unchecked: str = ""
    unread: tuple[Problem, ...] = ()
    note: str = ""
    commit_pages: CommitPages | None = None
    violated: frozenset[ViolatedValue] = frozenset()
    left_out: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    history_fault: str = ""

    def find_commit_page(self, commit: str) -> str:
        """The path of the page of the record that has a commit; "" if there is none."""
        return self.commit_pages.find(commit) if self.commit_pages else ""

    def is_violated(self, seat: str, metric: str = "", period: str = "") -> bool:
        """Whether a violation of the record touches a value of a seat, of one metric, or of one period of it.

        If it is not known which value was touched, it may be any of the seat's.
        """
        return any(
            one.seat == seat
            and (not metric or one.metric in {"", metric})
            and (not period or one.period in {"", period})
            for one in self.violated
        )


class SentState(StrEnum):
    """What became of a form: recorded, recorded by somebody before (nothing to do), queued, or not recorded."""

    DONE = "done"
    NOTHING = "nothing"
    QUEUED = "queued"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SentValue:
    """A value that a form recorded, as it is stored; `value` is None if it is unavailable, and `note` says why."""

    seat: str
    metric: str
    period: str
    value: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SentForm:
    """What a person sent, and what became of it. The page that follows shows it.

    - `act` is the path of the form's action without `act/`: `scores`, `todo`, `escalation`, `review`.
    - `fields` is what was sent, so that nothing has to be typed again; names and texts as in the form.
    - `errors` maps a field to what is wrong with it; "" is what is wrong as a whole.
    - `theirs` maps a field to the record that another person made after this one opened the page (state `conflict`).
    - `notices` are sentences to show: doubts about values, or what else was done.
    - `queued_because` says why it could only be queued.
    - `commit` and `subject` are those of the commit, and `values` what it recorded.
    """

    act: str
    state: SentState
    fields: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, Score] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    queued_because: str = ""
    commit: str = ""
    subject: str = ""
    values: tuple[SentValue, ...] = ()

    @property
    def is_recorded(self) -> bool:
        """Whether nothing has to be entered again."""
        return self.state in {SentState.DONE, SentState.NOTHING, SentState.QUEUED}


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page that is asked for: of which org, by whom, and for which `subject` (the seat of a seat page, ...).

    `query` has the parameters of the address; a written page has none. `sent` is the form that the person has just
    sent from this page, if any. `is_compact`: it is one of many pages in the single file of a large
    org, so it shows less.
    """

    org: OrgHandle
    subject: str = ""
    reader: Reader = ANYONE
    query: Mapping[str, str] = field(default_factory=dict)
    is_served: bool = False
    sent: SentForm | None = None
    is_compact: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its title, its template, and the values that the template shows.

    `kind` names the entry of the registry, and the script that the page starts. `is_wide` is for tables and the chart.
    `shows_sent`: the page itself says what became of the form that was sent; otherwise, a notice above it does.
    """

    kind: str
    title: str
    content: Mapping[str, Any]
    is_wide: bool = False
    main_class: str = ""
    shows_sent: bool = False


def check_record(org: OrgHandle) -> RecordVerdict | None:
    """Audit the record; None without git. Raises what `audit.verify` raises."""
    if org.revision is None:
        return None
    found, guarantees = org.audit.verify()
    return RecordVerdict(found, org.now.astimezone(org.head.zone), tuple(guarantees))


def gather_facts(
    org: OrgHandle, *, verdict: RecordVerdict | None = None, why_unchecked: str = "", is_single: bool = False
) -> SiteFacts:
    """The facts of every page of this org. `is_single`: they are written to one file."""
    return SiteFacts(
        org.head.name,
        name_zone(str(org.head.zone)),
        org.now.astimezone(org.head.zone),
        org.revision or "",
        is_past=org.at is not None,
        has_uncommitted_changes=org.dirty,
        forge=org.history.forge,
        verdict=verdict,
        why_unchecked=why_unchecked,
        unread=tuple(select_unread(org.problems_so_far)),
        note=org.head.note,
        commit_pages=CommitPages(org, has_months=not is_single) if org.revision else None,
        violated=list_violated_values(verdict.audit if verdict else None),
    )


def name_zone(timezone: str) -> str:
    """The name of a time zone as people say it: America/New_York is New York."""
    return timezone.rpartition("/")[2].replace("_", " ")
