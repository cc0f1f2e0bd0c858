"""The clinic as it is served, with its statements counted."""

from oncology_clinic.wsgi import application as clinic
from tests.bench.counting import counted

application = counted(clinic)
