"""The public Python API: open, read, check and change an org. It also exports the types that its methods use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgtp.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from orgtp.actions.escalate import FoundTrouble
    from orgtp.actions.import_seats.plan import BadRows, OpenQuestion, format_bad_rows
    from orgtp.actions.import_seats.request import ImportQuestion, ImportRequest
    from orgtp.actions.import_seats.result import ImportPlan, RowFate
    from orgtp.actions.metric_content import NewMetric
    from orgtp.actions.metrics import Continuation, MetricEnd
    from orgtp.actions.record_scores import NewScore
    from orgtp.actions.retire import RetirementPlan, RetirementRequest
    from orgtp.actions.retire_check import RetirementCheck
    from orgtp.actions.seats import NewSeat
    from orgtp.actions.undo import UndoTarget
    from orgtp.actions.upgrade import list_sums_without_per
    from orgtp.api.audit import AuditQueries
    from orgtp.api.briefing import Briefings, write_whole_file
    from orgtp.api.discovery import AgentDiscovery, describe_without_org, scan_places
    from orgtp.api.escalations import Escalations
    from orgtp.api.history import HistoryQueries
    from orgtp.api.imports import Imports
    from orgtp.api.ledger import LedgerActions, UpgradedOrg
    from orgtp.api.live import LiveOrg
    from orgtp.api.metrics import MetricActions
    from orgtp.api.org import OrgHandle, init_org, init_sample, open_org
    from orgtp.api.people import PeopleActions
    from orgtp.api.reviews import ReviewActions, parse_review_answers, read_review_answers
    from orgtp.api.sending import BriefingForm, NoRecipients, SendRequest, SentBriefings
    from orgtp.api.tables import TableQueries
    from orgtp.api.todos import Todos
    from orgtp.api.value_files import ImportedScores, import_scores
    from orgtp.audit.checkpoint import Checkpoint, CheckpointSigner
    from orgtp.audit.export.report import AuditReport
    from orgtp.audit.gaps import gap_at_path
    from orgtp.audit.guarantees import Guarantee
    from orgtp.audit.model import Audit, ExplainedViolation, Verdict, Violation
    from orgtp.audit.rules.pages import PAGES
    from orgtp.export.formats import ExportFormat
    from orgtp.export.query import QueryResult, TableInfo, list_tables, name_row
    from orgtp.export.write import Exported
    from orgtp.files.json_schema import read_schema
    from orgtp.files.load import LoadedOrg, NoOrgAbove, NotAnOrg
    from orgtp.files.org import OrgHead
    from orgtp.files.retirement_review import read_review
    from orgtp.files.value_import import BadRow, ImportFile, ImportRow, read_import_file, read_import_rows
    from orgtp.git.cat_file import ObjectTooLarge
    from orgtp.git.errors import GitFailed
    from orgtp.git.lock import WaitNotice
    from orgtp.git.remote import SyncStopped
    from orgtp.git.repo import Repo
    from orgtp.history.diff import DiffSinceBase
    from orgtp.history.locate import NoGit, NoOrgYet, UnreadAt, find_org_root
    from orgtp.importers.bad_rows import KeptRows
    from orgtp.ledger.batch import Action, Ledger, RecordedChange
    from orgtp.ledger.create import CreatedOrg
    from orgtp.ledger.git_user import GitUser
    from orgtp.ledger.review_draft import ReviewDraft
    from orgtp.ledger.signing_seat import SignedByAnotherSeat
    from orgtp.model.change import YamlData
    from orgtp.model.escalation import EscalationSeverity
    from orgtp.model.inventory.alike import Alike
    from orgtp.model.inventory.draft import DraftSource
    from orgtp.model.inventory.found import Discovered
    from orgtp.model.org import Org
    from orgtp.model.period import Grain
    from orgtp.model.problem import Problem
    from orgtp.model.records.review import Review, ReviewDecision, ReviewRow, ReviewState, ReviewTodo, SkippedSeat
    from orgtp.model.records.todo import TodoAction, TodoState
    from orgtp.model.verdict_changes import VerdictChange
    from orgtp.notify.config import notify_path
    from orgtp.notify.notify import build_notifications, send_notifications
    from orgtp.rules.pull_request.known_problems import FoundProblems
    from orgtp.sources.add import insert_source, save_sources_file
    from orgtp.sources.collect import Collected, CollectRequest, OnSourceResult, describe_unknown_sources
    from orgtp.sources.config import read_sources, refuse_inside, sources_path
    from orgtp.sources.kind import find_kinds, load_kind
    from orgtp.sources.kinds.command import explain_shell_words
    from orgtp.sources.plugin import describe_source_kind
    from orgtp.sources.run import ask_sources
    from orgtp.sources.source import Source, SourceResult, Sources
    from orgtp.sync.status import SyncStatus
    from orgtp.sync.sync import SyncResult
    from orgtp.views.chart import Chart, ChartSeat, MetricNow
    from orgtp.views.context.types import Context
    from orgtp.views.days.types import Days, ToldChange
    from orgtp.views.escalations import EscalationView, SilenceView
    from orgtp.views.forge import Forge
    from orgtp.views.former_verdicts import RecountedVerdict, list_recounted_verdicts
    from orgtp.views.health.chart import XmrChart
    from orgtp.views.health.types import HealthView
    from orgtp.views.log import LogEntry, LogFilter, WholeLog
    from orgtp.views.org_settings import Holiday, OrgSetting, OrgSettings
    from orgtp.views.redaction.parts import Part
    from orgtp.views.review.agenda import Agenda, AgendaRow, RowEvidence
    from orgtp.views.review.held import ReviewList, ReviewView
    from orgtp.views.scorecard.build import Scorecard
    from orgtp.views.scorecard.scores import ScoreLine
    from orgtp.views.seat import SeatView
    from orgtp.views.seat_history import SeatHistory
    from orgtp.views.seats.blame import BlameLine
    from orgtp.views.seats.discovery.build import select_agents
    from orgtp.views.seats.discovery.types import Discovery
    from orgtp.views.seats.overlap.types import Overlaps, WorkText
    from orgtp.views.selection import Omitted, Selection, parse_selection
    from orgtp.views.stale import Stale, StaleList
    from orgtp.views.todos import TodoView
    from orgtp.views.why.types import Evidence, Why

__all__ = [
    "PAGES",
    "Action",
    "Agenda",
    "AgendaRow",
    "AgentDiscovery",
    "Alike",
    "Audit",
    "AuditQueries",
    "AuditReport",
    "BadRow",
    "BadRows",
    "BlameLine",
    "BriefingForm",
    "Briefings",
    "Chart",
    "ChartSeat",
    "Checkpoint",
    "CheckpointSigner",
    "CollectRequest",
    "Collected",
    "Context",
    "Continuation",
    "CreatedOrg",
    "Days",
    "DiffSinceBase",
    "Discovered",
    "Discovery",
    "DraftSource",
    "EscalationSeverity",
    "EscalationView",
    "Escalations",
    "Evidence",
    "ExplainedViolation",
    "ExportFormat",
    "Exported",
    "Forge",
    "FoundProblems",
    "FoundTrouble",
    "GitFailed",
    "GitUser",
    "Grain",
    "Guarantee",
    "HealthView",
    "HistoryQueries",
    "Holiday",
    "ImportFile",
    "ImportPlan",
    "ImportQuestion",
    "ImportRequest",
    "ImportRow",
    "ImportedScores",
    "Imports",
    "KeptRows",
    "Ledger",
    "LedgerActions",
    "LiveOrg",
    "LoadedOrg",
    "LogEntry",
    "LogFilter",
    "MetricActions",
    "MetricEnd",
    "MetricNow",
    "NewMetric",
    "NewScore",
    "NewSeat",
    "NoGit",
    "NoOrgAbove",
    "NoOrgYet",
    "NoRecipients",
    "NotAnOrg",
    "ObjectTooLarge",
    "Omitted",
    "OnSourceResult",
    "OpenQuestion",
    "Org",
    "OrgHandle",
    "OrgHead",
    "OrgSetting",
    "OrgSettings",
    "Overlaps",
    "Part",
    "PeopleActions",
    "Problem",
    "QueryResult",
    "RecordedChange",
    "RecountedVerdict",
    "Repo",
    "RetirementCheck",
    "RetirementPlan",
    "RetirementRequest",
    "Review",
    "ReviewActions",
    "ReviewDecision",
    "ReviewDraft",
    "ReviewList",
    "ReviewRow",
    "ReviewState",
    "ReviewTodo",
    "ReviewView",
    "RowEvidence",
    "RowFate",
    "ScoreLine",
    "Scorecard",
    "SeatHistory",
    "SeatView",
    "Selection",
    "SendRequest",
    "SentBriefings",
    "SignedByAnotherSeat",
    "SilenceView",
    "SkippedSeat",
    "Source",
    "SourceResult",
    "Sources",
    "Stale",
    "StaleList",
    "SyncResult",
    "SyncStatus",
    "SyncStopped",
    "TableInfo",
    "TableQueries",
    "TodoAction",
    "TodoState",
    "TodoView",
    "Todos",
    "ToldChange",
    "UndoTarget",
    "UnreadAt",
    "UpgradedOrg",
    "Verdict",
    "VerdictChange",
    "Violation",
    "WaitNotice",
    "WholeLog",
    "Why",
    "WorkText",
    "XmrChart",
    "YamlData",
    "ask_sources",
    "build_notifications",
    "describe_source_kind",
    "describe_unknown_sources",
    "describe_without_org",
    "explain_shell_words",
    "find_kinds",
    "find_org_root",
    "format_bad_rows",
    "gap_at_path",
    "import_scores",
    "init_org",
    "init_sample",
    "insert_source",
    "list_recounted_verdicts",
    "list_sums_without_per",
    "list_tables",
    "load_kind",
    "name_row",
    "notify_path",
    "open_org",
    "parse_review_answers",
    "parse_selection",
    "read_import_file",
    "read_import_rows",
    "read_review",
    "read_review_answers",
    "read_schema",
    "read_sources",
    "refuse_inside",
    "save_sources_file",
    "scan_places",
    "select_agents",
    "send_notifications",
    "sources_path",
    "write_whole_file",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "orgtp.actions.escalate": "FoundTrouble",
        "orgtp.actions.import_seats.plan": "BadRows OpenQuestion format_bad_rows",
        "orgtp.actions.import_seats.request": "ImportQuestion ImportRequest",
        "orgtp.importers.bad_rows": "KeptRows",
        "orgtp.actions.import_seats.result": "ImportPlan RowFate",
        "orgtp.actions.metric_content": "NewMetric",
        "orgtp.actions.metrics": "Continuation MetricEnd",
        "orgtp.actions.record_scores": "NewScore",
        "orgtp.actions.retire": "RetirementPlan RetirementRequest",
        "orgtp.actions.retire_check": "RetirementCheck",
        "orgtp.actions.seats": "NewSeat",
        "orgtp.actions.undo": "UndoTarget",
        "orgtp.actions.upgrade": "list_sums_without_per",
        "orgtp.api.audit": "AuditQueries",
        "orgtp.api.briefing": "Briefings write_whole_file",
        "orgtp.api.discovery": "AgentDiscovery describe_without_org scan_places",
        "orgtp.api.escalations": "Escalations",
        "orgtp.api.todos": "Todos",
        "orgtp.api.history": "HistoryQueries",
        "orgtp.api.imports": "Imports",
        "orgtp.api.value_files": "ImportedScores import_scores",
        "orgtp.api.ledger": "LedgerActions UpgradedOrg",
        "orgtp.api.live": "LiveOrg",
        "orgtp.api.metrics": "MetricActions",
        "orgtp.api.org": "OrgHandle init_org init_sample open_org",
        "orgtp.api.people": "PeopleActions",
        "orgtp.api.reviews": "ReviewActions parse_review_answers read_review_answers",
        "orgtp.api.sending": "BriefingForm NoRecipients SendRequest SentBriefings",
        "orgtp.api.tables": "TableQueries",
        "orgtp.audit.checkpoint": "Checkpoint CheckpointSigner",
        "orgtp.audit.export.report": "AuditReport",
        "orgtp.audit.gaps": "gap_at_path",
        "orgtp.audit.guarantees": "Guarantee",
        "orgtp.audit.model": "Audit ExplainedViolation Verdict Violation",
        "orgtp.audit.rules.pages": "PAGES",
        "orgtp.export.formats": "ExportFormat",
        "orgtp.export.query": "QueryResult TableInfo list_tables name_row",
        "orgtp.export.write": "Exported",
        "orgtp.files.json_schema": "read_schema",
        "orgtp.files.load": "NotAnOrg NoOrgAbove LoadedOrg",
        "orgtp.files.org": "OrgHead",
        "orgtp.files.retirement_review": "read_review",
        "orgtp.files.value_import": "read_import_file read_import_rows BadRow ImportFile ImportRow",
        "orgtp.git.cat_file": "ObjectTooLarge",
        "orgtp.git.errors": "GitFailed",
        "orgtp.git.lock": "WaitNotice",
        "orgtp.git.remote": "SyncStopped",
        "orgtp.git.repo": "Repo",
        "orgtp.history.diff": "DiffSinceBase",
        "orgtp.history.locate": "NoGit NoOrgYet UnreadAt find_org_root",
        "orgtp.ledger.batch": "RecordedChange Action Ledger",
        "orgtp.ledger.create": "CreatedOrg",
        "orgtp.ledger.git_user": "GitUser",
        "orgtp.ledger.review_draft": "ReviewDraft",
        "orgtp.ledger.signing_seat": "SignedByAnotherSeat",
        "orgtp.model.change": "YamlData",
        "orgtp.model.escalation": "EscalationSeverity",
        "orgtp.model.inventory.found": "Discovered",
        "orgtp.model.records.todo": "TodoAction TodoState",
        "orgtp.model.inventory.draft": "DraftSource",
        "orgtp.model.org": "Org",
        "orgtp.model.period": "Grain",
        "orgtp.model.problem": "Problem",
        "orgtp.model.records.review": "ReviewTodo Review ReviewDecision ReviewRow ReviewState SkippedSeat",
        "orgtp.model.verdict_changes": "VerdictChange",
        "orgtp.notify.config": "notify_path",
        "orgtp.notify.notify": "build_notifications send_notifications",
        "orgtp.rules.pull_request.known_problems": "FoundProblems",
        "orgtp.sources.add": "save_sources_file insert_source",
        "orgtp.sources.collect": "Collected CollectRequest describe_unknown_sources OnSourceResult",
        "orgtp.sources.config": "read_sources refuse_inside sources_path",
        "orgtp.sources.kind": "find_kinds load_kind",
        "orgtp.sources.plugin": "describe_source_kind",
        "orgtp.sources.kinds.command": "explain_shell_words",
        "orgtp.sources.run": "ask_sources",
        "orgtp.sources.source": "Source SourceResult Sources",
        "orgtp.sync.status": "SyncStatus",
        "orgtp.sync.sync": "SyncResult",
        "orgtp.views.review.agenda": "Agenda AgendaRow RowEvidence",
        "orgtp.views.seats.blame": "BlameLine",
        "orgtp.views.seats.discovery.build": "select_agents",
        "orgtp.views.seats.discovery.types": "Discovery",
        "orgtp.views.chart": "Chart ChartSeat MetricNow",
        "orgtp.views.context.types": "Context",
        "orgtp.views.days.types": "Days ToldChange",
        "orgtp.views.escalations": "EscalationView SilenceView",
        "orgtp.views.forge": "Forge",
        "orgtp.views.former_verdicts": "RecountedVerdict list_recounted_verdicts",
        "orgtp.views.health.chart": "XmrChart",
        "orgtp.views.health.types": "HealthView",
        "orgtp.model.inventory.alike": "Alike",
        "orgtp.views.seats.overlap.types": "Overlaps WorkText",
        "orgtp.views.log": "LogEntry LogFilter WholeLog",
        "orgtp.views.org_settings": "Holiday OrgSetting OrgSettings",
        "orgtp.views.redaction.parts": "Part",
        "orgtp.views.review.held": "ReviewList ReviewView",
        "orgtp.views.scorecard.build": "Scorecard",
        "orgtp.views.scorecard.scores": "ScoreLine",
        "orgtp.views.seat": "SeatView",
        "orgtp.views.seat_history": "SeatHistory",
        "orgtp.views.selection": "Omitted Selection parse_selection",
        "orgtp.views.stale": "Stale StaleList",
        "orgtp.views.todos": "TodoView",
        "orgtp.views.why.types": "Evidence Why",
    },
)
