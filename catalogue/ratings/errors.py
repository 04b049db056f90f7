"""Why a rating was refused."""

from catalogue.core.errors import NotAllowed, Refusal


class NotYours(NotAllowed):
    code = "rating_not_yours"


class TooLate(Refusal):
    code = "rating_closed"
