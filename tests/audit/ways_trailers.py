"""Ways in which a commit says of itself what it did not do, or says it where not everybody reads it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.audit.scene import BOT, CAT, RECORD, Content, Scene, line
from tests.audit.ways import Found

_SCORE = "score(bot): number\n\nOrgtp-Action: score\nOrgtp-Seat: bot\nOrgtp-By: ada\n"
_BOT, _CAT = "seats/bot.yaml", "seats/cat.yaml"


def _more(scene: Scene, path: str) -> str:
    return f"{scene.text(path)}x-more: 1\n"


def score_that_changes_a_seat(scene: Scene) -> Sequence[Found]:
    """A commit that says score brings a value, and lowers a target beside."""
    text = scene.text(_BOT).replace(">= 12", ">= 1")
    commit = scene.commit({BOT: f"{scene.text(BOT)}{line('n1')}\n", _BOT: text}, _SCORE)
    return [Found("trailer-mismatch", commit, _BOT, 0, None, "score")]


def score_that_changes_the_org(scene: Scene) -> Sequence[Found]:
    """A commit that says score lets somebody record for everybody."""
    org = f"{scene.text('org.yaml')}policy: {{scorekeepers: [cat]}}\n"
    commit = scene.commit({BOT: f"{scene.text(BOT)}{line('n1')}\n", "org.yaml": org}, _SCORE)
    return [Found("trailer-mismatch", commit, "org.yaml", 0, None, "score")]


def seat_named_and_not_touched(scene: Scene) -> Sequence[Found]:
    """A commit names a seat that it has nothing to do with."""
    commit = scene.append(line("n1"), message=_SCORE.replace("bot\nOrgtp-By", "bot\nOrgtp-Seat: cat\nOrgtp-By"))
    return [Found("trailer-forged", commit, "", 0, None, "cat")]


def seat_touched_and_not_named(scene: Scene) -> Sequence[Found]:
    """A commit brings a value of another seat, and does not say so."""
    changes = {BOT: f"{scene.text(BOT)}{line('n1')}\n", CAT: f"{scene.text(CAT)}{line('n2')}\n"}
    return [Found("trailer-mismatch", scene.commit(changes, _SCORE), CAT, 0, None, None)]


def retire_without_record(scene: Scene) -> Sequence[Found]:
    """A commit says retire, and leaves no record."""
    text = scene.text(_CAT).replace("status: active", "status: retired")
    commit = scene.commit({_CAT: text}, "retire(cat)\n\nOrgtp-Action: retire\nOrgtp-Seat: cat\n")
    return [Found("trailer-mismatch", commit, "", 0, None, "retire")]


def other_approver(scene: Scene) -> Sequence[Found]:
    """The trailer says that somebody else approved than the record does."""
    text = scene.text(RECORD).replace("seat: old", "seat: cat")
    message = "retire(cat)\n\nOrgtp-Action: retire\nOrgtp-Seat: cat\nOrgtp-By: ada\nOrgtp-Approved-By: bot\n"
    retired = scene.text(_CAT).replace("status: active", "status: retired")
    commit = scene.commit({"retirements/cat.yaml": text, _CAT: retired}, message)
    return [Found("trailer-forged", commit, "retirements/cat.yaml", 0, "ada", "bot")]


def by_nobody(scene: Scene) -> Sequence[Found]:
    """A commit by a seat that is not there."""
    return [Found("trailer-forged", scene.append(line("n1"), message=_SCORE.replace("ada", "eve")), "", 0, None, "eve")]


def approved_by_nobody(scene: Scene) -> Sequence[Found]:
    """A commit that a seat approved which is not there."""
    commit = scene.append(line("n1"), message=f"{_SCORE}Orgtp-Approved-By: eve\n")
    return [Found("trailer-forged", commit, "", 0, None, "eve")]


def empty_commit_that_claims_a_score(scene: Scene) -> Sequence[Found]:
    """A commit says that it recorded a value, and brings nothing."""
    commit = scene.commit({}, _SCORE)
    return [
        Found("trailer-forged", commit, "", 0, None, "bot"),
        Found("trailer-mismatch", commit, "", 0, None, "score"),
    ]


def init_again(scene: Scene) -> Sequence[Found]:
    """A commit calls itself the first one of the org, which may bring anything."""
    commit = scene.commit({_BOT: _more(scene, _BOT)}, "init: the org\n\nOrgtp-Action: init\n")
    return [Found("trailer-mismatch", commit, "", 0, None, "init")]


def action_of_tomorrow(scene: Scene) -> Sequence[Found]:
    """An action that this version does not know is noted, and its seats are held against what it did."""
    scene.commit({_BOT: _more(scene, _BOT)}, "pause(bot)\n\nOrgtp-Action: pause\nOrgtp-Seat: bot\n")
    return []


# Trailers that hide.


def _hidden(scene: Scene, message: Content, said: str, path: str = _BOT) -> Sequence[Found]:
    commit = scene.commit({path: _more(scene, path)}, message)
    return [Found("trailer-hidden", commit, "", 0, None, said)]


def trailer_in_the_body(scene: Scene) -> Sequence[Found]:
    """A claim where git does not read it, and people do."""
    message = "Work\n\nOrgtp-Action: score\n\nAnd something more.\n"
    return _hidden(scene, message, "Orgtp-Action: score")


def trailer_below_dashes(scene: Scene) -> Sequence[Found]:
    """A claim after a line of dashes: there a message ends for some, and goes on for others."""
    message = "Work\n\n---\n a patch\n\nOrgtp-Action: set\nOrgtp-Seat: bot\n"
    return _hidden(scene, message, "Orgtp-Action: set")


def trailer_in_other_case(scene: Scene) -> Sequence[Found]:
    """A claim whose key is spelled otherwise is read as git reads it, and does not fit the changes."""
    found = _hidden(scene, "Work\n\norgtp-action: score\n", "orgtp-action: score")
    commit = found[0].commit
    return [
        Found("trailer-mismatch", commit, "", 0, None, "score"),
        Found("trailer-mismatch", commit, _BOT, 0, None, "score"),
        Found("trailer-mismatch", commit, _BOT, 0, None, None),
    ]


def trailer_with_other_separator(scene: Scene) -> Sequence[Found]:
    """A claim with `=`, which a configuration can make a separator."""
    return _hidden(scene, "Work\n\nOrgtp-Action=score\n", "Orgtp-Action=score")


def trailer_after_nul(scene: Scene) -> Sequence[Found]:
    """A claim after a NUL, where git stops and others read on."""
    return _hidden(scene, b"Work\0\n\nOrgtp-Action: score\n", "Orgtp-Action: score")


def trailer_folded(scene: Scene) -> Sequence[Found]:
    """A claim that goes on in the next line: `bot` for one reader, `bot cat` for another."""
    return _hidden(scene, "Work\n\nOrgtp-Seat: bot\n cat\n", "Orgtp-Seat: bot")


def trailer_after_carriage_return(scene: Scene) -> Sequence[Found]:
    """A claim at the beginning of what a terminal shows as a line, and git does not."""
    return _hidden(scene, "Work\n\nNote: x\rOrgtp-Action: score\n", "Orgtp-Action: score")


def trailer_after_line_separator(scene: Scene) -> Sequence[Found]:
    """The same with U+2028, which many programs take for the end of a line."""
    return _hidden(scene, "Work\n\nNote: x\u2028Orgtp-Action: score\n", "Orgtp-Action: score")


def trailer_twice(scene: Scene) -> Sequence[Found]:
    """Two who did it."""
    message = "Work\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-By: ada\nOrgtp-By: cat\n"
    return _hidden(scene, message, "Orgtp-By: cat")


def two_actions(scene: Scene) -> Sequence[Found]:
    """Two actions, of which each reader takes the one that it likes."""
    message = "Work\n\nOrgtp-Action: set\nOrgtp-Action: score\nOrgtp-Seat: bot\n"
    return _hidden(scene, message, "Orgtp-Action: score")


def trailer_of_no_id(scene: Scene) -> Sequence[Found]:
    """A seat whose name is no id."""
    message = "Work\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-Seat: Bot the Great\n"
    return _hidden(scene, message, "Orgtp-Seat: Bot the Great")


def trailer_under_an_encoding(scene: Scene) -> Sequence[Found]:
    """A claim in plain letters, in a commit that says it is UTF-16: git shows signs, other readers show the claim."""
    commit = scene.commit({_BOT: _more(scene, _BOT)}, "Work\n\nOrgtp-Seat: cat\n", encoding="UTF-16")
    return [Found("trailer-forged", commit, "", 0, None, "cat"), Found("trailer-mismatch", commit, _BOT, 0, None, None)]


def trailer_in_an_encoding(scene: Scene) -> Sequence[Found]:
    """The other way round: a claim that only who heeds the encoding can read."""
    message = "Work\n\n+AE8-rgtp-Seat: cat\n"
    commit = scene.commit({_BOT: _more(scene, _BOT)}, message, encoding="UTF-7")
    return [Found("trailer-forged", commit, "", 0, None, "cat"), Found("trailer-mismatch", commit, _BOT, 0, None, None)]


# Trailers as mailers and forges leave them.

_SET = "set(bot): x-more = 1\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-By: ada\n"
_SET_TRAILERS = _SET.partition("\n\n")[2]
LATE = {
    "paragraph below": f"{_SET}\nCloses #12\n",
    "signature of a mailer": f"{_SET}\n-- \nSent by a mailer\n",
    "line right below": f"{_SET}See the minutes of Monday.\n",
    "statistics of a patch": f"{_SET}---\n seats/bot.yaml | 1 +\n 1 file changed, 1 insertion(+)\n",
    "several paragraphs": f"{_SET}\nReviewed in the meeting.\n\nSee also: the plan\nand its annex.\n",
    "one trailer apart": _SET.replace("Orgtp-By", "\nWhat follows was added later.\n\nOrgtp-By"),
}
UNTIDY = {
    "carriage returns": _SET.replace("\n", "\r\n"),
    "blanks at the end": _SET.replace("ada\n", "ada  \n").replace("set\n", "set\t\n"),
    "carriage return at the very end": _SET[:-1] + "\r",
    "blanks that do not break": _SET.replace("ada\n", "ada\u00a0\n").replace("bot\n", "bot \u202f\n"),
    "keys in lower case": _SET.replace("Orgtp-", "orgtp-"),
    "keys in capitals": _SET.replace("Orgtp-By", "ORGTP-BY"),
}
BOTH = {
    "carriage returns and a line below": f"{_SET}\nCloses #12\n".replace("\n", "\r\n"),
    "blanks and a signature": f"{_SET}\n-- \nSent by a mailer\n".replace("bot\n", "bot \n"),
}
# What the message says, and the lines that are held against it, because it is not what happened.
FALSE = {
    "another seat": (f"{_SET}\nCloses #12\n".replace("Seat: bot", "Seat: cat"), 3),
    "another action": (f"{_SET}\nCloses #12\n".replace("Action: set", "Action: score"), 3),
    "a seat that is not there": (f"{_SET}\nCloses #12\n".replace("By: ada", "By: eve"), 3),
    "two who did it": (f"Work\n\nOrgtp-By: cat\n\nMore\n\n{_SET_TRAILERS}", 1),
    "two actions apart": (f"Work\n\nOrgtp-Action: score\n\nMore\n\n{_SET_TRAILERS}", 1),
    "twice in the wrong place": (f"{_SET}Orgtp-By: cat\n\nCloses #12\n", 4),
    "with keys in lower case": (f"{_SET}\nCloses #12\n".replace("Seat: bot", "Seat: cat").replace("Orgtp", "orgtp"), 3),
    "with carriage returns": (f"{_SET}\nCloses #12\n".replace("Seat: bot", "Seat: cat").replace("\n", "\r\n"), 3),
    "continued on the next line": (_SET.replace("Seat: bot", "Seat: bot\n cat") + "\nCloses #12\n", 3),
}


# Messages of forges.

_SQUASHED = """Two things (#12)

* A better role

Orgtp-Action: set
Orgtp-Seat: {0}
Orgtp-By: ada

* score(bot): number 2026-W47 = 12

Orgtp-Action: score
Orgtp-Seat: bot
Orgtp-By: ada

---------

Co-authored-by: Ada <ada@example.com>
"""


def squashed(scene: Scene) -> Sequence[Found]:
    """No tamper: a forge squashed two commits into one, and quotes what they said."""
    changes = {BOT: f"{scene.text(BOT)}{line('n1')}\n", _CAT: _more(scene, _CAT)}
    scene.commit(changes, _SQUASHED.format("cat"))
    return []


def squashed_with_one_more_author(scene: Scene) -> Sequence[Found]:
    """No tamper: a forge squashed one commit, and put an author below its trailers."""
    scene.append(line("n1"), message=f"{_SCORE}\nCo-authored-by: Ada <ada@example.com>\n")
    return []


def squashed_with_one_by_hand(scene: Scene) -> Sequence[Found]:
    """No tamper: one of the commits that a forge squashed says nothing of itself, and changed something else."""
    changes = {BOT: f"{scene.text(BOT)}{line('n1')}\n", _CAT: _more(scene, _CAT), "notes/plan.txt": "x\n"}
    message = _SQUASHED.format("cat").replace("* A better", "* A plan\n\n* A better")
    scene.commit(changes, message)
    return []


def squashed_with_claims_of_the_last(scene: Scene) -> Sequence[Found]:
    """No tamper: of two commits that a forge squashed, only the last one says of itself what it did."""
    message = _SCORE.replace("score(bot): number", "Two things (#3)\n\n* A plan\n\n* score(bot): number")
    scene.commit({BOT: f"{scene.text(BOT)}{line('n1')}\n", "notes/plan.txt": "x\n"}, message)
    return []


def squashed_and_did_more(scene: Scene) -> Sequence[Found]:
    """A forge squashed two commits, each of which says what it did; and something else was done."""
    changes = {BOT: f"{scene.text(BOT)}{line('n1')}\n", _CAT: _more(scene, _CAT), "org.yaml": _more(scene, "org.yaml")}
    commit = scene.commit(changes, _SQUASHED.format("cat"))
    return [Found("trailer-mismatch", commit, "org.yaml", 0, None, "score and set")]


def squashed_and_lied(scene: Scene) -> Sequence[Found]:
    """The same, and what is quoted is not what was done."""
    changes = {BOT: f"{scene.text(BOT)}{line('n1')}\n", _BOT: _more(scene, _BOT)}
    commit = scene.commit(changes, _SQUASHED.format("cat"))
    return [Found("trailer-forged", commit, "", 0, None, "cat")]


def merged_with_the_words_of_its_branch(scene: Scene) -> Sequence[Found]:
    """No tamper: a forge writes what the pull request says into the merge commit."""
    scene.append(line("n1"), to="side")
    scene.append(line("n2"), path=CAT)
    scene.commit({BOT: scene.text(BOT, "side")}, _SCORE, on=["main", "side"])
    return []


def reverted_and_quoted(scene: Scene) -> Sequence[Found]:
    """No tamper: a change of a seat is reverted by git, whose words have no trailers."""
    scene.commit({_BOT: _more(scene, _BOT)}, "set(bot): x\n\nOrgtp-Action: set\nOrgtp-Seat: bot\nOrgtp-By: ada\n")
    scene.checkout()
    scene.git("revert", "--no-edit", "HEAD")
    return []


# Words that look like git's own.


def subject_like_a_parent(scene: Scene) -> Sequence[Found]:
    """A subject that looks like what git says of a merge's parent: a whole commit could hide behind it."""
    was = scene.lines()[1]
    commit = scene.edit(BOT, '"12"', '"99"', "(from abc123) harmless\n")
    return [Found("score-rewritten", commit, BOT, 2, was, was.replace('"12"', '"99"'))]


def subject_like_children(scene: Scene) -> Sequence[Found]:
    """A subject that looks like what git says of children and parents."""
    was = scene.lines()[1]
    commit = scene.edit(BOT, '"12"', '"99"', f"{'a' * 40} {'b' * 40} (from {scene.tip()}) :100644\n")
    return [Found("score-rewritten", commit, BOT, 2, was, was.replace('"12"', '"99"'))]
