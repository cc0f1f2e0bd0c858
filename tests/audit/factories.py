"""People and log rows for these tests."""

from datetime import UTC, date, datetime

from oncology_clinic.accounts.models import Patient
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import envelope
from oncology_clinic.audit.models import Event

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def a_patient(**fields):
    values = {"legal_name": "Wilhelmina Testperson", "birth_date": date(1961, 4, 2), "home_state": "OH"}
    return Patient.objects.create(**{**values, **fields})


def an_actor(role=Role.clinician, **fields):
    import uuid6

    return Actor(**{"role": role, "account_id": uuid6.uuid7(), "label": "dr.okafor", "is_verified": True, **fields})


def events_of(patient_id):
    """The log's events about this patient, oldest first, as (event, payload)."""
    found = Event.objects.filter(patient_bidx=envelope.blind_index("patient", patient_id)).order_by("id")
    return [(event, envelope.decrypt(event.payload)) for event in found]
