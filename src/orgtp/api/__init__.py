"""The public Python API: open, read, check and change an org. It also exports the types that its methods use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgtp.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from orgtp.api.org import OrgHandle, init_org, init_sample, open_org
    from orgtp.audit.export.report import AuditReport
    from orgtp.audit.gaps import gap_at_path
    from orgtp.audit.model import Audit, Verdict
    from orgtp.audit.rules.pages import PAGES
    from orgtp.files.json_schema import read_schema
    from orgtp.files.load import NotAnOrg
    from orgtp.files.retirement_review import read_review
    from orgtp.files.value_import import read_import_rows
    from orgtp.git.cat_file import ObjectTooLarge
    from orgtp.git.errors import GitFailed
    from orgtp.git.lock import WaitNotice
    from orgtp.git.remote import SyncStopped
    from orgtp.history.diff import DiffSinceBase
    from orgtp.history.locate import NoGit, NoOrgYet, find_org_root
    from orgtp.ledger.batch import RecordedChange
    from orgtp.ledger.create import CreatedOrg
    from orgtp.notify.config import notify_path
    from orgtp.notify.notify import build_notifications, send_notifications
    from orgtp.sources.add import insert_source, save_sources_file
    from orgtp.sources.collect import Collected, CollectRequest, describe_unknown_sources
    from orgtp.sources.config import read_sources, refuse_inside, sources_path
    from orgtp.sources.kind import find_kinds, load_kind
    from orgtp.sources.kinds.command import explain_shell_words
    from orgtp.sources.run import ask_sources
    from orgtp.sources.source import SourceResult, Sources

__all__ = [
    "PAGES",
    "Audit",
    "AuditReport",
    "CollectRequest",
    "Collected",
    "CreatedOrg",
    "DiffSinceBase",
    "GitFailed",
    "NoGit",
    "NoOrgYet",
    "NotAnOrg",
    "ObjectTooLarge",
    "OrgHandle",
    "RecordedChange",
    "SourceResult",
    "Sources",
    "SyncStopped",
    "Verdict",
    "WaitNotice",
    "ask_sources",
    "build_notifications",
    "describe_unknown_sources",
    "explain_shell_words",
    "find_kinds",
    "find_org_root",
    "gap_at_path",
    "init_org",
    "init_sample",
    "insert_source",
    "load_kind",
    "notify_path",
    "open_org",
    "read_import_rows",
    "read_review",
    "read_schema",
    "read_sources",
    "refuse_inside",
    "save_sources_file",
    "send_notifications",
    "sources_path",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "orgtp.api.org": "OrgHandle init_org init_sample open_org",
        "orgtp.audit.export.report": "AuditReport",
        "orgtp.audit.gaps": "gap_at_path",
        "orgtp.audit.model": "Audit Verdict",
        "orgtp.audit.rules.pages": "PAGES",
        "orgtp.files.json_schema": "read_schema",
        "orgtp.files.load": "NotAnOrg",
        "orgtp.files.retirement_review": "read_review",
        "orgtp.files.value_import": "read_import_rows",
        "orgtp.git.cat_file": "ObjectTooLarge",
        "orgtp.git.lock": "WaitNotice",
        "orgtp.git.remote": "SyncStopped",
        "orgtp.git.errors": "GitFailed",
        "orgtp.history.diff": "DiffSinceBase",
        "orgtp.history.locate": "NoGit NoOrgYet find_org_root",
        "orgtp.ledger.batch": "RecordedChange",
        "orgtp.ledger.create": "CreatedOrg",
        "orgtp.notify.config": "notify_path",
        "orgtp.notify.notify": "build_notifications send_notifications",
        "orgtp.sources.add": "save_sources_file insert_source",
        "orgtp.sources.collect": "Collected CollectRequest describe_unknown_sources",
        "orgtp.sources.config": "read_sources refuse_inside sources_path",
        "orgtp.sources.kind": "find_kinds load_kind",
        "orgtp.sources.kinds.command": "explain_shell_words",
        "orgtp.sources.run": "ask_sources",
        "orgtp.sources.source": "SourceResult Sources",
    },
)
