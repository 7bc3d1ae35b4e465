"""gunicorn alone: slow clients are cut off, oversized requests refused."""

from contextlib import suppress

from benchmarks.soak.slow import _slow_client, _trickle, oversized


def test_slow_clients_are_cut_off_and_oversized_requests_refused(stack):
    site = stack("tests.faults.impatient:app", WEB_CONCURRENCY="1")
    site.tend(jobs=False)
    site.wait_until_ready()
    slow = [_slow_client(site.port, "127.0.0.1") for _ in range(6)]
    _trickle(slow)
    assert site.status_of("/healthz") == 200, "it answers once they have been cut off"
    sizes = oversized(site.port)
    assert set(sizes.values()) <= {400, 413, 414, 431, None}
    assert site.status_of("/healthz") == 200
    for client in slow:
        with suppress(OSError):
            client.close()
