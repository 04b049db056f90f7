"""A duty: a row of its own with a deadline, so that nothing that must be done lives only in a message."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.core.actor import Role
from catalogue.core.db import Base, key, reference, text


class Kind(StrEnum):
    CHECK_ORDER = "check_order"
    ANSWER_RETURN = "answer_return"
    NAME_MEMBER = "name_member"
    DISPATCH_ORDER = "dispatch_order"
    DISPATCH_AGAIN = "dispatch_again"  # the list was used up: choose a way out
    APPROVE_DISPATCH = "approve_dispatch"
    ANSWER_OFFER = "answer_offer"
    CONFIRM_MOVE = "confirm_move"
    DECIDE_MOVE = "decide_move"
    ACCOUNT_LESSON = "account_lesson"  # who came, or that it was not held
    WRITE_REPORT = "write_report"
    RATE_LESSON = "rate_lesson"


class Duty(Base):
    """Owed by a person, or by whoever holds a role in a place (`place_id`) at the time; `above_*` owe it too once it has climbed.

    `mark` tells duties of one thing apart (whose seat, which time). Times: `since` it is owed, `due_at` fixed when the row was made,
    `climb_at` when it goes one level up (NULL: never). Closed when the thing moved on, whoever did it.
    """

    __tablename__ = "duty"
    __table_args__ = (
        sa.CheckConstraint("(person_id IS NULL) <> (role IS NULL)", name="owed_by_one"),
        sa.CheckConstraint("(role IS NULL) = (place_id IS NULL)", name="role_has_place"),
        sa.CheckConstraint("climbed_at IS NULL OR above_role IS NOT NULL", name="climbs_to_somebody"),
        sa.Index("uq_duty_open", "kind", "subject_id", "mark", unique=True, sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")),
        sa.Index("ix_duty_role", "place_id", "role", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")),
        sa.Index("ix_duty_above", "above_place_id", "above_role", sqlite_where=sa.text("climbed_at IS NOT NULL AND closed_at IS NULL"), postgresql_where=sa.text("climbed_at IS NOT NULL AND closed_at IS NULL")),
        sa.Index("ix_duty_person", "person_id", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")),
        sa.Index("ix_duty_climb", "climb_at", sqlite_where=sa.text("climbed_at IS NULL AND closed_at IS NULL"), postgresql_where=sa.text("climbed_at IS NULL AND closed_at IS NULL")),
        sa.Index("ix_duty_subject", "subject", "subject_id"),
    )  # fmt: skip

    id: Mapped[int] = key()
    kind: Mapped[Kind]
    subject: Mapped[str] = text(20)  # order | dispatch | offer | lesson | move | rating
    subject_id: Mapped[int]
    mark: Mapped[str] = text(60, default="")
    district_id: Mapped[int] = reference("organisation", index=False)
    person_id: Mapped[int | None] = reference("person", index=False)
    role: Mapped[Role | None]
    place_id: Mapped[int | None] = reference("organisation", index=False)
    not_person_id: Mapped[int | None] = reference("person", index=False)  # who may not do it: a second pair of eyes
    above_role: Mapped[Role | None] = mapped_column(
        sa.Enum(
            Role,
            native_enum=False,
            create_constraint=True,
            values_callable=lambda kind: [m.value for m in kind],
            length=30,
            name="above_role",
        )
    )  # a name of its own: two columns of one enumeration would share their constraint's
    above_place_id: Mapped[int | None] = reference("organisation", index=False)
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    climb_at: Mapped[datetime | None]
    climbed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
