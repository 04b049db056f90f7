"""What the database itself forbids and SQLAlchemy cannot say: overlapping holds, changed audit rows. Locks hold and audit briefly."""

from alembic import op

revision, down_revision = "0002", "0001"

OVERLAP_SQLITE = """
CREATE TRIGGER hold_overlap_{when} BEFORE {event} ON hold WHEN NEW.active
BEGIN
  SELECT RAISE(ABORT, 'hold_overlap') WHERE EXISTS (
    SELECT 1 FROM hold WHERE active AND kind = NEW.kind AND resource_id = NEW.resource_id
    AND busy_from < NEW.busy_until AND busy_until > NEW.busy_from {other});
END
"""
# Without btree_gist: resource and kind become one integer range of length one.
OVERLAP_POSTGRESQL = """
ALTER TABLE hold ADD CONSTRAINT hold_overlap EXCLUDE USING gist (
  int8range(
    resource_id * 4 + CASE kind WHEN 'lecturer' THEN 0 WHEN 'venue' THEN 1 ELSE 2 END,
    resource_id * 4 + CASE kind WHEN 'lecturer' THEN 0 WHEN 'venue' THEN 1 ELSE 2 END, '[]') WITH &&,
  tstzrange(busy_from, busy_until) WITH &&
) WHERE (active)
"""
APPEND_ONLY = ("audit", "audit_checkpoint")
# Rows of the audit past their retention may go once a checkpoint says so; a checkpoint without the key's signature is found out.
PURGED = "EXISTS (SELECT 1 FROM audit_checkpoint c WHERE c.district_id = OLD.district_id AND c.sequence >= OLD.sequence AND c.purged)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(OVERLAP_SQLITE.format(when="insert", event="INSERT", other=""))
        op.execute(OVERLAP_SQLITE.format(when="update", event="UPDATE", other="AND id <> NEW.id"))
        for table in APPEND_ONLY:
            for event in ("UPDATE", "DELETE"):
                unless = f"WHEN NOT {PURGED} " if (table, event) == ("audit", "DELETE") else ""
                op.execute(
                    f"CREATE TRIGGER {table}_append_only_{event.lower()} BEFORE {event} ON {table} {unless}"
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(OVERLAP_POSTGRESQL)
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN "
        f"IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit' THEN IF {PURGED} THEN RETURN OLD; END IF; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER hold_overlap_insert")
        op.execute("DROP TRIGGER hold_overlap_update")
        for table in APPEND_ONLY:
            for event in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_append_only_{event}")
        return
    op.execute("ALTER TABLE hold DROP CONSTRAINT hold_overlap")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute("DROP FUNCTION append_only()")
