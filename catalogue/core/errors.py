"""The tree of refusals. Each carries a stable code and a Chinese sentence that says what to do; core.web maps it to HTTP once.

Refusal                  409  the wish is clear but the rules or the state forbid it
├── NotAllowed           403  visible, but not yours to do
├── NotVisible           404  outside your scope, or not there at all
├── IllegalAction        409  the state does not allow it
├── Taken                409  lecturer, venue or committee is held (says what, never whose)
├── Stale                409  (API 412) somebody changed it meanwhile
├── Missing              428  the version the change was made from was not sent
├── Invalid              422  a field is wrong: carries the field's name
├── Several              422  several of these told at once (409 when no field is wrong)
└── TooMany              429  later
"""

from collections.abc import Iterable, Sequence
from typing import Any


class Refusal(Exception):
    """Base of every refusal. `code` is stable and documented; `args[0]` is the sentence people read."""

    code = "refused"
    status = 409
    field = ""  # the input it belongs to, when it belongs to one

    def __init__(self, sentence: str, *, code: str | None = None, **params: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.params = params
        if code is not None:
            self.code = code


class NotAllowed(Refusal):
    code = "not_allowed"
    status = 403


class NotVisible(Refusal):
    code = "not_found"
    status = 404


class IllegalAction(Refusal):
    code = "illegal_action"


class Taken(Refusal):
    code = "taken"


class Stale(Refusal):
    """row: (kind, id, version the page was made from), so that core.web can say who changed what meanwhile."""

    code = "stale"

    def __init__(self, sentence: str, *, row: tuple[type[Any], int, int] | None = None) -> None:
        super().__init__(sentence)
        self.row = row


class Missing(Refusal):
    """The change must say from which version of the row it was made: a form without it never counts as current."""

    code = "precondition_required"
    status = 428


class Invalid(Refusal):
    """A value that no form check could judge (it needs the database). `field` names the input it belongs to."""

    code = "invalid"
    status = 422

    def __init__(self, sentence: str, *, field: str = "", code: str | None = None, **params: object) -> None:
        super().__init__(sentence, code=code, **params)
        self.field = field


class Several(Refusal):
    """Everything that is wrong, told at once: each could have been refused by itself. Raised by `refuse_all`."""

    code = "several"
    status = 422

    def __init__(self, each: Sequence[Refusal]) -> None:
        super().__init__(" ".join(one.sentence for one in each))
        self.each = tuple(each)
        if not any(one.status == 422 for one in each):
            self.status = 409


def each_of(refused: Refusal) -> tuple[Refusal, ...]:
    """The refusals it stands for: several, or itself."""
    return refused.each if isinstance(refused, Several) else (refused,)


def gathered(refusals: Iterable[Refusal]) -> list[Refusal]:
    """Each refusal once, in order."""
    found: dict[tuple[str, str], Refusal] = {}
    for refused in refusals:
        for one in each_of(refused):
            found.setdefault((one.field, one.sentence), one)
    return list(found.values())


def refuse_all(refusals: Iterable[Refusal]) -> None:
    """Raises the one refusal there is, or Several; nothing when there is none."""
    found = gathered(refusals)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Several(found)


class TooMany(Refusal):
    code = "too_many"
    status = 429
