"""The facts of a routing decision: what the patient said, completed by what the record knows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncology_clinic.crypto.fields import reveal
from visits.rules import catalogue, exams, facts
from visits.selectors import booking_facts
from visits.selectors.calendar import ClinicianEntry
from visits.services.commands import Answers

RECENT_THERAPY_DAYS = 3650  # older therapy than ten years is "none recent" to every rule
RECENT_SCREEN = timedelta(days=14)  # clinic policy: an older screen says nothing about today


def facts_of(
    answers: Answers,
    *,
    record: booking_facts.BookingFacts,
    service: str,
    clinician: ClinicianEntry | None,
    on: date,
    location: str,
    now: datetime,
    override: str = "",
) -> facts.Facts:
    """One visit to be routed. `on` is the day of the visit where the patient is; `override` a clinician's choice.

    Without a clinician the licences of all count: somebody of the clinic could see the patient.
    """
    patient = record.patient
    therapy_on: date | None = reveal(patient.last_systemic_therapy_on)
    since = (local_day(now, zone=patient.time_zone) - therapy_on).days if therapy_on else None
    return facts.Facts(
        service=service,
        date=on,
        location=location or None,
        licensed=_licensed(record, clinician=clinician, on=on),
        temp_c=answers.temp_c,
        days_since_sact=since if since is not None and 0 <= since <= RECENT_THERAPY_DAYS else None,
        anc=reveal(patient.neutrophils_per_ul),
        transplant_or_heme=reveal(patient.is_transplant_or_heme) == "1",
        flags=frozenset(facts.FLAGS[code] for code in answers.flags),
        ambers=answers.ambers,
        pain=_pain(answers, record, now=now),
        phq9_item9=_item9(record, now=now),
        exam_due=exams.exam_due(
            therapy=exams.Therapy(reveal(patient.therapy_kind) or "none"),
            last_exam_on=record.last_exam_on,
            visit_on=on,
            limits=catalogue.load().limits,
            plan_interval_days=patient.surveillance_interval_days,
        ),
        exam_booked_within_7d=record.is_exam_booked,
        cap=_capability(answers, record),
        comm=_communication(answers, record),
        private_safe_place=answers.private_safe_place,
        prior_in_person_by_prescriber=record.was_examined_by_clinician,
        new_patient=not record.has_been_seen,
        pref=facts.Preference(answers.pref) if answers.pref else None,
        self_pay_ack=answers.self_pay_ack,
        cannot_travel=answers.cannot_travel,
        barrier=answers.barrier,
        override=facts.Override(override) if override else None,
    )


def local_day(moment: datetime, *, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _licensed(record: booking_facts.BookingFacts, *, clinician: ClinicianEntry | None, on: date) -> frozenset[str]:
    people: Iterable[ClinicianEntry] = (clinician,) if clinician else record.calendar.clinicians.values()
    is_first = not record.has_been_seen
    return frozenset(code for person in people for code in person.licensed_on(on, is_first_visit=is_first))


def _pain(answers: Answers, record: booking_facts.BookingFacts, *, now: datetime) -> facts.Pain:
    """Today's answer against the last screen; without one, the last screen against the one before, if it is recent.

    What the patient calls their baseline counts only where the record knows none: it must not hide a rise.
    """
    signals = record.signals
    if answers.pain_now is not None:
        baseline = signals.pain_now if signals.pain_now is not None else answers.pain_baseline
        return facts.Pain(now=answers.pain_now, baseline=baseline, new=bool(answers.pain_new))
    if signals.pain_at is None or now - signals.pain_at > RECENT_SCREEN:
        return facts.Pain(new=bool(answers.pain_new))
    return facts.Pain(now=signals.pain_now, baseline=signals.pain_baseline, new=bool(answers.pain_new))


def _item9(record: booking_facts.BookingFacts, *, now: datetime) -> int:
    signals = record.signals
    is_recent = signals.phq9_at is not None and now - signals.phq9_at <= RECENT_SCREEN
    return (signals.phq9_item9 or 0) if is_recent else 0


def _capability(answers: Answers, record: booking_facts.BookingFacts) -> facts.Capability:
    """Whoever answers about devices and names no camera has none; whoever does not answer has what the record says."""
    said = (answers.cap_video, answers.cap_bandwidth, answers.cap_phone)
    if all(one is None for one in said):
        patient = record.patient
        return facts.Capability(video=patient.has_video, bandwidth=patient.has_bandwidth, phone=patient.has_phone)
    return facts.Capability(
        video=bool(answers.cap_video),
        bandwidth=answers.cap_bandwidth is not False,
        phone=answers.cap_phone is not False,
    )


def _communication(answers: Answers, record: booking_facts.BookingFacts) -> facts.Communication:
    patient = record.patient
    recorded = patient.language if patient.needs_interpreter else None
    return facts.Communication(
        deaf_hoh=answers.comm_deaf_hoh,
        relay_or_caption=answers.comm_relay_or_caption,
        language=answers.comm_language or recorded,
        interpreter=answers.comm_interpreter or None,
        cognition_impaired=answers.comm_cognition_impaired,
        helper=answers.comm_helper,
    )


def answers_of(known: facts.Facts) -> Answers:
    """The patient's part of facts stored before, to route the same answers again for another time."""
    return Answers(
        temp_c=known.temp_c,
        flags=tuple(sorted(known.flags)),
        ambers=known.ambers,
        pain_now=known.pain.now,
        pain_baseline=known.pain.baseline,
        pain_new=known.pain.new,
        cap_video=known.cap.video,
        cap_bandwidth=known.cap.bandwidth,
        cap_phone=known.cap.phone,
        comm_deaf_hoh=known.comm.deaf_hoh,
        comm_relay_or_caption=known.comm.relay_or_caption,
        comm_language=known.comm.language or "",
        comm_interpreter=known.comm.interpreter or "",
        comm_cognition_impaired=known.comm.cognition_impaired,
        comm_helper=known.comm.helper,
        private_safe_place=known.private_safe_place,
        pref=str(known.pref or ""),
        self_pay_ack=known.self_pay_ack,
        cannot_travel=known.cannot_travel,
        barrier=known.barrier,
    )
