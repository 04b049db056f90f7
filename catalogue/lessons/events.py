"""News of lessons and moves, as ids."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LessonScheduled:
    lesson_id: int


@dataclass(frozen=True)
class LessonMoved:
    lesson_id: int
    move_id: int
    old_starts_at: datetime


@dataclass(frozen=True)
class LessonLost:
    """The lecturer cannot come after all; the orders wait for a new dispatch."""

    lesson_id: int


@dataclass(frozen=True)
class LessonCalledOff:
    lesson_id: int
    late: bool


@dataclass(frozen=True)
class LessonDelivered:
    lesson_id: int


@dataclass(frozen=True)
class LessonMissed:
    lesson_id: int


@dataclass(frozen=True)
class LessonAtRisk:
    """The lecturer or the venue of a fixed lesson is not to be had then any more (risks.Why). Said again while it lasts."""

    lesson_id: int
    why: str


@dataclass(frozen=True)
class MoveAsked:
    move_id: int


@dataclass(frozen=True)
class MoveRefused:
    move_id: int
