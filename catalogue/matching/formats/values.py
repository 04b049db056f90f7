"""Taking values out of parsed JSON: each reader returns the value in its type or names its place in a ValueError."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from catalogue.matching.terms import Days, Mode, Window
from catalogue.matching.valid import Point, Span, refuse

T = TypeVar("T")
Read = Callable[[Any, str], T]


def take(row: Mapping[str, Any], key: str, place: str, read: Read[T]) -> T:
    """A value that must be there."""
    if key not in row:
        raise refuse(f"{place}.{key}", "is missing")
    return read(row[key], f"{place}.{key}")


def maybe(row: Mapping[str, Any], key: str, place: str, read: Read[T]) -> T | None:
    """A value that may be missing or null."""
    value = row.get(key)
    return None if value is None else read(value, f"{place}.{key}")


def default(row: Mapping[str, Any], key: str, place: str, read: Read[T], otherwise: T) -> T:
    """A value that may be missing; null is no value."""
    return read(row[key], f"{place}.{key}") if key in row else otherwise


def each(row: Mapping[str, Any], key: str, place: str, read: Read[T]) -> list[T]:
    """A list that must be there, each of its members read."""
    return take(row, key, place, listed(read))


def some(row: Mapping[str, Any], key: str, place: str, read: Read[T]) -> list[T]:
    """A list that may be missing or null (then empty), each of its members read."""
    return maybe(row, key, place, listed(read)) or []


def listed(read: Read[T]) -> Read[list[T]]:
    """A reader of lists."""

    def read_list(value: Any, place: str) -> list[T]:
        if not isinstance(value, list):
            raise refuse(place, "must be a list")
        return [read(member, f"{place}[{index}]") for index, member in enumerate(value)]

    return read_list


def named(value: Any, place: str, kind: str) -> tuple[Mapping[str, Any], str]:
    """An object with an id, and the place that its id gives to what is in it."""
    row = mapping(value, place)
    return row, f"{kind}[{take(row, 'id', place, text)}]"


def mapping(value: Any, place: str) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(value, dict):
        raise refuse(place, "must be an object")
    return value


def text(value: Any, place: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise refuse(place, f"must be a text that is not empty, not {short(value)}")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise refuse(place, f"holds half a character: {value.encode('ascii', 'backslashreplace').decode()[:60]}")
    return value


def whole(value: Any, place: str) -> int:
    """A whole number; whether it is in bounds is asked by whom it is for."""
    if type(value) is not int:
        raise refuse(place, f"must be a whole number, not {short(value)}")
    return value


def number(value: Any, place: str) -> float:
    """A number, whole or not."""
    if type(value) not in (int, float):
        raise refuse(place, f"must be a number, not {short(value)}")
    found: float = value
    return found


def yes_or_no(value: Any, place: str) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise refuse(place, f"must be true or false, not {short(value)}")
    return value


def mode(value: Any, place: str) -> Mode:
    """A way of teaching."""
    if value not in tuple(Mode):
        raise refuse(place, f"must be one of {', '.join(Mode)}, not {short(value)}")
    return Mode(value)


def calendar_day(value: Any, place: str) -> date:
    """A date of a year in which a plan can be made."""
    try:
        day = date.fromisoformat(text(value, place))
    except ValueError as error:
        raise refuse(place, f"must be a date like 2026-03-02, not {short(value)}") from error
    if not 1900 <= day.year <= 2500:
        raise refuse(place, f"must be a date of the years 1900 to 2500, not {day}")
    return day


def point(value: Any, place: str) -> Point:
    """A pair of coordinates."""
    if not isinstance(value, list) or len(value) != 2:
        raise refuse(place, "must be a pair of coordinates")
    return (number(value[0], f"{place}[0]"), number(value[1], f"{place}[1]"))


def span(value: Any, place: str) -> Span:
    """A pair of minutes."""
    if not isinstance(value, list) or len(value) != 2:
        raise refuse(place, "must be a pair of start and end")
    return (whole(value[0], f"{place}[0]"), whole(value[1], f"{place}[1]"))


def window(value: Any, place: str) -> Window:
    """Start, end and preference."""
    if not isinstance(value, list) or len(value) != 3:
        raise refuse(place, "must be start, end and preference")
    start, end, liked = (whole(one, f"{place}[{index}]") for index, one in enumerate(value))
    try:
        return Window(start, end, liked)
    except ValueError as error:
        raise refuse(place, str(error)) from error


def days(row: Mapping[str, Any], place: str) -> Days:
    """The term of something: `from` and `until`, days of the horizon, both inclusive, both may be missing."""
    try:
        return Days(maybe(row, "from", place, whole), maybe(row, "until", place, whole))
    except ValueError as error:
        raise refuse(place, str(error)) from error


def short(value: Any) -> str:
    """A value as it can be shown in a sentence."""
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
