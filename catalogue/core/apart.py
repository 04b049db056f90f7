"""A table read in a program of its own, so that a hostile file can only hurt a process that holds nothing and soon ends.

The child gets the content on its standard input and no secret in its environment; memory and processor time are limited
by the kernel. What it says comes back as JSON: the rows, or the sentence of a refusal.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from catalogue.core.spreadsheets import Cell, Unreadable
from catalogue.core.spreadsheets import read as parse
from catalogue.core.words import _
from config import ROOT

MOST_MEMORY = 768 * 1024 * 1024  # bytes of address space, of which the program itself takes some 200 MiB
MOST_PROCESSOR = 20  # seconds
MOST_WAIT = 60  # seconds, for a machine that is busy with other things
_COMMAND = (sys.executable, "-m", "catalogue.core.apart")


def read(content: bytes, name: str) -> list[list[Cell]]:
    """The rows of a table, as core.spreadsheets.read gives them, read within limits. Raises Unreadable."""
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and module, no word of the file's among them
            [*_COMMAND, Path(name).suffix.lower(), str(MOST_MEMORY), str(MOST_PROCESSOR)],
            input=content, capture_output=True, timeout=MOST_WAIT, env=environment, cwd=ROOT, check=False,
        )  # fmt: skip
        said: Any = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError, RecursionError, MemoryError):
        said = {}
    if "refused" in said:
        raise Unreadable(str(said["refused"]))
    if "rows" not in said:
        raise Unreadable(
            _("读这个文件要用的内存或时间太多，没有读完。请只留要导入的表，复制到新的空表里，另存为 .xlsx 再传。")
        )
    return [[_back(cell) for cell in row] for row in said["rows"]]


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return {"at": cell.isoformat()}
    return {"day": cell.isoformat()} if isinstance(cell, date) else cell


def _back(cell: Any) -> Cell:
    readers: dict[str, Callable[[str], Cell]] = {"at": datetime.fromisoformat, "day": date.fromisoformat}
    if isinstance(cell, dict):
        ((kind, value),) = cell.items()
        return readers[kind](value)
    found: Cell = cell
    return found


def _limit(memory: int, processor: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file


def main() -> int:
    """The child: 0 with an answer on standard output; anything else means that a limit was reached."""
    ending, memory, processor = sys.argv[1:]
    _limit(int(memory), int(processor))
    try:
        rows = parse(sys.stdin.buffer.read(), f"a{ending}")
    except Unreadable as refused:
        if isinstance(refused.__cause__, MemoryError):
            return 1
        said: Any = {"refused": refused.sentence}
    except MemoryError:
        return 1
    else:
        said = {"rows": [[_plain(cell) for cell in row] for row in rows]}
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
