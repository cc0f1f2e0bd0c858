"""SQL written by hand knows no ledger and no seals: only where it cannot be said otherwise.

`raw()` and `extra()` are refused by the querysets themselves.
"""

import ast

from tests.architecture.imports import modules

MAY_WRITE_SQL = {
    "oncology_clinic.audit.sealing",
    "oncology_clinic.audit.verification",
    "oncology_clinic.audit.writer",
    "oncology_clinic.crypto.keys",
    "oncology_clinic.crypto.rotation",
    "oncology_clinic.embedded.postgres",
    "oncology_clinic.health",
    "visits.demo.seeding",
    "visits.services.races",
    "visits.services.write_set",
}


def is_by_hand(node):
    """A call of `cursor()` or `RawSQL()`; the manager Django keeps for itself, by name."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) in ("cursor", "RawSQL")
    return isinstance(node, ast.Attribute) and node.attr == "_base_manager"


def test_it_writes_sql_by_hand_in_few_places_only():
    writers = {module.name for module in modules() if any(is_by_hand(node) for node in ast.walk(module.tree))}

    assert writers - MAY_WRITE_SQL == set()
