"""`orgtp serve` answers with the pages of the org as it is."""

from __future__ import annotations

import gzip
import signal
import socket
import time

from tests.conftest import Shell
from tests.web.parsed import parse_page
from tests.web.server.server import open_socket, read_lines, serve


def test_the_first_page_is_the_chart_and_states_its_commit(sample: Shell) -> None:
    with serve(sample) as served:
        page = served.browser().get("/")
        assert page.status == 200
        assert "Dash" in page.text
        assert sample.head()[:10] in page.text
        assert served.browser().get("/chart.html").status == 200
        assert "Dash" in served.browser().get("/seat/dash.html").text
        # A retired seat has its page, too.
        assert "Jeff" in served.browser().get("/seat/jeff.html").text


def test_a_page_that_the_reader_has_is_not_sent_again(sample: Shell) -> None:
    with serve(sample) as served:
        browser = served.wait_for_audit()
        page = browser.get("/")
        tag = page.header("ETag")
        assert tag
        again = browser.get("/", If_None_Match=tag)
        assert (again.status, again.body, again.header("ETag")) == (304, b"", tag)
        assert browser.get("/", If_None_Match='"other"').status == 200
        sample("seat", "set", "dash", "mission=Finds what moved.", "--by", "david")
        changed = browser.get("/", If_None_Match=tag)
        assert changed.status == 200
        assert sample.head()[:10] in changed.text


def test_a_page_is_compressed_for_those_who_can_read_that(sample: Shell) -> None:
    with serve(sample) as served:
        plain = served.wait_for_audit().get("/")
        packed = served.browser().get("/", Accept_Encoding="br, gzip;q=0.8")
        assert packed.header("Content-Encoding") == "gzip"
        assert packed.header("Vary") == "Accept-Encoding"
        assert gzip.decompress(packed.body) == plain.body
        assert served.browser().get("/", Accept_Encoding="gzip;q=0").header("Content-Encoding") == ""


def test_head_has_the_headers_without_the_page(sample: Shell) -> None:
    with serve(sample) as served:
        browser = served.wait_for_audit()
        page, head = browser.get("/"), browser.ask("HEAD", "/")
        assert (head.status, head.body) == (200, b"")
        assert head.header("ETag") == page.header("ETag")


def test_style_and_script_are_kept_by_their_hash(sample: Shell) -> None:
    with serve(sample) as served:
        browser = served.browser()
        page = browser.get("/").text
        for kind, start in (("text/css", 'href="static/orgtp.css?v='), ("text/javascript", 'src="static/orgtp.js?v=')):
            address = page.partition(start)[2].partition('"')[0]
            name = start.partition('"')[2]
            found = browser.get(f"/{name}{address}")
            assert found.status == 200
            assert found.header("Content-Type").startswith(kind)
            assert "immutable" in found.header("Cache-Control")


def test_what_does_not_exist_has_a_page_that_says_so(sample: Shell) -> None:
    with serve(sample) as served:
        for path in ("/nothing.html", "/seat/", "/seat/a/b.html", "/static/", "/static/other.css", "/org.yaml", "/%00"):
            found = served.browser().get(path)
            assert (path, found.status) == (path, 404)
            assert "To the chart" in found.text
        seat = served.browser().get("/seat/dahs.html")
        assert seat.status == 404
        assert "dash" in seat.text


def test_a_past_day_is_served_and_links_to_the_same_day(sample: Shell) -> None:
    with serve(sample) as served:
        page = served.browser().get("/chart.html?at=2026-10-01")
        assert page.status == 200
        assert "Thu 1 Oct 2026" in page.text
        assert "seat/dash.html?at=" in page.text
        commit = sample.git("rev-parse", "HEAD~3").out.strip()
        assert served.browser().get(f"/chart.html?at={commit[:12]}").status == 200


def test_every_page_of_a_past_day_says_so_and_leads_back(sample: Shell) -> None:
    with serve(sample) as served:
        browser = served.browser()
        for page in ("scorecard.html", "seat/dash.html", "brief.html", "todos.html", "meeting.html"):
            (past,) = parse_page(browser.get(f"/{page}?at=2026-10-01").text).xpath("//p[contains(., 'Back to now')]")
            assert "as of Thu 1 Oct 2026" in " ".join(past.text_content().split()), page
            assert past.xpath("a/@href") == ["?"], page
            assert "Back to now" not in browser.get(f"/{page}").text, page


def test_only_commits_of_the_record_are_shown(sample: Shell) -> None:
    sample.git("switch", "-qc", "secret-plans")
    sample.write("seats/dash.yaml", sample.read("seats/dash.yaml").replace("name: Dash", "name: Secret"))
    sample.git("commit", "-qam", "Not for everybody")
    secret = sample.head()
    sample.git("switch", "-q", "main")
    with serve(sample) as served:
        for at in (secret, secret[:10], "secret-plans", "HEAD@{1}", "main^", "-x", "2999-01-01", ""):
            found = served.browser().get(f"/chart.html?at={at}")
            assert (at, found.status) == (at, 200 if not at else 404)
            assert "Secret" not in found.text.replace(at, "")


def test_an_edit_in_the_work_tree_is_shown(sample: Shell) -> None:
    with serve(sample) as served:
        browser = served.browser()
        assert "changes that are not committed" not in browser.get("/").text
        sample.write("seats/dash.yaml", sample.read("seats/dash.yaml").replace("name: Dash", "name: Dasher"))
        until = time.monotonic() + 60
        while "Dasher" not in browser.get("/").text:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert "changes that are not committed" in browser.get("/").text


def test_an_org_that_cannot_be_read_in_full_has_its_pages(sample: Shell) -> None:
    sample.write("seats/dash.yaml", "seat: dash\nname: [\n")
    with serve(sample) as served:
        page = served.browser().get("/")
        assert page.status == 200
        assert "could not be read" in page.text
        assert "seats/dash.yaml" in page.text


def test_a_bare_repository_is_served(sample: Shell) -> None:
    sample.git("clone", "-q", "--bare", ".", str(sample.home / "bare.git"))
    with serve(sample.at(sample.home / "bare.git")) as served:
        assert "Dash" in served.browser().get("/").text


def test_an_org_that_has_gone_has_a_page_that_says_so(sample: Shell) -> None:
    with serve(sample) as served:
        assert served.browser().get("/").status == 200
        (sample.folder / "org.yaml").rename(sample.folder / "moved.yaml")
        until = time.monotonic() + 60
        while (found := served.browser().get("/")).status == 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert found.status == 500
        assert "org.yaml" in found.text
        # And so it stays, until the org can be read again.
        assert {served.browser().get("/").status for _ in range(20)} == {500}
        (sample.folder / "moved.yaml").rename(sample.folder / "org.yaml")
        assert served.browser().get("/").status == 200
        assert "Traceback" not in served.said


def test_open_pages_are_told_of_a_new_commit(sample: Shell) -> None:
    with serve(sample) as served, open_socket(served) as stream:
        stream.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
        first = read_lines(stream, "event: version")
        assert "text/event-stream" in first
        assert "no-store" in first
        sample("seat", "set", "dash", "mission=Finds what moved.", "--by", "david")
        assert "event: changed" in read_lines(stream, sample.head())


def test_open_pages_are_bounded(sample: Shell) -> None:
    with serve(sample) as served:
        streams: list[socket.socket] = []
        try:
            for _ in range(12):
                streams.append(open_socket(served))
                streams[-1].sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
                read_lines(streams[-1], "event: version")
            refused = served.browser().get("/events")
            assert refused.status == 503
            assert refused.header("Retry-After")
            streams.pop().close()
            until = time.monotonic() + 60
            while True:
                streams.append(open_socket(served))
                streams[-1].sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
                if " 200 " in read_lines(streams[-1], "\r\n\r\n"):
                    break
                streams.pop().close()
                assert time.monotonic() < until
                time.sleep(0.1)
        finally:
            for stream in streams:
                stream.close()


def test_ctrl_c_and_sigterm_stop_it_cleanly(sample: Shell) -> None:
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 0)):
        with serve(sample) as served, open_socket(served) as stream:
            # A page that is open does not keep the server from stopping.
            stream.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
            read_lines(stream, "event: version")
            assert served.stop(number) == code
            assert served.said.splitlines()[-1] == "stopped"
            assert "Traceback" not in served.said


def test_a_port_in_use_is_named_with_what_to_type(sample: Shell) -> None:
    with serve(sample) as served:
        ran = sample("serve", "--port", str(served.port), code=2)
        assert f"port {served.port}: another program listens there already" in ran.err
        assert f"use another one: --port {served.port + 1}" in ran.err


def test_a_page_of_a_linked_work_tree_follows_the_branch(sample: Shell) -> None:
    sample.git("worktree", "add", "-q", str(sample.home / "linked"), "-b", "elsewhere")
    linked = sample.at(sample.home / "linked")
    with serve(linked) as served:
        assert served.browser().get("/").status == 200
        assert linked.head()[:10] in served.browser().get("/").text
