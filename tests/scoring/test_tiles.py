"""AMX's tiles are kept from ONNX Runtime, and from nothing else."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IS_LINUX_ON_X86 = sys.platform == "linux" and platform.machine() == "x86_64"
HAS_TILES = IS_LINUX_ON_X86 and " amx_tile" in Path("/proc/cpuinfo").read_text()
# arch_prctl(2): whether Linux granted this process the eighteenth state, the tiles' data.
MAY_USE_TILES = """
granted = ctypes.c_uint64()
assert ctypes.CDLL(None).syscall(158, 0x1022, ctypes.byref(granted)) == 0
print(granted.value >> 18 & 1)
"""
# sigaltstack(2): where this thread's is, its flags, and how large it is.
SIGNAL_STACKS = """
from moderation.scoring.tiles import without_tiles
def signal_stack():
    found = (ctypes.c_size_t * 3)()
    assert ctypes.CDLL(None).sigaltstack(None, found) == 0
    return tuple(found)
before = signal_stack()
try:
    with without_tiles():
        inside = signal_stack()
        raise ImportError
except ImportError:
    print(inside[2], signal_stack() == before != inside)
"""


def run(*lines):
    """What a process of its own prints: what was granted stays granted as long as one lives."""
    program = "\n".join(["import ctypes", *lines])
    return subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).split()


@pytest.mark.skipif(not HAS_TILES, reason="needs Linux and a processor with AMX")
@pytest.mark.parametrize(
    ("line", "may"),
    [
        ("import onnxruntime", "1"),
        ("from moderation.scoring.artefact import *; load_artefact(find_artefact())", "0"),
    ],
)
def test_a_process_that_scores_may_not_use_tiles(line, may):
    assert run(line, MAY_USE_TILES) == [may]


@pytest.mark.skipif(not IS_LINUX_ON_X86, reason="needs Linux on x86-64")
def test_the_signal_stack_is_small_for_the_block_only():
    assert run(SIGNAL_STACKS) == ["8192", "True"]
