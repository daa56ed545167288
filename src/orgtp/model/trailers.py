"""The trailers of a commit message, and lines that look like trailers but are not read as such.

Trailers are the last paragraph of a message, one per line (git-interpret-trailers(1)). A line that only some readers
take for a trailer could mislead people, so it is reported. Forges and mailers add lines below the trailers, carriage
returns or trailing blanks, so such a line is not held against a commit that did what the line says.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from orgtp.lazy_dataclass import dataclass
from orgtp.model.text import is_id, one_line

_ORGTP_KEYS = ("Orgtp-Action", "Orgtp-Seat", "Orgtp-By", "Orgtp-Approved-By", "Orgtp-Content", "Orgtp-For")
_SEAT = "Orgtp-Seat: "
_ONCE = frozenset(_ORGTP_KEYS) - {"Orgtp-Seat"}
_SEATS = frozenset({"Orgtp-Seat", "Orgtp-By", "Orgtp-Approved-By", "Orgtp-For"})
_LOOKS_LIKE_TRAILER = re.compile(
    "(?:^|[\r\v\f\x1c-\x1e\x85\u2028\u2029])[ \t\0]*(orgtp-[a-z-]+[ \t]*[:=].*)", re.IGNORECASE | re.MULTILINE
)
_TRAILER = re.compile(r"[A-Za-z0-9-]+[ \t]*:")
# Git reads the keys without regard to case.
_FORM = re.compile(r"(Orgtp-[A-Z][A-Z-]*): (\S.*)", re.IGNORECASE | re.ASCII)
_KEY_OF = {key.lower(): key for key in _ORGTP_KEYS}
_PREFIX = "orgtp-"
# What mailers and editors put at the end of a line: blanks, also those that do not break, and carriage returns.
_BLANKS = " \t\r\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff"
_STRIPPED = " \t\r\u00a0\u202f\u3000\ufeff"
_LINE_ENDS = re.compile(f"[{_BLANKS}]+$", re.MULTILINE)
_UNTIDY = re.compile(f"^orgtp-.*[{_BLANKS}]$", re.IGNORECASE | re.MULTILINE)
_KEY_IN_TEXT = re.compile(rf"^({'|'.join(_ORGTP_KEYS)}):", re.IGNORECASE | re.MULTILINE)
# git adds this below the trailers of a cherry-picked commit.
_PICKED = "(cherry picked from commit "
_MERGED = re.compile(r"^Squashed commit of the following:\n", re.MULTILINE)
_COMMIT = re.compile(r"commit [0-9a-f]{40,64}\nAuthor: ")
_SUBJECT = re.compile(r"[a-z]+(?:-[a-z]+)*(\([a-z0-9-]+\))?: \S")
_SQUASHED = re.compile(r"\n\n\* ")
# Ends the message and begins a patch (git-interpret-trailers(1)). Forges write longer rows of dashes.
_DIVIDER = re.compile(r"^---(?:\s|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TrailerClaims:
    """What the trailers claim. `odd` has lines that only look like orgtp's trailers, each with the reason.

    `blocks` has the claims of each commit that a forge squashed into this one and quoted. `partly` means that some of
    these commits have no claims, so this commit may do more than it claims. `misplaced` has the claims of those odd
    lines that are whole trailers and only not in the last paragraph. `untidy` means that lines of the trailers end with
    carriage returns or blanks, or that their keys are not in orgtp's case. `acting_for` is the seat for which `by` says
    that it acted; nothing proves it.
    """

    action: str = ""
    seats: tuple[str, ...] = ()
    by: str = ""
    approved_by: str = ""
    content: str = ""
    odd: tuple[tuple[str, str], ...] = ()
    blocks: tuple[TrailerClaims, ...] = ()
    partly: bool = False
    misplaced: TrailerClaims | None = None
    misplaced_lines: tuple[str, ...] = ()
    untidy: bool = False
    acting_for: str = ""

    @property
    def all(self) -> tuple[TrailerClaims, ...]:
        """These claims and the quoted ones."""
        return (self, *self.blocks)

    @property
    def with_misplaced(self) -> TrailerClaims | None:
        """The claims with the misplaced ones, as a person reads them; None if the two contradict each other."""
        late = self.misplaced
        if late is None:
            return self
        pairs = ((getattr(self, name), getattr(late, name)) for name in _SINGLE_CLAIMS)
        if late.odd or any(here and there and here != there for here, there in pairs):
            return None
        return replace(
            self,
            action=self.action or late.action,
            seats=tuple(dict.fromkeys((*self.seats, *late.seats))),
            by=self.by or late.by,
            approved_by=self.approved_by or late.approved_by,
            content=self.content or late.content,
            acting_for=self.acting_for or late.acting_for,
            odd=tuple(pair for pair in self.odd if pair[0] not in self.misplaced_lines),
            misplaced=None,
            misplaced_lines=(),
        )


_SINGLE_CLAIMS = ("action", "by", "approved_by", "content", "acting_for")
NO_CLAIMS = TrailerClaims()


def parse_claims(message: str) -> TrailerClaims:
    """Parse the claims of a commit message."""
    subject, gap, last = message.partition("\n\n")
    # orgtp writes a one-line subject and trailers. Few of these differ, so caching them is effective.
    plain = gap and subject.isprintable() and not subject.startswith("---") and "orgtp-" not in subject.lower()
    found = _parse_plain_trailers(last) if plain else None
    return _parse_message(message.rstrip("\n")) if found is None else found


@lru_cache(maxsize=1 << 16)
def _parse_plain_trailers(paragraphs: str) -> TrailerClaims | None:
    """Parse the part below the subject; None if the whole message has to be parsed."""
    text = paragraphs.rstrip("\n")
    if "\n\n" in text or any(odd in f"\n{text}" for odd in ("\0", "\n---", "\n    ")):
        return None
    return _parse_message(f"\n\n{text}")


def _parse_message(message: str) -> TrailerClaims:
    text = _LINE_ENDS.sub("", message)
    looks = _LOOKS_LIKE_TRAILER.findall(text)
    if not looks:
        return NO_CLAIMS
    if "\0" in text:
        return TrailerClaims(odd=((one_line(looks[-1]), "a NUL byte in the message hides the text after it"),))
    paragraphs = _unindent_squashed(text).split("\n\n")
    own = _trailer_block(paragraphs[-1]) if len(paragraphs) > 1 else None
    squashed = len(_SQUASHED.findall(text))
    quoted = (
        _quoted_blocks(paragraphs[1:-1], anywhere=squashed > 0 or _is_squashed_by_git(paragraphs))
        if own or squashed
        else []
    )
    read = [line for block in [own, *quoted] if block for line in block if line[:6].lower() == _PREFIX]
    found = _collect_claims(
        own or [], tuple(_collect_claims(block, (), []) for block in quoted), _find_unread_lines(looks, read, text)
    )
    late = _collect_misplaced(_unindent_squashed(text), read)
    return replace(
        found,
        partly=1 < squashed > sum(bool(one.action) for one in found.all),
        misplaced=_collect_claims(late, (), []) if late else None,
        misplaced_lines=tuple(one_line(line) for line in late if line[:6].lower() == _PREFIX),
        untidy=_UNTIDY.search(message) is not None or any(key not in _ORGTP_KEYS for key in _KEY_IN_TEXT.findall(text)),
    )


def _collect_misplaced(text: str, read: list[str]) -> list[str]:
    """The lines that are whole trailers of orgtp, but not among those `read`, each with a line that continues it.

    Below a line of dashes, some readers see no message any more, so nothing there counts.
    """
    divider = _DIVIDER.search(text)
    lines = (text[: divider.start()] if divider else text).split("\n")[1:]
    left, found = list(read), list[str]()
    for number, line in enumerate(lines):
        if line in left:
            left.remove(line)
        elif _FORM.fullmatch(line) and line[:6].lower() == _PREFIX:
            found += [line, *(after for after in lines[number + 1 : number + 2] if after[:1] in {" ", "\t"})]
    return found


def _unindent_squashed(text: str) -> str:
    """The message; if `git merge --squash` wrote it, with the quoted messages unindented."""
    return re.sub(r"^    ", "", text, flags=re.MULTILINE) if _MERGED.search(text) else text


def _is_squashed_by_git(paragraphs: list[str]) -> bool:
    """Whether git joined several messages (`merge --squash`, `rebase -i`): a subject follows each trailer block."""
    after = [following for part, following in pairwise(paragraphs[1:]) if _trailer_block(part)]
    return bool(after) and all(_SUBJECT.match(part) or _COMMIT.match(part) or _trailer_block(part) for part in after)


def _quoted_blocks(paragraphs: list[str], *, anywhere: bool) -> list[list[str]]:
    """The trailer blocks of squashed commits that a forge quotes above its own."""
    found: list[list[str]] = []
    for part in reversed(paragraphs):
        block = _trailer_block(part)
        if block:
            found.insert(0, block)
        elif not anywhere and part.strip("-\n"):
            break
    return found


def drop_seat_trailers(message: str, touched: Collection[str]) -> str:
    """Remove the trailers of seats that are not `touched`, for a commit that was reduced to part of its changes."""
    head, gap, last = message.rpartition("\n\n")
    lines = last.split("\n")
    left = [
        line
        for line in lines
        if not line.lower().startswith(_SEAT.lower()) or line[len(_SEAT) :].rstrip(_STRIPPED) in touched
    ]
    return message if left == lines or not gap else f"{head}{gap}" + "\n".join(left)


def _trailer_block(paragraph: str) -> list[str] | None:
    """The lines of a paragraph that has only trailers; None for any other."""
    lines = paragraph.strip("\n").split("\n")
    whole = all(_TRAILER.match(line) or line[:1] in " \t" or line.startswith(_PICKED) for line in lines)
    return lines if whole and not lines[0][:1].isspace() else None


def _find_unread_lines(looks: list[str], read: list[str], text: str) -> list[tuple[str, str]]:
    """The lines that look like orgtp's trailers, but are where git reads none, each with the reason."""
    left = list(read)
    odd = []
    for line in looks:
        if line in left:
            left.remove(line)
        else:
            odd.append((one_line(line), "it is not in the last paragraph, where git reads trailers"))
    divider = _DIVIDER.search(text)
    if read and divider and divider.start() < text.rfind(f"\n{read[-1]}"):
        odd.append((one_line(read[0]), "some readers end the message at the line of dashes above it"))
    return odd


def _collect_claims(lines: list[str], blocks: tuple[TrailerClaims, ...], odd: list[tuple[str, str]]) -> TrailerClaims:
    found: dict[str, list[str]] = {key: [] for key in _ORGTP_KEYS}
    for number, line in enumerate(lines):
        if line[:6].lower() != _PREFIX:
            continue
        match = _FORM.fullmatch(line)
        why = _trailer_fault(match, lines[number + 1 : number + 2], found)
        if why:
            odd = [*odd, (one_line(line), why)]
        elif match and (key := _KEY_OF.get(match[1].lower())):
            found[key].append(match[2])
    action, by, approved, content, for_ = (next(iter(found[key]), "") for key in ("Orgtp-Action", *_ORGTP_KEYS[2:]))
    return TrailerClaims(action, tuple(found["Orgtp-Seat"]), by, approved, content, tuple(odd), blocks, acting_for=for_)


def _trailer_fault(match: re.Match[str] | None, following: list[str], found: dict[str, list[str]]) -> str:
    """What is wrong with one of orgtp's trailers; "" if nothing is."""
    if match is None:
        return "it does not have the form Key: value that orgtp writes"
    if following and following[0][:1] in {" ", "\t"}:
        return "it continues on the next line"
    key = _KEY_OF.get(match[1].lower(), "")
    if key in _ONCE and found[key]:
        return "it occurs twice"
    return "it does not name a seat" if key in _SEATS and not is_id(match[2]) else ""
