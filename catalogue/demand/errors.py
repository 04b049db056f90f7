"""Refusals of demand."""

from catalogue.core.errors import Invalid, NotAllowed


class NotYours(NotAllowed):
    code = "not_yours"


class NoWords(Invalid):
    code = "no_words"


class NoAnswer(Invalid):
    code = "no_answer"


class UnknownCourse(Invalid):
    code = "unknown_course"
