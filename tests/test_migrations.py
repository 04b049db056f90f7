"""The migrations make what the models say, and go both ways on both databases."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from catalogue.core.db import Base, db

NOT_OURS = ("course_search",)  # the search index differs between the databases and stands in its own migration
OF_THE_QUEUE = {"task", "schedule", "kv", "counter"}  # in PostgreSQL whoever asks the queue first makes these


def test_the_migrated_tables_are_those_of_the_models(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": False})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and (name.startswith(NOT_OURS) or name in OF_THE_QUEUE))


def test_every_migration_can_be_taken_back_and_done_again(app, installed):
    db.session.close()
    downgrade(revision="base")
    empty = [name for name in sa.inspect(db.engine).get_table_names() if name not in OF_THE_QUEUE]
    upgrade()
    again = set(sa.inspect(db.engine).get_table_names())

    assert (empty, set(Base.metadata.tables) <= again) == (["alembic_version"], True)
    installed.dirty.add("alembic_version")
