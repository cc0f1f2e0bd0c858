"""A clinic on one of its days: a clinician with visits today, a coordinator, and somebody who cares for nobody here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from oncology_clinic.accounts.models import Clinician, Patient
from oncology_clinic.actors import Role
from tests import factories
from tests.accounts import factories as people
from tests.doors.clinic import signed_in
from visits.models import Appointment, Site

SERVICE = "nutrition-counseling"


def browser(clinician: Clinician) -> Client:
    """With the second factor shown."""
    return signed_in(clinician.account, device=people.a_device(clinician.account))


@dataclass
class Day:
    site: Site
    clinician: Clinician
    stranger: Clinician
    coordinator: Clinician
    now: datetime = field(default_factory=timezone.now)

    def patient(self, username: str = "patient", **fields: object) -> Patient:
        return factories.a_patient(username, **{"diagnosis": "Breast, stage II", **fields})

    def visit(
        self,
        patient: Patient,
        *,
        minutes: int = 0,
        status: str = "booked",
        at: datetime | None = None,
        **fields: object,
    ) -> Appointment:
        """`minutes` from now, or `at`; 30 minutes long."""
        start = at or self.now + timedelta(minutes=minutes)
        made = {
            "clinician": self.clinician,
            "site": self.site,
            "service": SERVICE,
            "modality": "video",
            "patient_location": "OH",
            "ends_at": start + timedelta(minutes=30),
            "patient_time_zone": factories.OHIO,
            "created_at": self.now,
            **fields,
        }
        return Appointment.objects.create(patient=patient, starts_at=start, status=status, **made)

    def beside(self, minutes: int) -> int:
        """So many minutes from now on the same day of the clinic: before midnight it is so many ago."""
        zone = ZoneInfo(factories.OHIO)
        after = (self.now + timedelta(minutes=minutes)).astimezone(zone)
        return minutes if after.date() == self.now.astimezone(zone).date() else -minutes

    @property
    def doctor(self):
        return factories.clinician_actor(self.clinician)

    @property
    def nurse(self):
        return factories.clinician_actor(self.coordinator, role=Role.nurse_coordinator)


@pytest.fixture
def today(db) -> Day:
    site = factories.a_site()
    return Day(
        site=site,
        clinician=factories.a_working_clinician(site=site),
        stranger=factories.a_clinician("stranger"),
        coordinator=factories.a_coordinator(),
    )
