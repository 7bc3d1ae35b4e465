"""Keep AMX's tiles from ONNX Runtime, which would take them where they are slower."""

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# A signal's frame takes some 4 kB of the stack that its handler runs on, and 12 kB with tiles.
_ROOM_WITHOUT_TILES = 8192


class _SignalStack(ctypes.Structure):
    """Linux's `stack_t`."""

    _fields_ = (
        ("start", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("bytes", ctypes.c_size_t),
    )


@contextmanager
def without_tiles() -> Iterator[None]:
    """Have Linux refuse AMX to whatever asks for it in this block.

    A tile takes sixteen rows and an LSTM gives it one at each step, so with tiles a comment takes
    half as long again (decision 110). ONNX Runtime has no setting for it: it asks when it is
    imported, once for the whole process. Linux says no while a signal stack of the process has no
    room for a frame with tiles ("Using XSTATE features in user space applications", the kernel's
    documentation), so this thread has such a stack until the block ends. Where there are no tiles,
    or they were granted before, nothing changes.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        yield
        return
    libc = ctypes.CDLL(None)
    room, before = ctypes.create_string_buffer(_ROOM_WITHOUT_TILES), _SignalStack()
    small = _SignalStack(ctypes.addressof(room), 0, len(room))
    is_small = libc.sigaltstack(ctypes.byref(small), ctypes.byref(before)) == 0
    try:
        yield
    finally:
        if is_small:
            libc.sigaltstack(ctypes.byref(before), None)
