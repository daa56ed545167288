"""The report of an audit as one page of HTML: no script, nothing fetched, and no word of a user that is not text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from orgtp.audit.export.css import CSS, css_hash
from orgtp.audit.export.html_org import corrections, retirements, seats
from orgtp.audit.export.markup import Column, Markup, code, facts, joined, section, table, tag, text
from orgtp.audit.export.report import AuditReport, ReportCheckpoint
from orgtp.audit.guarantees import Guarantee
from orgtp.audit.model import AuditNote, Gap, Verdict, Violation
from orgtp.model.text import count_noun, escape_control_chars

_SIGNS = {Verdict.INTACT: "✓", Verdict.VIOLATED: "✗", Verdict.UNPROVEN: "?"}
_CLASSES = {Verdict.INTACT: "intact", Verdict.VIOLATED: "violated", Verdict.UNPROVEN: "unproven"}
_MEANS = {
    Verdict.INTACT: "Every commit of the ledger was looked at. Nothing that was recorded has been changed, removed or "
    "reordered since, and no seat went but by a retirement.",
    Verdict.VIOLATED: "The history holds what may not be in it. Each violation is listed below with the commit that "
    "did it, what was there and what is there now.",
    Verdict.UNPROVEN: "The history could not be judged as a whole. What stands in the way is listed below. This is not "
    "a pass.",
}
_UNVOUCHED = (
    "The checkpoint of this export is not signed: nothing outside of it vouches for it. Compare the head below with a "
    "checkpoint that was kept elsewhere."
)


def audit_html(found: AuditReport) -> Iterator[str]:
    """The page, part by part."""
    yield _head(found)
    yield "<body>\n"
    yield _title(found)
    yield "<main>\n"
    for part in (_violations, _gaps, _unreadable, _stands, _history, _notes, seats, retirements, corrections, _check):
        yield from part(found)
    yield "</main>\n"
    yield tag("footer", "Made by orgtp from the ledger itself. The same facts for programs are in report.json.")
    yield "\n</body>\n</html>\n"


def _head(found: AuditReport) -> str:
    policy = f"default-src 'none'; style-src {css_hash()}; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"{tag('title', f'Audit report: {found.name or found.org}')}\n<style>{CSS}</style>\n</head>\n"
    )


def _title(found: AuditReport) -> str:
    of = joined(["The record as of ", moment(found.at), ", branch ", code(found.branch), "."])
    words = [tag("p", "Audit report", class_="kind"), tag("h1", found.name or found.org), tag("p", of, class_="of")]
    return f"{tag('header', *words)}\n{_verdict(found)}{_contents(found)}"


def _verdict(found: AuditReport) -> str:
    wrong = f"{len(found.violations):,}" if found.violations else ""
    sizes = {"Violations": wrong, "Seats": f"{len(found.seats):,}", "Values": f"{found.values.recorded:,}"}
    rows = [*sizes.items(), ("Commits", f"{found.history.commits:,}"), ("Head of the history", code(found.head))]
    return tag(
        "section",
        tag("h2", f"{_SIGNS[found.verdict]} {str(found.verdict).capitalize()}", id="verdict"),
        tag("p", _MEANS[found.verdict]),
        tag("p", _vouched(found.checkpoint)),
        facts(rows),
        class_=f"verdict {_CLASSES[found.verdict]}",
        aria_labelledby="verdict",
    )


def _vouched(checkpoint: ReportCheckpoint | None) -> str:
    if checkpoint is None or not checkpoint.fingerprint:
        return _UNVOUCHED
    unknown = ", which the ledger's own list of signers does not know" if checkpoint.signers else ""
    whose = f" of {checkpoint.seat}" if checkpoint.seat else unknown
    return joined(["The checkpoint is signed with the key ", code(checkpoint.fingerprint), f"{whose}."])


def _contents(found: AuditReport) -> str:
    names = {
        "violations": f"Violations ({len(found.violations):,})" if found.violations else "",
        "gaps": "What could not be proven" if found.gaps else "",
        "stands": "What it stands on",
        "history": "The history in numbers",
        "seats": f"Seats ({len(found.seats):,})",
        "retirements": f"Retirements ({len(found.retirements):,})",
        "corrections": f"Corrections ({len(found.corrections):,})",
        "check": "How to check it",
    }
    items = [tag("li", tag("a", name, href=f"#{id_}")) for id_, name in names.items() if name]
    return f"{tag('nav', tag('ul', *items), aria_label='Contents')}\n"


def moment(at: datetime) -> Markup:
    """A moment in UTC, to the minute."""
    utc = at.astimezone(UTC)
    stamp = f"{utc.replace(microsecond=0, tzinfo=None).isoformat()}Z"
    return tag("time", f"{stamp[:10]} {stamp[11:16]} UTC", datetime=stamp)


def _violations(found: AuditReport) -> Iterator[str]:
    if found.violations:
        lead = "What may not be in a ledger, in the order of the history."
        yield from section("violations", "Violations", lead, *(_violation(one) for one in found.violations))


def _violation(one: Violation) -> Markup:
    place = f"{escape_control_chars(one.path)}{f':{one.line}' if one.line else ''}"
    rows = [("Rule", code(one.rule)), ("Commit", code(one.commit)), ("Author", escape_control_chars(one.author))]
    rows.insert(0, ("Place", code(place) if one.path else ""))
    hint = tag("p", one.hint, class_="says") if one.hint else ""
    return tag("article", tag("h3", _sentence(one.message)), facts(rows), _lines(one), hint, class_="wrong")


def _lines(one: Violation) -> Markup:
    """What was there, and what is there now; control characters as the escapes that name them."""
    pairs = [(word, line) for word, line in (("was", one.before), ("is", one.after)) if line is not None]
    rows = (
        tag("div", tag("dt", word), tag("dd", code(escape_control_chars(line) or "(empty)"))) for word, line in pairs
    )
    return tag("dl", *rows, class_="lines") if pairs else Markup()


def _gaps(found: AuditReport) -> Iterator[str]:
    if found.gaps:
        lead = "Each keeps a part of the history from being judged."
        yield from section("gaps", "What could not be proven", lead, *(_gap(one) for one in found.gaps))


def _gap(one: Gap) -> Markup:
    return tag(
        "article",
        tag("h3", _sentence(one.what)),
        tag("p", escape_control_chars(one.remedy), class_="says"),
        class_="gap",
    )


def _unreadable(found: AuditReport) -> Iterator[str]:
    if found.unreadable:
        lead = "These files cannot be read, so what they hold is not in this report. It is unknown, not absent."
        items = [tag("li", code(escape_control_chars(path))) for path in found.unreadable]
        yield from section("unreadable", "Files that cannot be read", lead, tag("ul", *items))


def _stands(found: AuditReport) -> Iterator[str]:
    intact = found.verdict is Verdict.INTACT
    lead = "What may be relied on, and by what. Enforced: a break would have been found. Advisory: a convention, which "
    lead += "nothing here proves."
    refused = "An intact record would stand on this. This one is not known to be intact, so none of it is promised. "
    columns = [Column("What holds" if intact else "What would hold", "plain"), Column("Label", "tight")]
    held = table("What the verdict stands on", columns, [_guarantee(one) for one in found.guarantees])
    yield from section("stands", "What it stands on", lead if intact else refused + lead, held)


def _guarantee(one: Guarantee) -> list[str]:
    chip = tag("span", one.label, class_=f"chip {one.label}")
    by = tag("span", f"by {one.by}", class_="sub") if one.by and one.label == "enforced" else ""
    return [_sentence(one.what), joined([chip, by])]


def _sentence(words: str) -> str:
    told = escape_control_chars(words)
    return told[:1].upper() + told[1:]


def _history(found: AuditReport) -> Iterator[str]:
    history, values = found.history, found.values
    numbers = facts(
        [
            ("Commits", f"{history.commits:,}"),
            ("of them merges", f"{history.merges:,}" if history.merges else ""),
            ("First commit", moment(history.first)),
            ("Last commit", moment(history.last)),
            ("Commits with a signature", f"{history.signed:,}"),
            ("without one", f"{history.unsigned:,}"),
            ("Values recorded", f"{values.recorded:,}"),
            ("of them: nobody knew", f"{values.unavailable:,}"),
            ("of them corrections", f"{values.corrections:,}"),
        ]
    )
    lead = "Signatures are counted here; whether each is good, and whose, is part of the verdict."
    yield from section("history", "The history in numbers", lead, tag("div", numbers, class_="numbers"))


def _notes(found: AuditReport) -> Iterator[str]:
    if found.notes:
        lead = "What a person should know, and what changes no verdict."
        yield from section("notes", "Notes", lead, tag("ul", *(_note(one) for one in found.notes)))


def _note(one: AuditNote) -> Markup:
    return tag("li", escape_control_chars(one.what), joined([" (commit ", code(one.commit), ")"]) if one.commit else "")


def _check(found: AuditReport) -> Iterator[str]:
    what = f"{count_noun(found.history.commits, 'commit')} up to {found.head[:10]}"
    words = (
        "Nothing here need be believed. ledger.bundle is the ledger itself, with all of its history: "
        f"{what}. README.txt beside it says how to check this report against it, with git and ssh-keygen alone."
    )
    yield from section("check", "How to check it", "", tag("p", text(words)))
