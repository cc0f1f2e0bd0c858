"""What was done about an alert is history: the database refuses to change or delete it.

The sealed note alone may change its ciphertext, or keys could never be rotated; what it
says is bound to its row and key.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION screening_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'note') = (to_jsonb(OLD) - 'note') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER screening_alertevent_no_change BEFORE UPDATE OR DELETE ON screening_alertevent
    FOR EACH ROW EXECUTE FUNCTION screening_refuse_change();
ALTER TABLE screening_alertevent ENABLE ALWAYS TRIGGER screening_alertevent_no_change;
"""

BACKWARD = """
DROP TRIGGER screening_alertevent_no_change ON screening_alertevent;
DROP FUNCTION screening_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
