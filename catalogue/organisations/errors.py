"""Refusals of the tree, its groupings and its settings."""

from catalogue.core.errors import IllegalAction, Invalid, NotAllowed


class NotYours(NotAllowed):
    code = "not_your_organisation"


class NameTaken(Invalid):
    code = "name_taken"


class WrongParent(Invalid):
    code = "wrong_parent"


class WrongDay(Invalid):
    code = "wrong_day"


class Ended(IllegalAction):
    code = "organisation_ended"


class StillInUse(IllegalAction):
    code = "organisation_in_use"


class OutOfBounds(Invalid):
    code = "setting_out_of_bounds"
