"""Published rules are never edited, checks never at all, and every change of a rule renews the book's stamp."""

from django.db import migrations

STAMP = """
CREATE FUNCTION billing_renew_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_rulebookstamp (id, number, token, changed_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 1, gen_random_uuid(), clock_timestamp())
    ON CONFLICT (id) DO UPDATE
        SET number = billing_rulebookstamp.number + 1, token = gen_random_uuid(), changed_at = clock_timestamp();
    RETURN NULL;
END $$;
CREATE TRIGGER billing_rule_changed AFTER INSERT OR UPDATE OR DELETE ON billing_coveragerule
    FOR EACH STATEMENT EXECUTE FUNCTION billing_renew_stamp();
"""
UNDO_STAMP = """
DROP TRIGGER billing_rule_changed ON billing_coveragerule;
DROP FUNCTION billing_renew_stamp();
"""

# An active row may be retired, or given an earlier last day; nothing else, and nothing after that.
RULES = """
CREATE FUNCTION billing_keep_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change CONSTANT text[] := ARRAY['status', 'valid_to', 'retired_at'];
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.status = 'retired' OR NEW.status = 'draft'
        OR (to_jsonb(NEW) - may_change) IS DISTINCT FROM (to_jsonb(OLD) - may_change)
        OR (NEW.valid_to IS DISTINCT FROM OLD.valid_to
            AND (NEW.valid_to IS NULL OR NEW.valid_to > coalesce(OLD.valid_to, 'infinity'::date)))
    THEN
        RAISE EXCEPTION 'a published coverage rule is never edited: supersede it'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'billing_rule_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_rule_is_kept BEFORE UPDATE OR DELETE ON billing_coveragerule
    FOR EACH ROW EXECUTE FUNCTION billing_keep_rule();
"""
UNDO_RULES = """
DROP TRIGGER billing_rule_is_kept ON billing_coveragerule;
DROP FUNCTION billing_keep_rule();
"""

# Re-encrypting under a new key changes the sealed columns and nothing else.
CHECKS = """
CREATE FUNCTION billing_keep_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed CONSTANT text[] := ARRAY['question', 'answer'];
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - sealed) IS DISTINCT FROM (to_jsonb(OLD) - sealed) THEN
        RAISE EXCEPTION 'a coverage check is never changed'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'billing_check_is_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_check_is_kept BEFORE UPDATE OR DELETE ON billing_coveragecheck
    FOR EACH ROW EXECUTE FUNCTION billing_keep_check();
"""
UNDO_CHECKS = """
DROP TRIGGER billing_check_is_kept ON billing_coveragecheck;
DROP FUNCTION billing_keep_check();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        migrations.RunSQL(STAMP, UNDO_STAMP),
        migrations.RunSQL(RULES, UNDO_RULES),
        migrations.RunSQL(CHECKS, UNDO_CHECKS),
    ]
