"""Which telehealth channel would work for this patient and this service (facts.md 1.3, 1.5 steps 6 and 9)."""

from __future__ import annotations

from visits.rules.catalogue import Audio, Catalogue, Service
from visits.rules.facts import Facts, Preference
from visits.rules.findings import Channel


def choose(facts: Facts, catalogue: Catalogue) -> Channel | None:
    """Video, else audio; audio first only when the patient asks. None: nothing would work.

    A service that is asynchronous needs neither a camera nor a phone.
    """
    service = catalogue.service(facts.service)
    if service.is_async:
        return Channel.async_
    usable = _usable(facts, catalogue, service=service)
    if facts.pref is Preference.audio and Channel.audio in usable:
        return Channel.audio
    return usable[0] if usable else None


def _usable(facts: Facts, catalogue: Catalogue, *, service: Service) -> list[Channel]:
    usable = []
    if service.video and facts.cap.video and facts.cap.bandwidth:
        usable.append(Channel.video)
    if _service_allows_audio(facts, catalogue, service=service) and _patient_can_use_audio(facts):
        usable.append(Channel.audio)
    return usable


def _service_allows_audio(facts: Facts, catalogue: Catalogue, *, service: Service) -> bool:
    if service.audio is not Audio.cond:
        return service.audio is Audio.yes
    has_pain = facts.pain.now is not None and facts.pain.now >= catalogue.limits.audio_pain_limit.value
    return not (facts.new_patient or facts.serious or has_pain)


def _patient_can_use_audio(facts: Facts) -> bool:
    # Before the prescriber's in-person evaluation a controlled substance needs video, also while
    # the federal flexibility holds: a matter of channel, not a legal reason.
    needs_video_by_law = facts.schedule is not None and not facts.prior_in_person_by_prescriber
    can_hear_a_call = not facts.comm.deaf_hoh or facts.comm.relay_or_caption
    return facts.cap.phone and can_hear_a_call and not needs_video_by_law
