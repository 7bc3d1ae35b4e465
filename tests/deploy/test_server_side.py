"""What is laid on a server, read by those who will read it: scripts, nginx's file, units."""

import os
import re
import runpy
import shutil
import subprocess

import pytest

from moderation.settings import ROOT

SYSTEMD = ROOT / "deploy/systemd"
SERVICES = ("evenkeel-web", "evenkeel-jobs", "evenkeel-check")


def needed(program, package):
    """The program, or a skip that names its package."""
    found = shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin")
    if not found:
        pytest.skip(f"no {program}: apt-get install {package}")
    return found


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "script",
    ["deploy/install.sh", "deploy/evenkeel", "deploy/nginx/hashes", "deploy/nginx/render",
     "script/audit", "script/release", "script/try-install"],
)  # fmt: skip
def test_shellcheck_finds_nothing_in(script):
    code, said = run(
        needed("shellcheck", "shellcheck"), "--severity=warning", "-x", "-P", ROOT, ROOT / script
    )
    assert (code, said) == (0, "")


@pytest.mark.parametrize("name", ["comments.example.org", "_"])
def test_nginx_takes_the_configuration(tmp_path, name):
    nginx = needed("nginx", "nginx")
    tls = tmp_path / "tls"
    tls.mkdir()
    code, said = run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-subj", "/CN=a", "-keyout", tls / "privkey.pem", "-out", tls / "fullchain.pem",
    )  # fmt: skip
    assert code == 0, said
    code, site = run(ROOT / "deploy/nginx/render", name, ROOT, tmp_path / "web.sock", tls)
    assert code == 0, site
    assert "@" not in re.sub(r"#.*", "", site), "every word between @ is filled in"
    site = re.sub(r"/var/log/nginx/\S+", f"{tmp_path}/error.log", site)
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/all.log;"
        " include /etc/nginx/modules-enabled/*.conf; events {}"
        f" http {{ include /etc/nginx/mime.types; {site} }}"
    )
    code, said = run(nginx, "-t", "-c", whole)
    assert code == 0, said
    assert "[warn]" not in said


def test_nginx_repeats_only_what_may_be_repeated():
    site = (ROOT / "deploy/nginx/evenkeel.conf").read_text()
    assert "proxy_next_upstream error timeout;" in site
    assert "non_idempotent" not in site


def test_nginx_writes_no_address_down():
    """It may hold a secret link, or words that somebody searched for."""
    site = (ROOT / "deploy/nginx/evenkeel.conf").read_text()
    [form] = re.findall(r"log_format evenkeel([^;]*);", site)
    assert not re.search(r"\$(request|request_uri|uri|args|http_referer|remote_addr)\b", form)
    assert set(re.findall(r"error_log \S+ (\w+);", site)) == {"alert"}


def test_pages_are_not_compressed():
    """They hold tokens beside a stranger's words: their length would tell of the tokens."""
    site = (ROOT / "deploy/nginx/evenkeel.conf").read_text()
    [pages] = re.findall(r"location / \{\s+proxy_pass(.*?)\n    \}", site, re.DOTALL)
    assert "gzip off;" in pages


@pytest.fixture
def units(tmp_path):
    """The units as systemd would find them, with programs and paths that are here."""
    folder = tmp_path / "systemd"
    folder.mkdir()
    for unit in SYSTEMD.glob("evenkeel-*"):
        text = re.sub(r"(?m)^(Exec\w+=)(\+?)\S+", r"\1\2/bin/true", unit.read_text())
        (folder / unit.name).write_text(text)
    for service in SERVICES:
        walls = folder / f"{service}.service.d"
        walls.mkdir()
        (walls / "sandbox.conf").write_text((SYSTEMD / "sandbox.conf").read_text())
    return folder


def test_systemd_takes_the_units(units):
    code, said = run(
        needed("systemd-analyze", "systemd"), "verify", "--recursive-errors=no",
        *units.glob("*.s*t"),
        *units.glob("*.service"),
    )  # fmt: skip
    assert (code, said) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_the_walls_around_a_service_stand(units, service):
    """systemd's own measure: 10 is none, below 2 is what it calls well protected."""
    code, said = run(
        needed("systemd-analyze", "systemd"), "security", "--offline=yes", "--threshold=20",
        "--no-pager", units / f"{service}.service",
    )  # fmt: skip
    assert code == 0, said


@pytest.mark.parametrize(
    ("cores", "mib", "workers"),
    [
        (2, 957, 2),  # t3.micro: 1 GiB, of which Linux tells so much
        (2, 1024, 2),
        (1, 957, 2),  # one answers while the other is busy
        (2, 481, 1),  # half a GiB
        (2, 128, 1),
        (4, 957, 3),
        (4, 4096, 4),
        (16, 2048, 10),
    ],
)
def test_there_are_as_many_web_workers_as_cores_and_memory_hold(cores, mib, workers):
    config = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    assert config["fitting_workers"](cores, mib) == workers


def test_a_number_that_is_given_counts_and_no_more_are_started_than_fit_here(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "7")
    assert runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))["workers"] == 7
    monkeypatch.delenv("WEB_CONCURRENCY")
    found = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    assert found["workers"] == found["fitting_workers"](os.cpu_count(), found["memory_mib"]())


def test_only_the_switch_runs_as_root():
    for service in SERVICES:
        lines = re.findall(r"(?m)^Exec\w+=(\+.*)$", (SYSTEMD / f"{service}.service").read_text())
        assert len(lines) == (service == "evenkeel-web"), lines
        assert all("switch.py settle" in line for line in lines)


def test_the_installer_shows_its_words_and_asks_for_root_and_a_proper_name():
    script = ROOT / "deploy/install.sh"
    assert "--domain comments.example.org" in run(script, "--help")[1]
    assert run(script, "--nonsense")[0] == 2
    code, said = run(script, "--domain", "https://c.example.org/")
    assert code == 1
    assert "needs a name" in said
