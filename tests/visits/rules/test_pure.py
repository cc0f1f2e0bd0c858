"""Rules know nothing of Django: importing them loads none of it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["visits.rules.contract", "visits.rules.deadlines", "visits.rules.authority"])
def test_it_loads_no_django(module):
    code = f"import sys, {module}; sys.exit(any(name.split('.')[0] in ('django', 'celery') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
