"""The search index of courses: FTS5 on SQLite, a stored tsvector on PostgreSQL, each kept in step by triggers. Locks course briefly.

A later migration that rebuilds the course table on SQLite (batch mode) must make the triggers anew.
"""

from alembic import op

revision, down_revision = "0004", "0003"

SQLITE = (
    "CREATE VIRTUAL TABLE course_search USING fts5 (tokens, content='', detail=none, columnsize=0, tokenize='ascii')",
    "INSERT INTO course_search (rowid, tokens) SELECT id, tokens FROM course",
    "CREATE TRIGGER course_search_insert AFTER INSERT ON course BEGIN "
    "INSERT INTO course_search (rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER course_search_update AFTER UPDATE OF tokens ON course WHEN old.tokens <> new.tokens BEGIN "
    "INSERT INTO course_search (course_search, rowid, tokens) VALUES ('delete', old.id, old.tokens); "
    "INSERT INTO course_search (rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER course_search_delete AFTER DELETE ON course BEGIN "
    "INSERT INTO course_search (course_search, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
)
POSTGRESQL = (
    "CREATE TABLE course_search (course_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "INSERT INTO course_search SELECT id, array_to_tsvector(string_to_array(tokens, ' ')) FROM course",
    "CREATE INDEX ix_course_search_words ON course_search USING gin (words)",
    "CREATE FUNCTION course_search_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO course_search VALUES (NEW.id, array_to_tsvector(string_to_array(NEW.tokens, ' '))) "
    "ON CONFLICT (course_id) DO UPDATE SET words = EXCLUDED.words; RETURN NULL; END $$",
    "CREATE FUNCTION course_search_drop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "DELETE FROM course_search WHERE course_id = OLD.id; RETURN NULL; END $$",
    "CREATE TRIGGER course_search_insert AFTER INSERT OR UPDATE OF tokens ON course "
    "FOR EACH ROW EXECUTE FUNCTION course_search_keep()",
    "CREATE TRIGGER course_search_delete AFTER DELETE ON course FOR EACH ROW EXECUTE FUNCTION course_search_drop()",
)
TRIGGERS = ("course_search_insert", "course_search_update", "course_search_delete")


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in TRIGGERS:
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE course_search")
        return
    for trigger in (TRIGGERS[0], TRIGGERS[2]):
        op.execute(f"DROP TRIGGER {trigger} ON course")
    op.execute("DROP FUNCTION course_search_keep()")
    op.execute("DROP FUNCTION course_search_drop()")
    op.execute("DROP TABLE course_search")
