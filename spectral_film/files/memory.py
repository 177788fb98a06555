"""Memory, asked for before it is taken: a system that runs out of it kills without a word."""

from pathlib import Path

from spectral_film.errors import InputError

MEMINFO = Path("/proc/meminfo")


def check_memory(needed: int, where: object) -> None:
    """Refuse what does not fit into the memory that is free, where the system tells how much is.

    Args:
        needed: Bytes.
        where: What takes them, for the message.

    Raises:
        InputError: there is less.
    """
    free = _free()
    if free is not None and needed > free:
        raise InputError(
            f"{where} takes {needed / 2**30:.1f} GiB, and {free / 2**30:.1f} are free; scale it "
            "down, or take a machine with more memory"
        )


def _free() -> int | None:
    """Bytes that may be taken without others losing theirs."""
    try:
        lines = MEMINFO.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    kilobytes = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    found = kilobytes.get("MemAvailable")
    return None if found is None else 1024 * int(found[0])
