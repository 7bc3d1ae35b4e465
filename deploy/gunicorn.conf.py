"""How gunicorn serves: a few threaded workers, recycled now and then."""

import gc
import os
import sys
from pathlib import Path


def memory_mib():
    """The memory of this machine, or of the container that we are in, in MiB."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and limit.read_text().strip().isdigit():
        total = min(total, int(limit.read_text()) // 2**20)
    return total


def fitting_workers(cores, mib):
    """A worker for each core, at least two so that one answers while the other is busy, and no
    more than fit: each holds the network (about 120 MB), the system and the jobs take 500."""
    return max(1, min(max(2, cores), (mib - 500) // 150))


# WEB_CONCURRENCY is gunicorn's own variable for it.
given = int(os.environ.get("WEB_CONCURRENCY") or 0)
workers = given or fitting_workers(os.cpu_count() or 1, memory_mib())
worker_class = "moderation.serve.Worker"  # gthread, not to be held up by slow clients
threads = 4
timeout = 30
# Longer than anything that is waited for: a lock of the database, a score.
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
# Loaded once and forked: the workers share what they do not change.
preload_app = True
# The request's parts, bounded before our code sees them.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# A worker's heartbeat file in memory: on a busy disk it would be late, and the worker killed.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True  # signals are enough, and a socket is one more door
loglevel = "warning"


def on_starting(server):
    """Remove the figures of servers that are gone, and leave what is loaded to all workers.

    A collection of garbage in a worker would write to everything it looks at, and what is written
    to is shared no longer: docs/decisions/0311-memory.md.
    """
    refuse_a_damaged_network(server)
    from moderation import metrics

    metrics.forget_the_dead(server.app.wsgi().config["EVENKEEL"].metrics)
    import numpy  # noqa: F401 - what the network's runtime needs of it is shared too

    gc.collect()
    gc.freeze()


def pre_fork(server, worker):
    """Give the worker a place: it goes on with the figures of the one that was there."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = min(set(range(len(taken) + 1)) - taken)


def when_ready(server):
    """Say where, once it really answers; behind a proxy, that is said elsewhere."""
    address = server.cfg.bind[0] if isinstance(server.cfg.bind, list) else server.cfg.bind
    if not server.systemd and not address.startswith("unix:"):
        print(f"\n  Evenkeel answers at http://{address}   (Ctrl-C ends it)\n", flush=True)


def refuse_a_damaged_network(server):
    """End the start with what to do. Only hashes are read: the workers are forked from here."""
    from moderation.scoring.artefact import ArtefactError, find_artefact, verified_card

    try:
        verified_card(find_artefact(server.app.wsgi().config["EVENKEEL"].models))
    except ArtefactError as error:
        print(f"Evenkeel cannot start. {error}", file=sys.stderr)
        sys.exit(3)


def post_worker_init(worker):
    """Load the network before the first comment comes. Where it was damaged since the start, hold
    what comes in: gunicorn ends all of a site whose new worker cannot begin."""
    from moderation import metrics
    from moderation.scoring.serving import scorer_or_stand_in

    app = worker.wsgi
    metrics.count_into(app.config["EVENKEEL"].metrics, server=worker.ppid, place=worker.place)
    with app.app_context():
        scorer_or_stand_in()
