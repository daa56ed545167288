"""The words of a text that describe work: without those that every text has, and without the phrases of agent files."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from orgtp.model.text import remove_invisible

# Words that say nothing about the work: those of every English text, then those of every description of an agent.
_STOP_TEXT = """
about above across after again against all also always am an and another any anyone anything are around as at away
be became because become been before being below between both but by can cannot could did do does doing done down
during each either else etc ever every everyone everything few for from further get gets getting give given gives
go goes going had has have having he hence her here hers herself him himself his how however if in instead into is
it its itself just keep keeps kept least less let like made make makes making many may me might more most much must
my myself need needed needs neither never no nobody none nor not nothing now of off often on once one only onto or
other others our ours out over own per perhaps rather same say says see seen sees shall she should since so some
somebody someone something still such take taken takes tell tells than that the their theirs them themselves then
there therefore these they thing things this those though three through throughout thus to together too toward
towards two under unless until up upon us use used user users uses using very via was we well were what whatever
when where whether which while who whoever whole whom whose why will with within without would yet you your yours
yourself
agent agents ai expert expertise experts llm proactive proactively specialised specialist specialists specialized
subagent subagents
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())

# What descriptions of agents say to the program that chooses one, or about how good they are. Words that mean something
# elsewhere ("assistant", "focus") count, unless they are in such a phrase.
_BOILERPLATE = re.compile(
    r"""\b(?:
      (?:must|should|can|to) \s be \s (?:used|invoked|called) | use \s (?:immediately|automatically|it|this|when|for)
    | (?:use|invoke|call|launch|deploy) \s (?:this|the) \s (?:sub-?)?agents? | (?:this|the) \s (?:sub-?)?agent
    | you \s are \s (?:an?|the) | (?:ai|helpful|virtual) \s assistants? | (?:an? \s)? (?:elite|world-class|seasoned)
    | (?:an? \s)? experts? \s (?:in|at|on|with) | specialis(?:ts?|es?|ed|ing) \s in | specializ(?:es?|ed|ing) \s in
    | (?:deep|extensive|strong) \s (?:expertise|experience|knowledge|understanding) | (?:with|has) \s expertise
    | (?:years|decades) \s of \s experience | focus(?:es|ed|ing)? \s on | responsible \s for
    | handles | masters | mastery \s of | ensures? | ensuring | step \s by \s step
    )\b | </?(?:example|commentary)> | \b(?:context|user|assistant|examples?) \s? :""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]{2,}")
# "client's", "doesn't"
_CLITIC = re.compile(r"(?:n't|'s)\b")
# Chinese and Japanese have no spaces between words, so each pair of neighbouring characters stands for a word.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,}")
_ACCENTS = re.compile("[\u0300-\u036f]")


def list_words(text: str) -> list[str]:
    """The words of `text` that describe work, in their order, in lower case and without accents.

    A word has at least two letters or digits. A hyphen and an underscore separate words, so that the id of a capability
    (`ad-anomaly-detection`) counts as its words.
    """
    folded = _fold(remove_invisible(text))
    return [word for word in _split(_BOILERPLATE.sub(" ", folded)) if word not in STOP_WORDS]


def _fold(text: str) -> str:
    """`text` in lower case with single spaces and without accents; the marks of other scripts stay."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().replace("\u2019", "'").split())


def _split(text: str) -> list[str]:
    text = _CLITIC.sub(" ", text)
    if text.isascii():
        return _WORD.findall(text)
    found: list[str] = []
    for run in "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in text).split():
        for part in _UNSPACED.split(run):
            found += [part] if len(part) > 1 else []
        found += [pair for part in _UNSPACED.findall(run) for pair in map("".join, pairwise(part))]
    return found
