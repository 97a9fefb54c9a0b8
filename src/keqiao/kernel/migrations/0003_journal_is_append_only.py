"""The database itself refuses to change or delete what the journal says."""

from __future__ import annotations

from django.db import migrations

REFUSE = """
CREATE FUNCTION keqiao_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'raise_exception';
END
$$;
"""

GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION keqiao_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION keqiao_append_only();
"""

UNGUARD = """
DROP TRIGGER {table}_append_only ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
"""

TABLES = ("kernel_entry", "kernel_seal", "kernel_version")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION keqiao_append_only()"),
        *(migrations.RunSQL(GUARD.format(table=table), UNGUARD.format(table=table)) for table in TABLES),
    ]
