"""The tamper matrix: every way that we know, on a real repository, and what the audit must say of it to the letter."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from orgtp.api.org import open_org
from tests.audit import ways_escalations as escalations
from tests.audit import ways_files as files
from tests.audit import ways_lines as lines
from tests.audit import ways_merges as merges
from tests.audit import ways_scores as scores
from tests.audit import ways_seats as seats
from tests.audit import ways_trailers as trailers
from tests.audit import ways_withdrawals as withdrawals
from tests.audit.scene import Scene
from tests.audit.ways import Way, meant, told

INTACT, VIOLATED = 0, 1
# What is done; the exit code; the rules that it breaks. The rest of what is found, each way says itself.
MATRIX: tuple[tuple[Way, int, str], ...] = (
    (scores.value_edited, VIOLATED, "score-rewritten"),
    (scores.value_removed, VIOLATED, "score-rewritten"),
    (scores.lines_reordered, VIOLATED, "score-rewritten"),
    (scores.file_cut_off, VIOLATED, "score-rewritten"),
    (scores.file_cut_within_a_line, VIOLATED, "score-rewritten"),
    (scores.file_emptied, VIOLATED, "score-rewritten"),
    (scores.last_newline_removed, VIOLATED, "score-rewritten"),
    (scores.line_put_in_the_middle, VIOLATED, "score-rewritten"),
    (scores.line_put_before_all, VIOLATED, "score-rewritten"),
    (scores.line_without_newline_extended, VIOLATED, "score-malformed score-rewritten"),
    (scores.line_after_one_without_newline, VIOLATED, "score-malformed"),
    (scores.edited_and_put_back, VIOLATED, "score-rewritten"),
    (scores.edited_long_ago, VIOLATED, "score-rewritten"),
    (scores.edited_on_a_merged_branch, VIOLATED, "score-rewritten merge-lost-lines"),
    (scores.id_used_again, VIOLATED, "score-id-taken"),
    (scores.id_used_again_in_other_words, VIOLATED, "score-id-taken"),
    (scores.id_used_in_another_file, VIOLATED, "score-id-taken"),
    (scores.id_used_on_another_branch, VIOLATED, "score-id-taken"),
    (scores.id_used_twice_in_one_commit, VIOLATED, "score-id-taken"),
    (scores.id_in_other_case, INTACT, ""),
    (scores.picked_to_another_branch, INTACT, ""),
    (withdrawals.withdrawn_by_the_owner, INTACT, ""),
    (withdrawals.withdrawn_by_hand_by_nobody, INTACT, ""),
    (withdrawals.withdrawn_by_nobody_where_seats_have_addresses, VIOLATED, "withdrawal-not-allowed"),
    (withdrawals.withdrawn_by_the_seat_itself, VIOLATED, "withdrawal-not-allowed"),
    (withdrawals.withdrawn_by_a_stranger, VIOLATED, "withdrawal-not-allowed"),
    (withdrawals.withdrawn_by_a_new_scorekeeper, VIOLATED, "withdrawal-not-allowed"),
    (withdrawals.withdrawn_as_a_score, VIOLATED, "trailer-mismatch"),
    (withdrawals.withdrawn_without_note, VIOLATED, "score-misfit"),
    (withdrawals.withdrawn_beside_a_value, VIOLATED, "score-malformed"),
    (withdrawals.withdrawn_and_not, VIOLATED, "score-malformed"),
    *((way, VIOLATED, "score-misfit") for way in lines.LINES),
    *((way, VIOLATED, "score-malformed") for way in lines.MALFORMED),
    (lines.carriage_return, INTACT, ""),
    (lines.with_key_of_tomorrow, INTACT, ""),
    (files.score_file_deleted, VIOLATED, "score-file-deleted"),
    (files.score_file_renamed, VIOLATED, "score-file-deleted"),
    (files.score_file_renamed_and_edited, VIOLATED, "score-file-deleted score-id-taken"),
    (files.score_file_moved_away, VIOLATED, "score-file-deleted"),
    (files.score_file_copied, VIOLATED, "score-id-taken"),
    (files.score_file_deleted_and_begun_anew, VIOLATED, "score-file-deleted"),
    (files.score_file_executable, VIOLATED, "score-file-mode"),
    (files.score_file_link, VIOLATED, "score-file-mode"),
    (files.score_file_submodule, VIOLATED, "score-file-mode"),
    (files.score_file_folder, VIOLATED, "score-file-deleted"),
    (files.scores_link, VIOLATED, "score-file-deleted not-a-file"),
    (files.scores_of_a_seat_link, VIOLATED, "not-a-file"),
    (files.link_where_a_month_will_be, VIOLATED, "score-file-mode"),
    (files.seat_link, VIOLATED, "not-a-file"),
    (files.seat_submodule, VIOLATED, "not-a-file"),
    (files.record_link, VIOLATED, "not-a-file"),
    (files.org_link, VIOLATED, "not-a-file"),
    (files.seats_link, VIOLATED, "seat-deleted not-a-file"),
    (files.org_removed, VIOLATED, "org-removed"),
    (files.odd_paths, INTACT, ""),
    (merges.merge_by_union, INTACT, ""),
    (merges.criss_cross, INTACT, ""),
    (merges.criss_cross_that_goes_on, INTACT, ""),
    (merges.lines_between_that_git_writes_twice, INTACT, ""),
    (merges.criss_cross_that_loses, VIOLATED, "merge-lost-lines"),
    (merges.criss_cross_that_reorders, VIOLATED, "merge-lost-lines"),
    (merges.criss_cross_that_moves_a_new_line, VIOLATED, "merge-lost-lines"),
    (merges.criss_cross_that_triples, VIOLATED, "merge-added-lines"),
    (merges.merge_ours, VIOLATED, "merge-lost-lines"),
    (merges.merge_theirs, VIOLATED, "merge-lost-lines"),
    (merges.merge_by_driver, VIOLATED, "merge-lost-lines"),
    (merges.evil_merge_adds, VIOLATED, "merge-added-lines"),
    (merges.evil_merge_doubles, VIOLATED, "merge-added-lines"),
    (merges.evil_merge_loses, VIOLATED, "merge-lost-lines"),
    (merges.evil_merge_edits, VIOLATED, "merge-lost-lines merge-added-lines"),
    (merges.evil_merge_reorders, VIOLATED, "merge-lost-lines"),
    (merges.evil_merge_deletes, VIOLATED, "score-file-deleted"),
    (merges.evil_merge_links, VIOLATED, "score-file-mode"),
    (merges.evil_merge_changes_record, VIOLATED, "retirement-changed"),
    (merges.evil_merge_removes_seat, VIOLATED, "seat-deleted"),
    (merges.octopus, INTACT, ""),
    (merges.octopus_loses, VIOLATED, "merge-lost-lines"),
    (merges.merge_undoes_retirement, VIOLATED, "retirement-changed id-reused"),
    (merges.merge_replaces_record, VIOLATED, "retirement-changed"),
    (merges.unrelated_history, INTACT, ""),
    (merges.unrelated_history_with_values, VIOLATED, "score-misfit"),
    (merges.parent_twice, VIOLATED, "merge-lost-lines merge-added-lines"),
    (seats.record_changed, VIOLATED, "retirement-changed"),
    (seats.record_extended, VIOLATED, "retirement-changed"),
    (seats.record_removed, VIOLATED, "retirement-changed"),
    (seats.record_renamed, VIOLATED, "retirement-changed"),
    (seats.record_executable, VIOLATED, "retirement-changed"),
    (seats.seat_deleted, VIOLATED, "seat-deleted"),
    (seats.seat_renamed, VIOLATED, "seat-deleted"),
    (seats.seat_of_retired_deleted, INTACT, ""),
    (seats.retired_brought_back, VIOLATED, "id-reused"),
    (seats.id_used_after_retirement, VIOLATED, "id-reused"),
    (seats.id_used_after_deletion, VIOLATED, "seat-deleted id-reused"),
    (seats.back_dated, VIOLATED, "date-back"),
    (seats.future_dated, VIOLATED, "date-future"),
    (seats.of_before_all, VIOLATED, "date-back"),
    (seats.no_date_at_all, VIOLATED, "date-back"),
    (seats.author_date_alone, INTACT, ""),
    (seats.clock_a_little_back, INTACT, ""),
    (seats.parents_in_the_message, VIOLATED, "score-rewritten date-back"),
    (escalations.escalation_lives, INTACT, ""),
    (escalations.escalation_event_dated_back, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_event_removed, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_events_reordered, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_about_another_seat, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_put_off, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_settled_by_nobody, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_deleted, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_garbled, VIOLATED, "escalation-rewritten"),
    (escalations.escalation_link, VIOLATED, "not-a-file"),
    (escalations.escalation_of_another_seat_named, VIOLATED, "trailer-forged trailer-mismatch"),
    (escalations.escalate_that_changes_a_seat, VIOLATED, "trailer-mismatch"),
    (escalations.escalations_merged, INTACT, ""),
    (trailers.score_that_changes_a_seat, VIOLATED, "trailer-mismatch"),
    (trailers.score_that_changes_the_org, VIOLATED, "trailer-mismatch"),
    (trailers.seat_named_and_not_touched, VIOLATED, "trailer-forged"),
    (trailers.seat_touched_and_not_named, VIOLATED, "trailer-mismatch"),
    (trailers.retire_without_record, VIOLATED, "trailer-mismatch"),
    (trailers.other_approver, VIOLATED, "trailer-forged"),
    (trailers.by_nobody, VIOLATED, "trailer-forged"),
    (trailers.approved_by_nobody, VIOLATED, "trailer-forged"),
    (trailers.empty_commit_that_claims_a_score, VIOLATED, "trailer-forged trailer-mismatch"),
    (trailers.init_again, VIOLATED, "trailer-mismatch"),
    (trailers.action_of_tomorrow, INTACT, ""),
    (trailers.trailer_in_the_body, VIOLATED, "trailer-hidden"),
    (trailers.trailer_below_dashes, VIOLATED, "trailer-hidden"),
    (trailers.trailer_in_other_case, VIOLATED, "trailer-mismatch"),
    (trailers.trailer_with_other_separator, VIOLATED, "trailer-hidden"),
    (trailers.trailer_after_nul, VIOLATED, "trailer-hidden"),
    (trailers.trailer_folded, VIOLATED, "trailer-hidden"),
    (trailers.trailer_after_carriage_return, VIOLATED, "trailer-hidden"),
    (trailers.trailer_after_line_separator, VIOLATED, "trailer-hidden"),
    (trailers.trailer_twice, VIOLATED, "trailer-hidden"),
    (trailers.two_actions, VIOLATED, "trailer-hidden"),
    (trailers.trailer_of_no_id, VIOLATED, "trailer-hidden"),
    (trailers.trailer_under_an_encoding, VIOLATED, "trailer-forged trailer-mismatch"),
    (trailers.trailer_in_an_encoding, VIOLATED, "trailer-forged trailer-mismatch"),
    (trailers.squashed, INTACT, ""),
    (trailers.squashed_with_one_more_author, INTACT, ""),
    (trailers.squashed_with_one_by_hand, INTACT, ""),
    (trailers.squashed_with_claims_of_the_last, INTACT, ""),
    (trailers.squashed_and_did_more, VIOLATED, "trailer-mismatch"),
    (trailers.squashed_and_lied, VIOLATED, "trailer-forged"),
    (trailers.merged_with_the_words_of_its_branch, INTACT, ""),
    (trailers.reverted_and_quoted, INTACT, ""),
    (trailers.subject_like_a_parent, VIOLATED, "score-rewritten"),
    (trailers.subject_like_children, VIOLATED, "score-rewritten"),
)
VERDICTS = {INTACT: "intact", VIOLATED: "violated"}


@pytest.mark.parametrize(("way", "code", "rules"), MATRIX, ids=[way.__name__ for way, _, _ in MATRIX])
def test_what_is_found(scene: Scene, way: Way, code: int, rules: str) -> None:
    """What was verified before is remembered; what is found in the rest is what is found in the whole."""
    expected = way(scene)
    report = scene.verify()
    assert told(report["violations"]) == meant(expected)
    assert (report["code"], report["verdict"]) == (code, VERDICTS[code])
    assert {row["rule"] for row in report["violations"]} == set(rules.split())
    assert report["gaps"] == []
    assert report["checked"] < report["commits"]
    anew, _ = open_org(scene.shell.folder, now=scene.moment).audit.verify(full=True)
    assert told(json.loads(json.dumps([asdict(one) for one in anew.violations]))) == meant(expected)
    assert anew.checked == report["commits"]
