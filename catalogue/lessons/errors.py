"""Why something about a lesson was refused."""

from catalogue.core.errors import IllegalAction, Invalid, NotAllowed, Refusal


class NotYours(NotAllowed):
    code = "lesson_not_yours"


class TooEarly(Refusal):
    """Attendance and delivery belong to a lesson that has begun."""

    code = "lesson_not_begun"


class Begun(IllegalAction):
    """A lesson that has begun is not moved or called off any more."""

    code = "lesson_begun"


class NobodyCounted(Invalid):
    code = "nobody_counted"


class OpenMove(Refusal):
    code = "move_open"


class LinkDead(Refusal):
    """An answer link that was used, replaced, or whose time is over."""

    code = "link_dead"
    status = 410
