"""What is taken. The sentence names the resource asked for, never whose lesson holds it."""

from catalogue.core.errors import Taken


class LecturerTaken(Taken):
    code = "lecturer_taken"


class TravelTooShort(Taken):
    code = "travel_too_short"


class VenueTaken(Taken):
    code = "venue_taken"


class CommitteeTaken(Taken):
    code = "committee_taken"
