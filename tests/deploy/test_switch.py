"""The switch to another release, cut off at each of its steps: on a server of plain values, where
`systemctl` starts the site as systemd does, with `settle` first."""

import contextlib
import json
from types import SimpleNamespace

import pytest

from deploy import switch


class Killed(BaseException):
    """kill -9, or the power."""


class Server:
    """One server: its releases, its database, what runs. It dies at the step that it is told."""

    def __init__(self):
        self.releases = {}  # version: whether it gets ready
        self.database = {"tables": 1, "comments": ["kept"]}
        self.backups = {}
        self.running = self.tried = None
        self.steps, self.dies_at, self.who_dies = 0, None, "everything"
        self.starts = 0

    def step(self):
        self.steps += 1
        if self.steps == self.dies_at:
            raise Killed

    def migrate(self, version):
        """As `flask prepare`: it fails on a database newer than the release."""
        tables = len(list((switch.RELEASES / version / "migrations/versions").iterdir()))
        if tables < self.database["tables"]:
            return False
        self.database["tables"] = tables
        return True

    def systemctl(self, *words):
        self.step()
        verb, unit = words[0], words[-1]
        if verb == "is-active":
            return 0 if (self.tried if "check" in unit else self.running) else 3
        if "check" in unit:
            self.tried = switch._current() if verb == "start" else None
            return 0 if verb == "stop" or self.migrate(self.tried) else 1
        if verb in ("restart", "stop"):
            self.running = None
        if verb == "restart" or (verb == "start" and self.running is None):
            return self.start_site()
        return 0

    def start_site(self):
        """What systemd does, again and again until the site is up."""
        for _ in range(3):
            try:
                switch.settle()
            except SystemExit:
                continue
            except Killed:
                if self.who_dies == "everything":
                    raise
                self.tried = None
                continue
            if self.migrate(switch._current()):
                self.running = switch._current()
                self.starts += 1
                return 0
        return 1

    def ask(self, door):
        self.step()
        version = self.running if door == switch.SITE else self.tried
        return 200 if version and self.releases[version] else 503, "disk: 3 MiB free"

    def flask(self, version, command, *words):
        self.step()
        assert self.running is None, "nobody may write meanwhile"
        if command == "backup":
            self.backups["file"] = json.dumps(self.database)
            return json.dumps({"file": "file"})
        self.database = json.loads(self.backups[words[0]])
        self.step()
        return json.dumps({"kept": None})

    def add(self, version, tables, *, ready=True):
        folder = switch.RELEASES / version
        (folder / "migrations/versions").mkdir(parents=True)
        for number in range(tables):
            (folder / f"migrations/versions/{number}.py").touch()
        (folder / ".installed").touch()
        self.releases[version] = ready

    def whole(self):
        """It serves one of its releases, on that one's tables, with every comment."""
        tables = len(list((switch.RELEASES / self.running / "migrations/versions").iterdir()))
        assert self.running == switch._current()
        assert self.releases[self.running], "a release that cannot serve, serves"
        assert self.database == {"tables": tables, "comments": ["kept"]}
        assert not switch.UNDER_WAY.exists()


@pytest.fixture
def server(tmp_path, monkeypatch):
    server = Server()
    for name in ("HOME", "RELEASES", "CURRENT", "UNDER_WAY", "LAST", "BACKUPS"):
        place = tmp_path / getattr(switch, name).relative_to("/")
        monkeypatch.setattr(switch, name, place)
    switch.RELEASES.mkdir(parents=True)
    write, point_to = switch._write, switch._point_to

    def stepping(function):
        def call(*words):
            server.step()
            function(*words)
            server.step()

        return call

    monkeypatch.setattr(switch, "_write", stepping(write))
    monkeypatch.setattr(switch, "_point_to", stepping(point_to))
    monkeypatch.setattr(switch, "_systemctl", server.systemctl)
    monkeypatch.setattr(switch, "_ask", server.ask)
    monkeypatch.setattr(switch, "_flask", server.flask)
    monkeypatch.setattr(switch.os, "fsync", lambda _: None)  # hundreds of them take seconds
    monkeypatch.setattr(switch, "PATIENCE", -1)
    monkeypatch.setattr(switch, "time", SimpleNamespace(monotonic=lambda: 0, sleep=None, time=int))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    server.add("1", tables=1)
    switch.to("1")
    server.whole()
    server.steps = 0
    return server


def test_it_goes_over_to_a_release_that_serves(server):
    server.add("2", tables=2)
    switch.to("2")
    assert server.running == "2"
    server.whole()


def test_one_that_is_never_ready_is_taken_back_with_its_database(server):
    server.add("2", tables=2, ready=False)
    with pytest.raises(SystemExit, match=r"2 does not serve: .*3 MiB free(.|\n)*1 serves on"):
        switch.to("2")
    assert server.running == "1"
    server.whole()


@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.parametrize("who", ["everything", "the switch"])
def test_cut_off_at_any_step_it_is_whole_after_the_next_start(server, who, ready):
    """Each step in turn, until one run comes to its end: none may leave anything half."""
    died, dies_at, number = True, 0, 2
    while died:
        dies_at += 1
        version, number = str(number), number + 1
        server.add(version, tables=server.database["tables"] + 1, ready=ready)
        server.steps, server.dies_at, server.who_dies = 0, dies_at, who
        with contextlib.suppress(Killed, SystemExit):
            switch.to(version)
        died, server.dies_at = server.steps >= dies_at, None
        if who == "everything":  # the machine boots
            server.running = server.tried = None
            server.systemctl("start", "evenkeel-web.service")
        elif switch.UNDER_WAY.exists():  # the installer died between two words; somebody restarts
            server.systemctl("restart", "evenkeel-web.service")
        server.whole()
        again = str(number)
        number += 1
        server.add(again, tables=server.database["tables"] + 1)
        switch.to(again)
        assert server.running == again
        server.whole()
    assert dies_at > 10, "there are that many steps, and each was cut off"


def test_the_next_run_repairs_what_no_start_has_settled_yet(server):
    server.add("2", tables=2)
    server.add("3", tables=2)
    server.dies_at = 12  # in the middle of the trial
    with pytest.raises(Killed):
        switch.to("2")
    assert switch._under_way()["tried"]
    server.dies_at = None
    switch.to("3")
    assert server.running == "3"
    server.whole()


def test_the_database_of_several_machines_is_never_put_back(server, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/evenkeel")
    server.add("2", tables=1, ready=False)
    with pytest.raises(SystemExit, match="1 serves on"):
        switch.to("2")
    assert server.backups == {}
    server.whole()


def test_a_first_release_that_cannot_serve_is_stopped_and_can_be_tried_again(server):
    switch.CURRENT.unlink()
    server.running = None
    server.add("2", tables=1, ready=False)
    with pytest.raises(SystemExit, match="does not serve"):
        switch.to("2")
    assert server.running is None
    server.releases["2"] = True
    switch.to("2")
    server.whole()


def test_the_same_release_again_only_restarts(server):
    starts, backups = server.starts, dict(server.backups)
    switch.to("1")
    server.whole()
    assert server.starts == starts + 1
    assert server.backups == backups, "nothing was to be migrated"


def test_only_the_release_before_is_kept(server):
    for version in ("2", "3"):
        server.add(version, tables=1)
        switch.to(version)
        switch._drop_old()
    assert {path.name for path in switch.RELEASES.iterdir()} == {"2", "3"}


def test_what_is_not_installed_is_refused(server):
    with pytest.raises(SystemExit, match="is not installed"):
        switch.to("9")
