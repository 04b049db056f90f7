"""Refusals about lecturers.

Refusal
├── LecturerEnded        409  no longer a lecturer
├── TermsOverlap         409  two appointments of one scope at the same time
├── AlreadyLecturer      409  the person has a lecturer row
├── AlreadyMember        409  in the corps already on these days
└── LeaderInOffice       409  a corps has one leader at a time
"""

from catalogue.core.errors import Refusal


class LecturerEnded(Refusal):
    code = "lecturer_ended"


class TermsOverlap(Refusal):
    code = "terms_overlap"


class AlreadyLecturer(Refusal):
    code = "already_lecturer"


class AlreadyMember(Refusal):
    code = "already_member"


class LeaderInOffice(Refusal):
    code = "leader_in_office"
