"""Read the weekly reviews of an org, prepare the next one, and close it.

import orgtp
reviews = orgtp.open("sneeze-it").reviews
reviews.agenda().rows, reviews.list().not_held, reviews.close(orgtp.api.Review("2026-W48", led_by="david"))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orgtp.lazy_dataclass import dataclass
from orgtp.model.errors import BadInput

if TYPE_CHECKING:
    from orgtp.actions.review import ReviewToClose
    from orgtp.api.ledger import LedgerActions
    from orgtp.history.locate import OrgSnapshot
    from orgtp.ledger.batch import RecordedChange
    from orgtp.ledger.review_draft import ReviewDraft
    from orgtp.model.change import Change
    from orgtp.model.org import Org
    from orgtp.model.records.review import Review
    from orgtp.views.review.agenda import Agenda, AgendaRow, RowEvidence
    from orgtp.views.review.held import ReviewList, ReviewView
    from orgtp.views.review.numbers import ReviewedNumber
    from orgtp.views.review.row_discussion import RowDiscussion
    from orgtp.views.selection import Selection


def read_review_answers(path: Path) -> Review:
    """The answers of a review in a file. Raises `BadInput` with the place of the first mistake."""
    from orgtp.files.review import read_answers

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(what=f"{path} cannot be read: {error.strerror}") from error
    return read_answers(str(path), raw)


def parse_review_answers(text: str) -> Review:
    """The answers of a review as text, as they come from standard input or an MCP client. Raises `BadInput`."""
    from orgtp.files.review import read_answers

    return read_answers("answers", text.encode())


@dataclass(frozen=True)
class ReviewActions:
    """The weekly reviews of one org."""

    snapshot: OrgSnapshot
    ledger: LedgerActions

    def agenda(self, selection: Selection | None = None) -> Agenda:
        """The agenda of the last week that is over, of all rows or a selection. Raises `UnknownSeat`."""
        from orgtp.views.review.agenda import build_agenda
        from orgtp.views.selection import Selection

        return build_agenda(self.snapshot.staff.org, self.snapshot.now, selection or Selection())

    def evidence(self, row: AgendaRow) -> tuple[RowEvidence, ...]:
        """What changed around a row's seat, the newest first: candidates, not causes. See `orgtp why`."""
        from orgtp.history.evidence import find_why
        from orgtp.views.review.row_discussion import list_row_evidence

        return list_row_evidence(find_why(self.snapshot, row.seat, row.metric), self.snapshot.head.zone)

    def discuss(self, row: AgendaRow) -> RowDiscussion:
        """What a meeting looks at for a row: its chart as of the end of the week, and what changed, by its letter."""
        from orgtp.history.evidence import find_why
        from orgtp.views.review.row_discussion import build_row_discussion

        why = find_why(self.snapshot, row.seat, row.metric)
        return build_row_discussion(self.snapshot.staff.org, self.snapshot.now, row, why)

    def show(self, week: str = "") -> tuple[ReviewView, ...]:
        """The reviews of a week, or of the newest week that has one. Raises `BadInput` for a week without one."""
        from orgtp.views.review.held import show_review

        return show_review(self.snapshot.staff.org, week)

    def list(self, weeks: int = 13) -> ReviewList:
        """The last `weeks` weeks that were due for a review."""
        from orgtp.views.review.held import list_reviews

        return list_reviews(self.snapshot.staff.org, self.snapshot.now, weeks)

    def list_numbers(self, view: ReviewView) -> Mapping[tuple[str, str], ReviewedNumber]:
        """The numbers of the rows of a review, by seat and metric, as they are known now."""
        from orgtp.views.review.numbers import list_reviewed_numbers

        return list_reviewed_numbers(self.snapshot.staff.org, self.snapshot.now, view)

    def close(self, answers: Review, *, by: str = "", again: bool = False, dry_run: bool = False) -> RecordedChange:
        """Record a review in one commit, and remove its draft; see `orgtp.actions.review.close_review`."""
        from orgtp.actions.review import ReviewToClose
        from orgtp.model.records.kinds import REVIEW

        acting = self.ledger.find_acting_seat(by)
        request = ReviewToClose(answers, {}, by=acting, again=again)
        done = self.ledger.record(lambda org: self._close(org, request), dry_run=dry_run)
        if not dry_run and done.commit:
            self.discard_draft(REVIEW.list_keys(done.paths)[0][: len("2026-W48")])
        return done

    def _close(self, org: Org, request: ReviewToClose) -> Change:
        from orgtp.actions.review import close_review
        from orgtp.views.review.agenda import build_agenda

        agenda = build_agenda(org, self.snapshot.now)
        return close_review(
            org, self.snapshot.now, replace(request, states=agenda.list_states(), off=agenda.list_off())
        )

    def check(self, answers: Review, *, by: str = "") -> Review:
        """The answers with their week and the time at which they began. Raises what `check_answers` raises."""
        from orgtp.actions.review import check_answers

        with self.ledger.explain_refusals():
            return check_answers(self.snapshot.staff.org, self.snapshot.now, answers, by)

    def prepare(self, answers: Review, by: str = "") -> ReviewDraft:
        """Keep answers that somebody wrote for a person as the draft that `orgtp review` goes on with.

        Raises `Refused` if the week has a review or another draft already, and what `check` raises.
        """
        from orgtp.actions.review import make_held_error
        from orgtp.ledger.review_draft import ReviewDraft
        from orgtp.model.errors import Refused
        from orgtp.model.records.review import list_reviews_of

        acting = self.ledger.find_acting_seat(by)
        found = replace(self.check(answers, by=acting), prepared_by=acting)
        held = list_reviews_of(self.snapshot.staff.org.reviews, found.week)
        if held:
            raise make_held_error(self.snapshot.staff.org, held[0][1])
        with self.hold_draft(found.week):
            draft = self.find_draft(found.week)
            if draft and draft.answers.prepared_by != found.prepared_by:
                who = draft.answers.led_by or draft.answers.prepared_by or "somebody"
                raise Refused(
                    why=f"{who} has begun the review of {found.week} in this clone, and nothing of it is overwritten. "
                    f"Its answers are in {draft.path}"
                )
            return ReviewDraft(self.save_draft(found), found)

    def find_draft(self, week: str) -> ReviewDraft | None:
        """The draft of a week's review in this clone; None if there is none. Raises `BadInput` for a broken one."""
        from orgtp.ledger.review_draft import read_draft

        return read_draft(self.ledger.writable_repo, week)

    def stamp_draft(self) -> object:
        """When the draft of the review that can be held now was saved; None if there is none."""
        from orgtp.ledger.review_draft import stamp_draft
        from orgtp.model.records.review import find_last_week

        snapshot = self.snapshot
        week = find_last_week(snapshot.now, snapshot.head.zone).text
        return stamp_draft(snapshot.repo, week) if snapshot.repo else None

    def list_draft_weeks(self) -> tuple[str, ...]:
        """The weeks that have a draft in this clone, the oldest first."""
        from orgtp.ledger.review_draft import list_draft_weeks

        return tuple(list_draft_weeks(self.ledger.writable_repo))

    def save_draft(self, answers: Review) -> Path:
        """Write the draft of a review to disk, and return its file. Raises `DraftNotSaved`."""
        from orgtp.ledger.review_draft import save_draft

        return save_draft(self.ledger.writable_repo, answers)

    def discard_draft(self, week: str) -> None:
        """Remove the draft of a week, if there is one."""
        from orgtp.ledger.review_draft import discard_draft

        discard_draft(self.ledger.writable_repo, week)

    @contextmanager
    def hold_draft(self, week: str) -> Iterator[None]:
        """Keep other processes of this clone from the drafts. Raises `ReviewBusy`, which names the holder."""
        from orgtp.ledger.review_draft import hold_draft

        with hold_draft(self.ledger.writable_repo, week):
            yield
