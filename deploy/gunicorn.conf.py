"""How gunicorn serves: a few threaded workers, recycled now and then."""

import os
from pathlib import Path

# Each worker holds the network (about 120 MB): two answer while one is busy, and fit 1 GiB.
workers = min(2, os.cpu_count() or 1)
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 20
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


def when_ready(server):
    """Say where, once it really answers."""
    address = server.cfg.bind[0] if isinstance(server.cfg.bind, list) else server.cfg.bind
    print(f"\n  Evenkeel answers at http://{address}   (Ctrl-C ends it)\n", flush=True)


def post_worker_init(worker):
    """Load the network before the first comment comes, and refuse to start if it is damaged."""
    from moderation.scoring.serving import current_scorer

    app = worker.wsgi
    with app.app_context():
        current_scorer()
