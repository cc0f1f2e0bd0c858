"""A context for every test here: sealed values open only inside one."""

import pytest

from oncology_clinic.actors import system_actor
from oncology_clinic.audit.context import AccessContext, open_context


@pytest.fixture(autouse=True)
def access():
    """Without a flush at the end: these tests look at values, not at the log."""
    with open_context(AccessContext(actor=system_actor("test"))) as context:
        yield context
