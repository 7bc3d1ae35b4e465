"""Our file for nginx, in a real nginx with TLS: how much it lets through, what it compresses, what
it lets a browser keep. Only ports and logs are others than on a server."""

import gzip
import http.client
import os
import re
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import pytest

from moderation.settings import ROOT
from moderation.web.templating import fingerprint
from tests.ports import free_port, wait_for

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(not NGINX, reason="no nginx: apt-get install nginx")

STYLES = "css/base.css"
ADDRESSES = (f"127.0.1.{n}" for n in count(1))  # nginx counts each for itself
go_on = threading.Event()


class Site(BaseHTTPRequestHandler):
    """The site behind nginx: one page, and one that takes its time."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/slow":
            go_on.wait(60)
        page = b"<p>a page of ours</p>" * 400
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def address_string(self):
        return "nginx"

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 500


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """Where nginx answers with TLS, before a site of its own."""
    folder = tmp_path_factory.mktemp("nginx")
    shutil.copytree(ROOT / "static", folder / "static")
    subprocess.run([ROOT / "deploy/nginx/hashes", folder], check=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-subj", "/CN=a", "-keyout", folder / "privkey.pem",
         "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = subprocess.run(
        [ROOT / "deploy/nginx/render", "_", folder, folder / "site.sock", folder],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    tls = free_port()
    site = re.sub(r"(?m)^ *(listen \[::\]|access_log syslog).*\n", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    site = site.replace("listen 443 ", f"listen 127.0.0.1:{tls} ")
    site = re.sub(r"/var/log/nginx/\S+", f"{folder}/error.log", site)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {folder}/pid;"
        f" error_log {folder}/all.log; include /etc/nginx/modules-enabled/*.conf;"
        f" events {{ worker_connections 1024; }}"
        f" http {{ include /etc/nginx/mime.types; {temporary} {site} }}"
    )
    with Server(str(folder / "site.sock"), Site) as behind:
        threading.Thread(target=behind.serve_forever, daemon=True).start()
        nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf"])
        try:
            wait_for(tls)
            yield tls
        finally:
            go_on.set()
            nginx.terminate()
            nginx.wait(30)
            behind.shutdown()


def connect(port, address):
    """A connection that comes from this address."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=60, source_address=(address, 0), context=unchecked
    )


def ask(port, path, *, address="127.0.0.1", **headers):
    connection = connect(port, address)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def flood(port, address, requests, path="/"):
    """The statuses of so many requests, one after the other without a pause."""
    connection = connect(port, address)
    statuses = []
    for _ in range(requests):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses


@pytest.mark.parametrize(("path", "burst"), [("/", 80), (f"/static/{STYLES}", 200)])
def test_who_asks_too_much_is_refused_and_nobody_else(port, path, burst):
    flooding, other = next(ADDRESSES), next(ADDRESSES)
    began = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        floods = [pool.submit(flood, port, flooding, 150, path) for _ in range(4)]
        beside = pool.submit(flood, port, other, 20, path)
    statuses = [status for each in floods for status in each.result()]
    took = time.monotonic() - began
    assert set(statuses) == {200, 429}
    assert burst < statuses.count(200) <= burst + 2 + 20 * took, "20 a second beyond the burst"
    assert beside.result() == [200] * 20


def test_the_machine_itself_is_not_counted(port):
    assert set(flood(port, "127.0.0.1", 300)) == {200}


def test_one_address_holds_64_requests_at_once_and_no_more(port):
    go_on.clear()
    holding, other = next(ADDRESSES), next(ADDRESSES)
    held = [connect(port, holding) for _ in range(64)]
    for connection in held:
        connection.request("GET", "/slow")
    until = time.monotonic() + 30
    while (refused := ask(port, "/", address=holding)[0].status) == 200:
        assert time.monotonic() < until, "nginx has all 64 by now"
        time.sleep(0.2)
    assert refused == 429
    assert ask(port, "/", address=other)[0].status == 200
    go_on.set()
    assert {connection.getresponse().status for connection in held} == {200}
    for connection in held:
        connection.close()


def test_static_files_come_compressed(port):
    plain = (ROOT / "static" / STYLES).read_bytes()
    answer, body = ask(port, f"/static/{STYLES}", **{"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (
        "gzip", "Accept-Encoding",
    )  # fmt: skip
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 2


def test_and_by_brotli_where_the_system_has_it(port):
    if not Path("/etc/nginx/modules-enabled/50-mod-http-brotli-filter.conf").exists():
        pytest.skip("no brotli: apt-get install libnginx-mod-http-brotli-filter")
    path = f"/static/{STYLES}"
    answer, body = ask(port, path, **{"Accept-Encoding": "gzip, br"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("br", "Accept-Encoding")
    assert len(body) < len(ask(port, path, **{"Accept-Encoding": "gzip"})[1])


def test_pages_are_never_compressed(port):
    answer, body = ask(port, "/", **{"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] is None
    assert body.startswith(b"<p>a page of ours</p>")


@pytest.mark.parametrize(
    ("version", "kept"),
    [
        (fingerprint(ROOT / "static" / STYLES), "public, max-age=31536000, immutable"),
        ("0123456789ab", "no-cache"),  # of a newer machine's file
        ("", "no-cache"),
        ("..%2Fstatic", "no-cache"),
        ("../static/css/base.css", "no-cache"),
    ],
)
def test_a_browser_keeps_a_file_only_under_a_hash_that_this_release_has(port, version, kept):
    answer, body = ask(port, f"/static/{STYLES}?v={version}")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == kept
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert body == (ROOT / "static" / STYLES).read_bytes()
