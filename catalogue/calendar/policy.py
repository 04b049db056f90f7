"""Who may say what a day is, and who looks at the boards."""

from catalogue.core.actor import Actor, Kind, Role

BOARDS = (Role.DISTRICT_ADMINISTRATOR, Role.DISPATCHER, Role.APPROVER)


def may_set_days(by: Actor) -> bool:
    """The working days of the whole installation are the system administrator's."""
    return by.kind is Kind.JOB or by.has(Role.SYSTEM_ADMINISTRATOR)


def sees(by: Actor, district_id: int) -> bool:
    """Is the district of a hold the actor's own? Others' lessons are only taken time."""
    return any(m.role in BOARDS and (m.district_id == district_id or m.district_id is None) for m in by.memberships)
