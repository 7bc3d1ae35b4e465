"""script/soak --record: the figures stand on the page, dated, between their marks."""

from benchmarks.soak.page import PAGE, record

KILLS = {
    "seed": 1, "killed": {"web worker": 2, "job worker": 1}, "acknowledged": 1234, "unanswered": 0,
    "resets": 5, "refused": {503: 3}, "left_unscored": 0, "seconds": 9, "wrong": [],
}  # fmt: skip


def test_a_part_that_was_run_replaces_its_table_and_no_other(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    record({"at": "2030-01-01 00:00 UTC", "kills": KILLS}, page)
    before, after = PAGE.read_text(), page.read_text()
    assert "2030-01-01 00:00 UTC" in after
    assert "| gunicorn master (with its workers), web worker, job worker | 0, 2, 1 |" in after
    assert "| comments acknowledged | 1,234 |" in after
    assert "| refused, by status | 503: 3 |" in after
    memory = "<!-- script/soak: memory -->"
    assert after.split(memory)[1] == before.split(memory)[1]
    record({"at": "2031-01-01 00:00 UTC", "kills": KILLS}, page)
    assert "2030-01-01" not in page.read_text(), "it can be written again"
