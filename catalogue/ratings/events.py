"""News of ratings, as ids."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RatingOpened:
    rating_id: int


@dataclass(frozen=True)
class RatingGiven:
    rating_id: int


@dataclass(frozen=True)
class RatingLapsed:
    rating_id: int
