"""News of courses: what the menu can be ordered from has changed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CoursePublished:
    course_id: int


@dataclass(frozen=True)
class CourseWithdrawn:
    course_id: int


@dataclass(frozen=True)
class CourseOffered:
    """Who may order the course, or whether the menu lists it, was changed without a new version."""

    course_id: int


@dataclass(frozen=True)
class EditionChanged:
    """An edition's days or items were changed, or it was published or ended."""

    edition_id: int
