"""What the database itself enforces: insert-only tables, closed months, and row-level security on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op


def insert_only(tables: Sequence[str]) -> None:
    """No UPDATE and no DELETE on these tables, whoever asks (row R11)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'insert-only table %', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
        )
    for table in tables:
        for verb in ("UPDATE", "DELETE"):
            if op.get_bind().dialect.name == "postgresql":
                op.execute(
                    f"CREATE TRIGGER no_{verb.lower()}_{table} BEFORE {verb} ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER no_{verb.lower()}_{table} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'insert-only table {table}'); END"
                )


def closed_months(tables: Sequence[str]) -> None:
    """No change of any kind to the rows of a month that is locked (row R23)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM month_lock l WHERE l.grouping_id = OLD.grouping_id "
            "AND l.month = OLD.month) THEN RAISE EXCEPTION 'closed month in %', TG_TABLE_NAME USING ERRCODE = '23514'; "
            "END IF; IF TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM month_lock l WHERE l.grouping_id = NEW.grouping_id "
            "AND l.month = NEW.month) THEN RAISE EXCEPTION 'closed month in %', TG_TABLE_NAME USING ERRCODE = '23514'; "
            "END IF; RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$"
        )
    for table in tables:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER closed_month_{table} BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_closed_month()"
            )
            continue
        for verb, sides in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
            locked = " OR ".join(
                "EXISTS (SELECT 1 FROM month_lock l "
                f"WHERE l.grouping_id = {side}.grouping_id AND l.month = {side}.month)"
                for side in sides
            )
            op.execute(
                f"CREATE TRIGGER closed_month_{verb.lower()}_{table} BEFORE {verb} ON {table} WHEN {locked} "
                f"BEGIN SELECT RAISE(ABORT, 'closed month in {table}'); END"
            )


def row_level_security(tables: Sequence[str]) -> None:
    """The second wall between groupings, on PostgreSQL: a row of another grouping does not exist (row R9)."""
    if op.get_bind().dialect.name != "postgresql":
        return
    seen = "current_setting('coopter.grouping', true) IN ('*', grouping_id::text)"
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY grouping_wall ON {table} USING ({seen}) WITH CHECK ({seen})")
