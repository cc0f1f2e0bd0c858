"""A small clinic whose patient Ruth has a canary in every sealed text: whoever finds one has found her record.

`Clinic()` needs a database. `clinic.clients` holds a browser for everybody named in `PEOPLE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from caregivers.models import Caregiver, CaregiverGrant
from oncology_clinic.access import Domain
from oncology_clinic.accounts import indexes, tokens
from oncology_clinic.accounts.models import (
    Account,
    Clinician,
    Invitation,
    PasswordReset,
    PasswordResetRequest,
    Patient,
    SealedTOTPDevice,
    SecondFactorReset,
)
from oncology_clinic.accounts.services.invitations import token_of
from oncology_clinic.crypto.fields import reveal
from oncology_clinic.idempotency.models import IdempotencyRecord
from screening.models import AlertEvent, ScreenRequest
from screening.services import answers
from screening.services.commands import AnswerScreen
from tests import factories
from visits.models import Appointment, AppointmentEvent, BookingDraft, RoutingDecision
from visits.services import booking, wizard
from visits.services.commands import Answers, BookCommand

WORD = "kanarie"  # in every sealed text of Ruth's
PHONE = "614-987-0143"
BIRTH_DATE = date(1931, 7, 19)
# As somebody might print them. Compared in small letters.
CANARIES = (
    WORD,
    PHONE,
    "9870143",
    "(614) 987-0143",
    "1931-07-19",
    "july 19, 1931",
    "19 de julio de 1931",
    "07/19/1931",
)
SERVICE = "nutrition-counseling"  # by video, unless the answers say otherwise
REQUEST_SERVICE = "new-patient-consult"  # a clinician decides
EVERY_SCOPE = tuple(domain.value for domain in Domain)

PEOPLE = (
    "nobody",
    "owner",
    "other_patient",
    "granted_caregiver",
    "past_caregiver",
    "other_caregiver",
    "clinician_in_care",
    "unverified_clinician",
    "stranger_clinician",
    "coordinator",
    "unverified_coordinator",
    "administrator",
    "unverified_administrator",
    "auditor",
    "unverified_auditor",
)


def canary(name: str) -> str:
    """A word that stands in the sealed field of that name, and nowhere else."""
    return f"{WORD}-{name.replace('_', '-')}"


class Clinic:
    def __init__(self) -> None:
        self.now = timezone.now()
        self.clients: dict[str, Client] = {"nobody": Client()}
        self.accounts: dict[str, Account] = {}
        self._people()
        self._places()
        self._record_of_ruth()
        self._letters()
        self._name_what_is_hers()

    # -- who --------------------------------------------------------------------------------

    def _people(self) -> None:
        self.ruth = self._patient(
            "owner",
            legal_name=f"Ruth {canary('legal_name')}",
            preferred_name=canary("preferred_name"),
            birth_date=BIRTH_DATE,
            pronouns=canary("pronouns"),
            phone=PHONE,
            email=f"{canary('email')}@example.org",
            diagnosis=canary("diagnosis"),
        )
        self.stranger = self._patient("other_patient", legal_name="Otto Other")
        self.helper = self._caregiver("granted_caregiver")
        self.past_helper = self._caregiver("past_caregiver")
        self.other_helper = self._caregiver("other_caregiver", name="Nora Nobody")
        self.clinician = self._staff("clinician_in_care")
        self.unverified_clinician = self._staff("unverified_clinician", is_verified=False)
        self.other_clinician = self._staff("stranger_clinician")
        self.coordinator = self._staff("coordinator", role="nurse_coordinator")
        self._staff("unverified_coordinator", role="nurse_coordinator", is_verified=False)
        for role in ("administrator", "auditor"):
            self._sign_in(role, factories.an_account(role, role=role), is_verified=True)
            name = f"unverified_{role}"
            self._sign_in(name, factories.an_account(name, role=role), has_device=True)

    def _patient(self, name: str, **fields: Any) -> Patient:
        patient = factories.a_patient(name, **fields)
        indexes.refresh_patient(patient)
        patient.save()
        account = patient.account
        account.email = fields.get("email", f"{name}@example.org")
        account.save()
        self._sign_in(name, account)
        return patient

    def _caregiver(self, username: str, **fields: Any) -> Caregiver:
        made = {"name": f"{canary(username)} helper", **fields}
        caregiver = factories.a_caregiver(username, phone="614-555-0177", **made)
        self._sign_in(username, caregiver.account)
        return caregiver

    def _staff(self, name: str, *, role: str = "clinician", is_verified: bool = True) -> Clinician:
        clinician = factories.a_clinician(name, role=role)
        self._sign_in(name, clinician.account, is_verified=is_verified, has_device=True)
        return clinician

    def _sign_in(self, name: str, account: Account, *, is_verified: bool = False, has_device: bool = False) -> None:
        self.accounts[name] = account
        device = None
        if is_verified or has_device:
            device = SealedTOTPDevice.objects.create(user=account, name="app", confirmed=True)
        self.clients[name] = signed_in(account, device=device if is_verified else None)

    def again(self, name: str) -> Client:
        """The same session in a second browser, to be signed out or spoilt."""
        client = Client()
        client.cookies = deepcopy(self.clients[name].cookies)
        return client

    # -- where and when ----------------------------------------------------------------------

    def _places(self) -> None:
        self.site = factories.a_site(rooms=3)
        for clinician in (self.clinician, self.unverified_clinician, self.other_clinician):
            factories.hours(clinician, self.site)
            factories.a_licence(clinician)
        self.plan = factories.a_plan()
        factories.a_rule("acme-video", modality=("video",))
        self.monday = factories.next_weekday(self.now)

    def at(self, hour: int, *, days: int = 0, minute: int = 0) -> datetime:
        """That hour at the clinic, on a Monday to come or some days after."""
        return datetime.combine(
            self.monday + timedelta(days=days), time(hour, minute), tzinfo=ZoneInfo(factories.OHIO)
        ).astimezone(UTC)

    # -- what is known of Ruth ----------------------------------------------------------------

    def _record_of_ruth(self) -> None:
        self.membership = factories.a_member(self.ruth, self.plan, member_id=canary("member_id"))
        self.grant = self._grant(self.helper)
        self.past_grant = self._grant(self.past_helper, ends_on=self.now.date() - timedelta(days=2))
        self.visit = self.book(self.clinician, start=self.at(10))
        self.request = self.book(self.clinician, start=self.at(10, days=1), service=REQUEST_SERVICE)
        self.book(self.unverified_clinician, start=self.at(14, days=2))
        self.visit_now = self._visit_of_today(10, "booked")
        self.visit_begun = self._visit_of_today(60, "in_progress")
        self.visit_past = self._visit_of_today(120, "booked")
        self._answers()
        self.draft = self._draft()
        IdempotencyRecord.objects.create(
            account=self.ruth.account,
            patient=self.ruth,
            key="kept",
            path="/api/v1/visits/book/",
            body_digest=canary("body_digest"),
            status_code=201,
            answer={"words": canary("answer")},
            created_at=self.now,
        )

    def _grant(self, helper: Caregiver, **fields: Any) -> CaregiverGrant:
        words = canary("relationship")
        return factories.a_grant(self.ruth, helper, scopes=EVERY_SCOPE, relationship=words, **fields)

    def _draft(self) -> BookingDraft:
        """A booking half made, with a time chosen."""
        actor, now, start = self.actor("owner"), self.now, self.at(16, days=3)
        draft = wizard.begin(wizard.BeginCommand(SERVICE), actor=actor, now=now)
        told = wizard.AnswerCommand(draft.id, "OH", Answers(pain_now=2), temperature=canary("temperature"))
        wizard.answer(told, actor=actor, now=now)
        wizard.choose_time(wizard.ChooseTimeCommand(draft.id, start, self.clinician.id), actor=actor, now=now)
        return BookingDraft.objects.get(id=draft.id)

    def actor(self, name: str) -> Any:
        if name == "owner":
            return factories.patient_actor(self.ruth)
        if name == "coordinator":
            return factories.clinician_actor(self.coordinator, role=self.coordinator.account.role)
        return factories.clinician_actor(self.clinician)

    def book(
        self, clinician: Clinician, *, start: datetime, service: str = SERVICE, patient: Patient | None = None
    ) -> Appointment:
        """A visit booked as a patient does, with canaries where a person's own words are kept."""
        patient = patient or self.ruth
        command = BookCommand(
            service=service, start=start, clinician_id=clinician.id, location="OH", answers=Answers(pain_now=2)
        )
        visit = booking.book(command, actor=factories.patient_actor(patient), now=self.now).appointment
        if patient.id == self.ruth.id:
            self._plant(visit)
        return visit

    def _visit_of_today(self, minutes_ago: int, status: str) -> Appointment:
        start = self.now - timedelta(minutes=minutes_ago)
        return Appointment.objects.create(
            patient=self.ruth,
            clinician=self.clinician,
            site=self.site,
            service=SERVICE,
            modality="video",
            starts_at=start,
            ends_at=start + timedelta(minutes=30),
            status=status,
            patient_time_zone=factories.OHIO,
            created_at=start,
        )

    def _plant(self, visit: Appointment) -> None:
        decided = visit.routing_decision
        assert decided is not None
        kept = {"text": canary("reasons"), "code": "retired_code", "source": canary("source"), "url": ""}
        visit.routing_decision = RoutingDecision.objects.create(
            patient=self.ruth,
            service=decided.service,
            facts=reveal(decided.facts),
            verdict=reveal(decided.verdict),
            channel=reveal(decided.channel),
            urgency=reveal(decided.urgency),
            lean=reveal(decided.lean),
            reasons=[*reveal(decided.reasons), kept],
            tasks=reveal(decided.tasks),
            computed_modality=decided.computed_modality,
            final_modality=decided.final_modality,
            catalogue_revision=decided.catalogue_revision,
            decided_at=self.now,
            why=canary("why"),
            supersedes=decided,
        )
        visit.save()
        AppointmentEvent.objects.create(
            patient=self.ruth,
            appointment=visit,
            kind="note",
            from_status=visit.status,
            to_status=visit.status,
            at=self.now,
            actor_role="patient",
            detail={"words": canary("detail")},
        )

    def _answers(self) -> None:
        self.screens = ScreenRequest.objects.get(subject_id=self.visit.id)
        outcome = answers.answer_screen(
            AnswerScreen(self.screens.id, "nrs-pain", (9,)), actor=self.actor("owner"), now=self.now
        )
        assert outcome.alert is not None
        self.alert = outcome.alert
        self.alert.note_code = canary("note_code")
        self.alert.save()
        AlertEvent.objects.create(
            alert=self.alert, patient=self.ruth, kind="acknowledged", at=self.now, note=canary("alert_note")
        )
        self.waiting_screens = ScreenRequest.objects.get(subject_id=self.request.id)

    @property
    def coverage_check_id(self) -> UUID | None:
        return self.visit.coverage_check_id

    # -- letters with links, and what administrators look after ---------------------------------

    def _letters(self) -> None:
        self.invitation = self._invitation("patient", f"{canary('invited')} Ruth", f"{canary('invited')}@example.org")
        self.caregiver_invitation = self._invitation("caregiver", "Some Body", "some.body@example.org")
        asked = PasswordResetRequest.objects.create(typed=canary("typed"), asked_at=self.now)
        self.reset_token = tokens.derive("reset", row_id=asked.id)
        PasswordReset.objects.create(
            request=asked,
            account=self.ruth.account,
            token_hash=tokens.hash_token(self.reset_token),
            created_at=self.now,
            expires_at=self.now + timedelta(hours=1),
        )
        self.factor_reset = SecondFactorReset.objects.create(
            account=self.accounts["clinician_in_care"], asked_by=self.accounts["clinician_in_care"], asked_at=self.now
        )

    def _invitation(self, role: str, name: str, email: str) -> Invitation:
        made = Invitation(
            role=role, name=name, email=email, created_at=self.now, expires_at=self.now + timedelta(days=1)
        )
        made.token_hash = tokens.hash_token(token_of(made.id))
        made.save()
        return made

    def invitation_token(self, invitation: Invitation) -> str:
        return token_of(invitation.id)

    def _name_what_is_hers(self) -> None:
        """What only Ruth's record names. A stranger's answer holds none of it, unless they typed it themselves."""
        self.ids = tuple(
            str(one)
            for one in (
                self.ruth.id,
                self.visit.id,
                self.request.id,
                self.visit_now.id,
                self.visit_begun.id,
                self.visit_past.id,
                self.screens.id,
                self.waiting_screens.id,
                self.alert.id,
                self.grant.id,
                self.draft.id,
                self.membership.id,
                self.coverage_check_id,
            )
            if one is not None
        )

    # -- more of everything -----------------------------------------------------------------------

    def grow(self, *, by: int = 6) -> None:
        """`by` more of all that a page may list: people, visits, screens, alerts, rules, grants, letters, events."""
        for number in range(by):
            patient = factories.a_patient(f"more{number}")
            factories.a_member(patient, self.plan)
            factories.a_rule(f"more-{number}", payer=[f"payer{number}"])
            helper = factories.a_caregiver(f"more-helper{number}")
            factories.a_grant(self.ruth, helper, scopes=EVERY_SCOPE)
            factories.a_grant(patient, self.helper, scopes=EVERY_SCOPE)
            self._invitation("auditor", f"More {number}", f"more{number}@example.org")
            self._more_visits(patient, number)
            self._more_visits(self.ruth, number + by)

    def _more_visits(self, patient: Patient, number: int) -> None:
        start = self.at((9, 11, 13, 15)[number % 4], days=number // 4)
        for service, later in ((SERVICE, 0), (REQUEST_SERVICE, 7)):
            visit = self.book(self.clinician, start=start + timedelta(days=later), service=service, patient=patient)
            asked = ScreenRequest.objects.get(subject_id=visit.id)
            actor = factories.patient_actor(patient)
            for instrument, given in (("nrs-pain", (9,)), ("distress-0-10", (8,))):
                answers.answer_screen(AnswerScreen(asked.id, instrument, given), actor=actor, now=self.now)


def signed_in(account: Account, *, device: SealedTOTPDevice | None = None) -> Client:
    """A browser of this person; with a device: the second factor has been shown in it."""
    client = factories.client_of(account)
    if device is not None:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back, as the test's own transaction will be: to ask the next question of the same rows."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django marks its own: the log does not wait for it
    with block:
        yield
        transaction.set_rollback(True)
