"""Decisions and events are never changed; a change of working times gives the calendar a new stamp.

Sealed columns of a decision or event may change their ciphertext, or keys could never be rotated: what they say is
bound to row and column. The stamp is random and not counted, so that a rolled back or emptied table never brings
back a number that some process still remembers.
"""

from django.db import migrations

KEPT = """
CREATE FUNCTION visits_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - TG_ARGV) = (to_jsonb(OLD) - TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is kept as it is: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER visits_routingdecision_kept BEFORE UPDATE OR DELETE ON visits_routingdecision FOR EACH ROW
    EXECUTE FUNCTION visits_refuse_change(
        'facts', 'verdict', 'channel', 'urgency', 'lean', 'reasons', 'tasks', 'why');
CREATE TRIGGER visits_appointmentevent_kept BEFORE UPDATE OR DELETE ON visits_appointmentevent FOR EACH ROW
    EXECUTE FUNCTION visits_refuse_change('detail');
ALTER TABLE visits_routingdecision ENABLE ALWAYS TRIGGER visits_routingdecision_kept;
ALTER TABLE visits_appointmentevent ENABLE ALWAYS TRIGGER visits_appointmentevent_kept;
"""
NOT_KEPT = """
DROP TRIGGER visits_routingdecision_kept ON visits_routingdecision;
DROP TRIGGER visits_appointmentevent_kept ON visits_appointmentevent;
DROP FUNCTION visits_refuse_change();
"""

STAMP = """
CREATE FUNCTION visits_new_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_calendarrevision (id, name, stamp, changed_at)
    VALUES (gen_random_uuid(), 'calendar', gen_random_uuid(), clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET stamp = EXCLUDED.stamp, changed_at = EXCLUDED.changed_at;
    RETURN NULL;
END
$$;
"""
WATCHED = (
    "visits_site",
    "visits_room",
    "visits_clinicianhours",
    "visits_clinicianleave",
    "visits_practiceauthority",
    "accounts_clinician",
)
WATCH = """
CREATE TRIGGER visits_stamp AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION visits_new_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(STAMP, "DROP FUNCTION visits_new_stamp()"),
        *(
            migrations.RunSQL(WATCH.format(table=table), f"DROP TRIGGER visits_stamp ON {table}")
            for table in WATCHED
        ),
    ]
