"""Reading a JSON file that may be anything: too big, too deep, not JSON, with numbers that are none."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue.matching.valid import refuse

MOST_BYTES = 200 * 1024 * 1024
DEEPEST = 50
LARGEST = 10**12


def read_text(path: Path) -> str:
    """The text of a file. ValueError if it cannot be read, is over 200 MB or is not UTF-8."""
    try:
        if not path.is_file():
            path.stat()  # tells what is wrong with a path that is nothing at all
            raise refuse(str(path), "is no file that can be read from its beginning to its end")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise refuse(path.name, f"is larger than {MOST_BYTES // 1024**2} MB")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise refuse(str(path), f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise refuse(path.name, f"is not text in UTF-8 (byte {error.start})") from error


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    ValueError for what is no JSON, a key twice in one object, more than 50 levels, or a number that is not finite or
    beyond 10^12, wherever it stands: it names the place.
    """
    text = read_text(path)
    try:
        document = json.loads(text, object_pairs_hook=_once_each, parse_int=_integer)
    except json.JSONDecodeError as error:
        complaint = f"is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        raise refuse(path.name, complaint) from error
    except RecursionError as error:
        raise refuse(path.name, f"is nested deeper than {DEEPEST} levels") from error
    for place in _faults(document):
        raise place
    return document


def _integer(digits: str) -> int:
    """A number of thousands of digits costs nothing: it is out of bounds anyway."""
    return int(digits) if len(digits) < 16 else LARGEST + 1


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise refuse(twice[:80], "stands twice in one object")
    return made


def _faults(document: Any) -> Iterator[ValueError]:
    """The first number out of bounds and the first level that is too deep; walks without recursion."""
    waiting: list[tuple[Any, str, int]] = [(document, "", 1)]
    while waiting:
        value, place, depth = waiting.pop()
        if depth > DEEPEST:
            yield refuse(place[:80], f"is nested deeper than {DEEPEST} levels")
            return
        members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, member in members:
            kind = type(member)
            if kind is dict or kind is list:
                waiting.append((member, _step(place, key), depth + 1))
            elif (kind is int or kind is float) and not abs(member) <= LARGEST:
                said = "is not finite" if not math.isfinite(member) else "is beyond 10^12"
                yield refuse(_step(place, key), said)
                return


def _step(place: str, key: object) -> str:
    if isinstance(key, int):
        return f"{place}[{key}]"
    return f"{place}.{key}" if place else str(key)
