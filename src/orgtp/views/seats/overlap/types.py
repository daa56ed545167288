"""What is compared to find seats that look alike, and what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orgtp.model.inventory.alike import Alike, list_alike_text
from orgtp.model.inventory.draft import SeatDraft
from orgtp.model.inventory.found import FoundAgent
from orgtp.model.seat import Seat
from orgtp.model.text import fold_spelling
from orgtp.views.seats.overlap.words import list_words
from orgtp.views.seats.summary import SeatSummary

# How often a word of the name counts.
NAME_WEIGHT = 3


@dataclass(frozen=True, slots=True)
class WorkText:
    """What the file of a seat, or a text that may become one, says about the work.

    `title` is what the work is called: the name of a seat. That of a person says nothing about their work, and two
    people with the same first name do not look alike, so it is left out (see `read_work`).
    """

    title: str = ""
    role: str = ""
    mission: str = ""
    capabilities: Mapping[str, str] = field(default_factory=dict)

    def count_words(self) -> Counter[str]:
        """How often each word that describes work occurs; one of the title counts three times."""
        counts: Counter[str] = Counter()
        for word in list_words(self.title):
            counts[word] += NAME_WEIGHT
        for text in (self.role, self.mission, *(f"{name} {text}" for name, text in self.capabilities.items())):
            counts.update(list_words(text))
        return counts

    @property
    def text(self) -> str:
        """The text that says most: the mission, else the role, else the title."""
        return self.mission or self.role or self.title

    @property
    def same_text_key(self) -> tuple[str, ...]:
        """Equal for two texts that say the same.

        Where there is a mission or a capability, the title may differ: Rep North and Rep South are two instances.
        """
        rest = sorted(fold_spelling(f"{name}: {text}") for name, text in self.capabilities.items())
        title = "" if self.mission or rest else self.title
        return (fold_spelling(title), fold_spelling(self.role), fold_spelling(self.mission), *rest)


def read_work(seat: Seat) -> WorkText:
    """What a seat's file says about its work. The name of a human seat counts only if it is not that of a holder."""
    is_persons = seat.is_human and (not seat.holders or seat.name in (one.name for one in seat.holders))
    return WorkText("" if is_persons else seat.name, seat.role, seat.mission, seat.capabilities)


def read_draft_work(draft: SeatDraft) -> WorkText:
    """What a row of an import says about the work."""
    named = draft.content.get("capabilities")
    capabilities = {name: str(text or "") for name, text in named.items()} if isinstance(named, Mapping) else {}
    title = "" if draft.kind == "human" else draft.name
    return WorkText(title, draft.role, draft.mission, capabilities)


def read_found_work(agent: FoundAgent) -> WorkText:
    """What the definition of an agent that was found says about its work."""
    return WorkText(agent.name, mission=agent.description)


def describe_alike(seat: str, found: Sequence[Alike]) -> str:
    """`It looks like dash: 0.61. See: orgtp overlap jeff`."""
    return f"It looks like {list_alike_text(found)}. See: orgtp overlap {seat}"


@dataclass(frozen=True, slots=True)
class Mention:
    """Where the file of a seat names the other one: the key, and the sentence as it is written."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class MetricInBrief:
    """A metric by its id, its name and the outcome that it is for."""

    metric: str
    name: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OverlapSide(SeatSummary):
    """One of two seats that look alike.

    `only_capabilities` are the ids of its capabilities that the other does not have, and `only_words` the further words
    of its text that the other's does not have, the most telling first, without its name. `mentions` are the sentences
    of its file that name the other.
    """

    owner: str | None
    human_owner: str | None
    reports_to: str | None
    metrics: tuple[MetricInBrief, ...]
    only_words: tuple[str, ...]
    only_capabilities: tuple[str, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class OverlapPair:
    """Two seats that look alike: how alike (0.00 to 1.00), and the words that make them most alike."""

    likeness: Decimal
    words: tuple[str, ...]
    seats: tuple[OverlapSide, OverlapSide]


@dataclass(frozen=True, slots=True)
class Instances:
    """Seats that have the same text (`same` is `text`) or run from the same file (`file`); the text of the first."""

    same: str
    text: str
    seats: tuple[SeatSummary, ...]


@dataclass(frozen=True, slots=True)
class OmittedPairs:
    """How many seats a selection leaves out, and how many pairs of such seats look alike."""

    seats: int = 0
    pairs: int = 0


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The pairs of seats that are at least `least` alike, the most alike first.

    `more_pairs` counts those that are not in the list, because it has thousands. `compared` counts the seats whose
    texts were compared. `without_text` are those whose files say nothing about their work, so that they look like no
    other.
    """

    least: Decimal
    compared: int
    pairs: tuple[OverlapPair, ...]
    more_pairs: int
    instances: tuple[Instances, ...]
    without_text: tuple[SeatSummary, ...]
    left_out: OmittedPairs
