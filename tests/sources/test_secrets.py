"""No spelling of a secret leaves: the spellings in one list, mixtures of them, and what was cut off in the middle."""

from __future__ import annotations

import html
import json
import random
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from orgtp.sources.secrets import HIDDEN, SPELLINGS, SecretRedactor, spell_secret
from orgtp.sources.worker import shorten_reason
from tests.conftest import Shell

# Of nobody: with signs that some encoder treats in its own way.
SECRET = "pa$$/w0rd~&<'\"> +=%ü\\`*!(é)"  # noqa: S105
SIGNS = "abcXYZ019 ~/&<>'\"+=%`*!()[]{}|;:@?#,.-_$\\üßé語🙂"
PLACES = ("{}", "bad key {}!", "GET /?key={}&x=1", '{{"key": "{}"}}', "<b>{}</b>", "x{}y", "{} {}")


def random_secrets(count: int) -> list[str]:
    """Secrets of a few to many signs, the same ones in each run."""
    chance = random.Random(16)  # noqa: S311  (for a test)
    return ["".join(chance.choices(SIGNS, k=chance.randint(8, 40))).strip() + "end" for _ in range(count)]


@pytest.mark.parametrize("name", SPELLINGS)
def test_each_spelling_in_the_list_is_hidden_wherever_it_is(name: str) -> None:
    for secret in (SECRET, *random_secrets(8)):
        redactor = SecretRedactor()
        redactor.add_secret(secret)
        known = {form.lower() for form in spell_secret(secret)}
        for form in {form for form in SPELLINGS[name](secret) if len(form) >= 8}:
            assert redactor.finds_secret(f"x {form} y"), form
            for place in PLACES:
                hidden = redactor.redact(place.format(form, form))
                assert HIDDEN in hidden
                assert not [one for one in known if one in hidden.lower()], (place, form, hidden)


@pytest.mark.parametrize("width", [20, 57, 64, 76])
@pytest.mark.parametrize(
    "end", ["\n", "\r\n", " ", "\\n", "\n  "], ids=["newline", "crlf", "blank", "escape", "indent"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_base64_that_was_wrapped_over_lines_is_hidden(width: int, end: str, encoding: str) -> None:
    """Of the secret alone, and of a longer text with it, wherever the lines end."""
    secret = "pässwörd-" + "x9/é" * 9
    redactor = SecretRedactor()
    redactor.add_secret(secret)
    for text in (secret, f"user:{secret}", f"{'a' * 50}:{secret}:{'b' * 40}"):
        whole = b64encode(text.encode(encoding)).decode()
        lines = [whole[at : at + width] for at in range(0, len(whole), width)]
        hidden = redactor.redact(f"bad header {end.join(lines)} here")
        assert HIDDEN in hidden
        assert not redactor.finds_secret(hidden)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_a_secret_in_an_encoding_of_one_byte_is_hidden(encoding: str) -> None:
    secret = "pässwörd-é/ü&9"  # noqa: S105
    redactor = SecretRedactor()
    redactor.add_secret(secret)
    raw = secret.encode(encoding)
    mixed = "".join(f"%{byte:02x}" if at % 2 else f"%{byte:02X}" for at, byte in enumerate(raw))
    for text in (
        quote(raw),
        quote(raw, safe=""),
        quote(raw).lower(),
        quote(quote(raw)),
        mixed,
        b64encode(raw).decode(),
    ):
        assert HIDDEN in redactor.redact(f"GET /?key={text}&x=1")
        assert text not in redactor.redact(f"GET /?key={text}&x=1")


def test_a_mixture_of_spellings_is_hidden_as_a_whole() -> None:
    for secret in (SECRET, *random_secrets(8)):
        redactor = SecretRedactor()
        redactor.add_secret(secret)
        half = len(secret) // 2
        mixed = {
            quote(secret[:half], safe="") + secret[half:],
            "".join(quote(sign, safe="") if at % 2 else sign for at, sign in enumerate(secret)),
            html.escape(json.dumps(secret)),
            quote(html.escape(secret), safe=""),
            json.dumps(quote(secret)),
            b64encode(f"user=x&key={secret}&more".encode()).decode(),
            b64encode(quote(secret).encode()).decode(),
        }
        for text in mixed:
            hidden = redactor.redact(f"bad key {text}!")
            assert not redactor.finds_secret(hidden)
            assert HIDDEN in hidden
            assert redactor.finds_secret(text)


@pytest.mark.parametrize("mark", ["…", "...", "… (cut)"])
def test_the_beginning_of_a_secret_is_hidden_where_a_text_was_cut(mark: str) -> None:
    redactor = SecretRedactor()
    redactor.add_secret(SECRET)
    for form in (SECRET, quote(SECRET), json.dumps(SECRET)[1:-1], html.escape(SECRET)):
        for size in range(4, len(form)):
            hidden = redactor.redact(f"bad key {form[:size]}{mark}")
            assert form[:4] not in hidden, hidden


def test_a_reason_that_is_shortened_shows_no_part_of_a_secret() -> None:
    for before in range(250, 300):
        redactor = SecretRedactor()
        redactor.add_secret(SECRET)
        assert SECRET[:4] not in shorten_reason(redactor.redact("x" * before + SECRET))


def test_secrets_that_overlap_leave_nothing_of_each_other() -> None:
    redactor = SecretRedactor()
    for secret in ("first-part", "part-second", "second-third"):
        redactor.add_secret(secret)
    assert redactor.redact("<first-part-second-third>") == f"<{HIDDEN}>"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("https://ada:hush%20hush@example.com/x", b64encode(b"ada:hush hush").decode()),
        ("https://s3cret-t0ken@example.com/x", b64encode(b"s3cret-t0ken:").decode()),
        ("https://:s3cret-t0ken@example.com/x", b64encode(b":s3cret-t0ken").decode()),
        ("Basic " + b64encode(b"ada:hush hush").decode(), "ada:hush hush"),
        ("Basic " + b64encode(b"ada:hush hush").decode(), "hush hush"),
        ("Bearer s3cret-t0ken", "s3cret-t0ken"),
        ('{"token": "s3cret-t0ken/1"}', "s3cret-t0ken%2f1"),
        ("two\nlines\tof it", "two lines of it"),
        ("\udcff-s3cret-t0ken", "%FF-s3cret-t0ken"),
    ],
)
def test_what_a_secret_contains_or_is_sent_as_is_hidden_too(secret: str, said: str) -> None:
    redactor = SecretRedactor()
    redactor.add_secret(secret)
    assert redactor.redact(f"401 {said}.") == f"401 {HIDDEN}."


@pytest.mark.parametrize("value", ["5", "6162", "12.5", "USD 1200", "yes", "07:52", "12345678"])
def test_a_value_is_not_taken_for_a_spelling(value: str) -> None:
    redactor = SecretRedactor()
    for secret in (SECRET, "ab", "pin", "1", "https://ada:ab@example.com:8080/x?year=2026&page=12"):
        redactor.add_secret(secret)
    assert not redactor.finds_secret(value)
    assert redactor.redact(f"it is {value}2.") == f"it is {value}2."


@dataclass
class Echo:
    """A server that fails, and says in its status what it was sent or told to say; it also takes notifications."""

    said: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        echo = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].strip("/")
                heard = f"{self.path} {self.headers.get('Authorization', '')} {self.headers.get('X-Key', '')}"
                text = echo.said.get(name) or heard
                self.send_response(401, text.encode("latin-1", "replace").decode("latin-1"))
                self.end_headers()

            def do_POST(self) -> None:
                echo.told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def echo() -> Iterator[Echo]:
    found = Echo()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def list_texts(secret: str) -> dict[str, str]:
    """A name and a text for each spelling, with as many of its forms as a reason has room for."""
    texts = {}
    for number, (name, spell) in enumerate(SPELLINGS.items()):
        text = f"({name})"
        for form in sorted({one for one in spell(secret) if one.isprintable() and len(one) > 7}):
            text = f"{text} {form}" if len(text) + len(form) < 280 else text
        texts[f"spelling-{number}"] = text
    return texts


def test_no_spelling_of_a_secret_is_committed_printed_or_sent(acme: Shell, echo: Echo) -> None:
    """What every kind of source says of itself: in the org's objects, in both outputs, in files, in notifications."""
    host = f"127.0.0.1:{echo.server.server_port}"
    texts = list_texts(SECRET)
    echo.said = {name: text for name, text in texts.items() if text.isascii() or text.encode("latin-1", "ignore")}
    password = quote(SECRET, safe="")
    sources: dict[str, object] = {
        "by-user": {"http": {"url": "env:BASIC_URL"}, "retries": 0},
        "by-header": {"http": {"url": f"http://{host}/h", "headers": {"X-Key": "env:PLAIN_KEY"}}, "retries": 0},
        "by-query": {"http": {"url": "env:QUERY_URL"}, "retries": 0},
        "by-file": {"file": {"path": "env:FILE_PATH", "format": "json", "pointer": "/a"}, "retries": 0},
        "by-database": {"sql": {"url": "env:BOOKS_URL", "query": "select 1"}, "retries": 0},
        "by-value": {"command": ["echo", "env:PLAIN_KEY"], "retries": 0},
    }
    for name, text in texts.items():
        script = 'printf "%s\\n" "$0" >&2; exit 9'
        sources[f"command-{name}"] = {"command": ["sh", "-c", script, text, "env:MY_SECRET"], "retries": 0}
        sources[f"http-{name}"] = {
            "http": {"url": f"http://{host}/{name}", "headers": {"X-Other": "env:HEADER_SECRET"}}, "retries": 0
        }  # fmt: skip
    env = {
        "MY_SECRET": SECRET,
        "HEADER_SECRET": SECRET.encode("ascii", "ignore").decode(),
        "PLAIN_KEY": "s3cret-t0ken/of+nobody",
        "BASIC_URL": f"http://ada:{password}@{host}/b",
        "QUERY_URL": f"http://{host}/q?key={password}",
        "FILE_PATH": f"{acme.home}/s3cret-t0ken/of+nobody.json",
        "BOOKS_URL": f"sqlite:////nowhere/{'s3cret-t0ken/of+nobody'}.db",
    }
    rows = [f"  {name}: {{name: N, outcome: O, cadence: daily, target: '>= 1', source: {name}}}" for name in sources]
    acme.write("seats/bot.yaml", acme.read("seats/bot.yaml").partition("metrics:")[0] + "\n".join(["metrics:", *rows]))
    acme.git("commit", "-qam", "Metrics")
    (acme.home / "sources.yaml").write_text(json.dumps(sources), encoding="utf-8")
    (acme.home / "notify.yaml").write_text(f"default: ['json://{host}/n']\n", encoding="utf-8")
    files = ("--sources", str(acme.home / "sources.yaml"), "--notify", str(acme.home / "notify.yaml"))
    ran = acme("score", "collect", *files, code=1, **env)
    tested = [acme("source", "test", name, *files[:2], code=1, **env) for name in ("by-user", "by-value")]
    shown = [acme("escalate", "list", "--json"), acme("score", "list", "bot", "--json"), acme("stale", code=None)]
    words = ["git", "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(words, cwd=acme.folder, env=acme.env(), capture_output=True, check=True).stdout.decode(
        errors="replace"
    )
    said = [ran.out, ran.err, objects, *echo.told, *(text for one in (*tested, *shown) for text in (one.out, one.err))]
    all_of_it = "\n".join(said).lower()
    assert len(echo.told) == 1
    assert "401" in all_of_it
    assert all_of_it.count("source broken") >= len(sources), "each left its reason"
    assert HIDDEN in objects
    for secret in (SECRET, env["HEADER_SECRET"], env["PLAIN_KEY"], f"ada:{SECRET}"):
        assert not [form for form in spell_secret(secret) if form.lower() in all_of_it]
    redactor = SecretRedactor()
    redactor.add_secret(SECRET)
    notes = [row["note"] for row in shown[1].json["scores"]]
    assert len(notes) == len(sources)
    assert not [note for note in notes if redactor.finds_secret(note)]
