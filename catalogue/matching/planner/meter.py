"""Counts work, watches the clock and the wish to stop, writes the trace."""

import time
from collections.abc import Callable

from catalogue.matching.planner.answer import Step, Stop, StoppedBy

Progress = Callable[[Step], None]


class Meter:
    """One for each call of solve. Without Stop.seconds no decision depends on the clock."""

    def __init__(self, stop: Stop, progress: Progress | None, began: float | None = None) -> None:
        """began: time.monotonic() when the clock of Stop.seconds started; None = now."""
        self.stop, self.progress = stop, progress
        self.began = time.monotonic() if began is None else began
        self.steps = 0
        self.trace: list[Step] = []
        self.stopped_by: StoppedBy | None = None
        self.reserve = 0.0  # seconds to keep for what comes after the present part

    @property
    def seconds(self) -> float:
        """Wall seconds so far."""
        return time.monotonic() - self.began

    def work(self, steps: int) -> None:
        """So many steps were done."""
        self.steps += steps

    def over(self) -> bool:
        """Is it time to end?"""
        if self.stopped_by is not None:
            return True
        stop = self.stop
        if stop.work is not None and self.steps >= stop.work:
            self.stopped_by = "work"
        elif stop.seconds is not None and self.seconds + self.reserve >= stop.seconds:
            self.stopped_by = "seconds"
        elif stop.cancelled is not None and stop.cancelled():
            self.stopped_by = "cancelled"
        return self.stopped_by is not None

    def left(self) -> float | None:
        """Seconds that the present part may take; None = no limit by the clock."""
        if self.stop.seconds is None:
            return None
        return max(0.0, self.stop.seconds - self.seconds - self.reserve)

    def work_left(self) -> int | None:
        """Steps left; None = no limit by work."""
        return None if self.stop.work is None else max(0, self.stop.work - self.steps)

    def note(self, name: str, score: float, bound: float | None, served: int) -> None:
        """Write one line of the trace and tell whoever listens."""
        step = Step(name, round(self.seconds, 3), self.steps, score, bound, served)
        self.trace.append(step)
        if self.progress is not None:
            self.progress(step)
