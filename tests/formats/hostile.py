"""Problems as somebody might want them who means harm, and many of them."""

from __future__ import annotations

from orgtp.model.problem import Place, Problem, Severity

# Each as a path and as words. A path never has a NUL, and a byte of it that is no UTF-8 is a lone surrogate.
NASTY = {
    "newline": "a\nb\r\nc",
    "command": "x\n::error::forged",
    "percent": "100%0A%25 %3A",
    "colon-comma": "a:b,c=d::e",
    "escape": "\x1b[31mred\x1b]0;title\x07",
    "c1": "\x9b31m\x85",
    "bytes": "\udcff\udc80",
    "surrogate": "\ud800",
    "emoji": "👩🏽‍🚀🎉",
    "wide": "株式会社",
    "bidi": "\u202egnihton\u2066",
    "cdata": "]]><failure>&amp;</failure><!--",
    "markdown": "`a` | [x](https://example.com) ![y](//example.com/i.png) <img src=x> @octocat #1 *b* https://example.com",
    "old-command": "##[add-mask]hunter2 ##[error]x",
    "quotes": "\"'<>&",
    "nonchar": "\ufffe\uffff",
    "dots": "../../etc/passwd",
    "space": " a  b\tc ",
    "sarif-link": "see [this](https://example.com) {0}",
    "backslash": "C:\\x\\n \\u0041",
}
RULE = "owner-unknown"


def hostile() -> list[Problem]:
    """One problem of each kind of harm, in its path, its message and its hint, of every weight."""
    weights = list(Severity)
    return [
        Problem(RULE, Place(f"seats/{text}.yaml", 1 + n, 1 + n), f"{name}: {text}", f"Hint {text}", weights[n % 3])
        for n, (name, text) in enumerate(NASTY.items())
    ]


def many(number: int, severity: Severity = Severity.ERROR) -> list[Problem]:
    """So many different problems in ten files."""
    size = max(1, -(-number // 10))
    return [
        Problem(RULE, Place(f"seats/s{n // size}.yaml", 1 + n % size, 8), f'owner "o{n}" is not a seat', "", severity)
        for n in range(number)
    ]


def equal(number: int) -> list[Problem]:
    """So many problems that differ in nothing but their line."""
    return [Problem("score-malformed", Place("scores/dash/2026-11.jsonl", 1 + n), "no JSON") for n in range(number)]


# What every format has to hold: nothing, one, one more than GitHub shows, very many, and the worst.
SETS = {"0": many(0), "1": many(1), "11": many(11), "10000": many(10_000), "equal": equal(300), "hostile": hostile()}
