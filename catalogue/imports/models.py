"""A table that somebody brings in: what became of it, and its content as long as it is needed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.core.db import Base, key, reference, text, version_column
from catalogue.core.models import History, Living
from catalogue.imports.states import State


class ImportRun(Living, Base):
    """One uploaded table and its life. `district_id` is the chain its audit goes to; only the person who sent it sees it."""

    __tablename__ = "import_run"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "key"),
        sa.Index("ix_import_run_person_id_id", "person_id", "id"),
        sa.Index("ix_import_run_state", "state", "id"),
    )

    id: Mapped[int] = key()
    district_id: Mapped[int | None] = reference("organisation", index=False)
    person_id: Mapped[int] = reference("person", index=False)
    acting_for_id: Mapped[int | None] = reference("organisation", index=False)
    kind: Mapped[str] = text(20)
    file_name: Mapped[str] = text(120)
    size: Mapped[int]  # bytes
    key: Mapped[str] = text(64)  # of the form: two clicks are one run
    request_id: Mapped[str] = text(40, default="")
    state: Mapped[State]
    sent_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]  # when the check or the write ended last
    beat_at: Mapped[datetime | None]  # a worker was last at it
    attempts: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)  # how long taking all rows took: the write takes as long
    sentence: Mapped[str] = text(300, default="")  # why it was refused or failed as a whole
    report: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # see operations.Report.as_row
    opened: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list)  # organisation, name and account of new ones
    seed: Mapped[str] = text(64, default="")  # their start codes follow from it; emptied when they have been shown
    version: Mapped[int] = version_column()
    __mapper_args__: Any = {"version_id_col": version}


class ImportFile(Base):
    """The table itself; deleted as soon as its run has ended."""

    __tablename__ = "import_file"

    run_id: Mapped[int] = reference("import_run", index=False, primary_key=True)
    content: Mapped[bytes]


class ImportRunHistory(History, Base):
    __tablename__ = "import_run_history"
    owner_id: Mapped[int] = reference("import_run")


ImportRun.history = ImportRunHistory
