"""What holds for every situation, whatever is said in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from visits.rules import catalogue, channels, contract, routing
from visits.rules.catalogue import ServiceClass
from visits.rules.explaining import explain, next_steps
from visits.rules.facts import (
    FLAGS,
    Capability,
    Communication,
    Coverage,
    EmergencyFlag,
    Facts,
    Override,
    Pain,
    Preference,
    Schedule,
)
from visits.rules.findings import Channel, Lean, Task, Urgency, Verdict

CATALOGUE = catalogue.load()
maybe = st.none
points = st.integers(0, 10)

every_facts = st.builds(
    Facts,
    service=st.sampled_from(sorted(CATALOGUE.services)),
    date=maybe() | st.dates(),
    location=st.sampled_from([None, "XA", "XB"]),
    licensed=st.sampled_from([frozenset(), frozenset({"XA"}), frozenset({"XA", "XB"})]),
    temp_c=maybe() | st.floats(25, 45),
    days_since_sact=maybe() | st.integers(0, 100),
    anc=maybe() | st.integers(0, 3000),
    transplant_or_heme=st.booleans(),
    flags=st.frozensets(st.sampled_from(list(FLAGS.values())), max_size=2),
    ambers=st.integers(0, 3),
    pain=st.builds(Pain, now=maybe() | points, baseline=maybe() | points, new=st.booleans()),
    phq9_item9=st.integers(0, 3),
    exam_due=st.booleans(),
    exam_booked_within_7d=st.booleans(),
    cap=st.builds(Capability, video=st.booleans(), bandwidth=st.booleans(), phone=st.booleans()),
    comm=st.builds(
        Communication,
        deaf_hoh=st.booleans(),
        relay_or_caption=st.booleans(),
        language=st.sampled_from([None, "en", "es", "zh-Hant"]),
        interpreter=st.sampled_from([None, "in_person_only", "remote"]),
        cognition_impaired=st.booleans(),
        helper=st.booleans(),
    ),
    private_safe_place=st.booleans(),
    schedule=maybe() | st.sampled_from(Schedule),
    prior_in_person_by_prescriber=st.booleans(),
    state_bars_schedule_ii_telehealth=st.booleans(),
    new_patient=st.booleans(),
    serious=st.booleans(),
    pref=maybe() | st.sampled_from(Preference),
    coverage=st.sampled_from(Coverage),
    self_pay_ack=st.booleans(),
    cannot_travel=st.booleans(),
    barrier=st.booleans(),
    override=maybe() | st.sampled_from(Override),
)


def changed(facts: Facts, **changes: object) -> Facts:
    return Facts(**{name: getattr(facts, name) for name in Facts.__slots__} | changes)


@settings(max_examples=100, deadline=None)
@given(every_facts)
def test_it_always_answers_with_a_consistent_decision(facts: Facts):
    service = CATALOGUE.service(facts.service)

    routed = routing.route(facts, CATALOGUE)

    assert routed.reasons
    assert all(reason.text and reason.source.title for reason in routed.reasons)
    assert len(set(routed.tasks)) == len(routed.tasks)
    assert len(explain(routed, "es")) == len(routed.reasons)
    assert all(next_steps(routed, "es"))
    assert (routed.urgency is Urgency.now) == (routed.decision is Verdict.emergency)
    assert routed.lean is None or routed.decision is Verdict.case_decision
    assert routed.channel is None or routed.decision is Verdict.telehealth
    # Hands-on care is never telehealth, and only somebody's override reaches a soft or a case service.
    if service.kind is ServiceClass.hard:
        assert routed.decision in (Verdict.in_person, Verdict.emergency)
    if service.kind in (ServiceClass.soft, ServiceClass.case) and routed.decision is Verdict.telehealth:
        assert routed.codes[-1] == "clinician_override"
    # Without an override a channel is one that works.
    if facts.override is None and routed.channel in (Channel.video, Channel.audio):
        assert routed.channel is channels.choose(facts, CATALOGUE)


@settings(max_examples=50, deadline=None)
@given(every_facts, st.sampled_from(EmergencyFlag))
def test_it_lets_an_emergency_win_over_everything(facts: Facts, flag: EmergencyFlag):
    service = CATALOGUE.service(facts.service)

    routed = routing.route(changed(facts, flags=facts.flags | {flag}), CATALOGUE)

    if service.is_patient_facing:
        assert (routed.decision, routed.tasks) == (Verdict.emergency, (Task.emergency_script,))
        assert all(code.startswith("emergency:") for code in routed.codes)
    else:
        assert routed.decision is not Verdict.emergency


@settings(max_examples=50, deadline=None)
@given(every_facts, st.sampled_from([Coverage.unknown, Coverage.pa_missing]))
def test_it_never_moves_a_visit_for_coverage_that_is_not_settled(facts: Facts, coverage: Coverage):
    covered = routing.route(changed(facts, coverage=Coverage.covered), CATALOGUE)

    unsettled = routing.route(changed(facts, coverage=coverage), CATALOGUE)

    assert unsettled.codes == covered.codes
    assert (unsettled.decision, unsettled.channel, unsettled.lean) == (covered.decision, covered.channel, covered.lean)


@settings(max_examples=50, deadline=None)
@given(every_facts)
def test_it_never_moves_a_visit_for_language_alone(facts: Facts):
    comm = facts.comm
    speaks = [
        routing.route(
            changed(
                facts,
                comm=Communication(
                    deaf_hoh=comm.deaf_hoh,
                    relay_or_caption=comm.relay_or_caption,
                    language=language,
                    interpreter=comm.interpreter,
                    cognition_impaired=comm.cognition_impaired,
                    helper=comm.helper,
                ),
            ),
            CATALOGUE,
        )
        for language in ("en", "es")
    ]

    assert speaks[0].codes == speaks[1].codes
    is_owed = CATALOGUE.service(facts.service).is_patient_facing and speaks[1].decision is not Verdict.emergency
    assert (Task.book_interpreter in speaks[1].tasks) is is_owed


@settings(max_examples=50, deadline=None)
@given(every_facts)
def test_it_adds_at_most_one_reason_for_an_override(facts: Facts):
    computed = routing.route(changed(facts, override=None), CATALOGUE)

    final = routing.route(facts, CATALOGUE)

    added = final.codes[len(computed.codes) :]
    assert final.codes[: len(computed.codes)] == computed.codes
    assert len(added) <= 1
    assert final.tasks == computed.tasks
    assert final.was_overridden is (added == ("clinician_override",))
    assert final.computed == computed.computed


@settings(max_examples=50, deadline=None)
@given(every_facts)
def test_it_reads_stored_facts_back_unchanged(facts: Facts):
    stored = facts.as_dict()

    assert Facts.from_dict(stored) == facts
    assert contract.decide(stored)["reasons"] == list(routing.route(facts, CATALOGUE).codes)


@settings(max_examples=50, deadline=None)
@given(every_facts)
def test_it_gives_care_by_telehealth_only_where_the_law_allows(facts: Facts):
    routed = routing.route(facts, CATALOGUE)

    if routed.decision is Verdict.telehealth and routed.channel is not Channel.async_:
        assert facts.location in facts.licensed
    if routed.decision is Verdict.blocked:
        assert facts.cannot_travel
        assert Task.reassign_to_authorized_clinician in routed.tasks
    if routed.lean is Lean.telehealth:
        assert facts.cannot_travel or CATALOGUE.service(facts.service).lean is Lean.telehealth
