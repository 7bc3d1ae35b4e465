"""What scores is damaged or hangs, in real processes: comments are held, and the site lives."""

import shutil
import sqlite3
import time
from contextlib import closing

from benchmarks.soak.load import Author, Told
from benchmarks.soak.stack import MASTER, WEB
from moderation.settings import ROOT
from tests.faults.stuck import POISON


def reasons(site):
    """Why each comment is held, in the order in which they came."""
    with closing(sqlite3.connect(site.database)) as connection:
        found = connection.execute("SELECT hold_reason FROM comments ORDER BY id").fetchall()
    return [reason for (reason,) in found]


def send(site, text):
    told = Told()
    Author(0, site.port, told, seed=1, pause=0).send(text)
    assert text in told.acknowledged


def wait_for(holds, seconds=60):
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.2)
    return holds()


def test_a_worker_whose_scorer_hangs_is_replaced(stack):
    site = stack("tests.faults.stuck:app", WEB_CONCURRENCY="1")
    site.tend(jobs=False)
    site.wait_until_ready()
    [before] = site.pids()[WEB]
    send(site, f"{POISON}-1")
    assert wait_for(lambda: before not in site.pids()[WEB]), "it ends by itself"
    site.wait_until_ready()
    send(site, "harmless")
    assert reasons(site) == ["unscored", None]
    assert "scorer_stuck" in site.log.read_text()


def test_a_damaged_model_stops_no_running_site_and_lets_none_start(stack, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(ROOT / "models", models)
    [network] = models.glob("*/network.onnx")
    whole = network.read_bytes()
    site = stack("wsgi:app", WEB_CONCURRENCY="1", EVENKEEL_MODELS=str(models))
    site.tend(jobs=False)
    site.wait_until_ready()

    network.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    masters = site.pids()[MASTER]
    site.kill(WEB)
    site.wait_until_ready()
    workers = site.pids()[WEB]
    send(site, "while-it-is-damaged")
    assert site.status_of("/readyz") == 503
    time.sleep(3)
    assert (site.pids()[MASTER], site.pids()[WEB]) == (masters, workers), "nothing spins"
    assert reasons(site) == ["unscored"]
    assert "network.onnx does not have the hash" in site.log.read_text()

    site.kill(MASTER)
    site.log.write_text("")
    site.tend(jobs=False)
    assert wait_for(lambda: not site.pids()[MASTER]), "a start refuses"
    said = site.log.read_text()
    assert "Evenkeel cannot start." in said
    assert "Restore the folder" in said

    network.write_bytes(whole)
    site.tend(jobs=False)
    site.wait_until_ready()
    assert site.status_of("/readyz") == 200
