"""Refusals of courses and editions."""

from catalogue.core.errors import Invalid, NotAllowed, Refusal


class NotYours(NotAllowed):
    code = "course_not_yours"


class SamePerson(NotAllowed):
    """Whoever submitted a version may not approve it."""

    code = "same_person"


class DraftExists(Refusal):
    code = "draft_exists"


class TooDifferent(Invalid):
    """A correction that is more than a typing error."""

    code = "too_different"


class NotOrderable(Refusal):
    code = "not_orderable"


class OutsideEdition(Refusal):
    """No edition is open for ordering this course; `opens_on` is in the parameters when it is known."""

    code = "outside_edition"


class InUse(Refusal):
    code = "in_use"
