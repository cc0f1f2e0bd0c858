"""Who gives which service: no dietitian for a first visit with a cancer doctor."""

import pytest

from visits.rules import catalogue, giving


@pytest.mark.parametrize(
    ("profession", "service", "may"),
    [
        ("physician", "new-patient-consult", True),
        ("nurse_practitioner", "survivorship-followup", True),
        ("dietitian", "nutrition-counseling", True),
        ("dietitian", "new-patient-consult", False),
        ("psychologist", "psychotherapy", True),
        ("psychologist", "results-review", False),
        ("genetic_counselor", "genetic-counseling-results", True),
        ("genetic_counselor", "medication-management", False),
        ("nurse", "lab-draw", True),
        ("nurse", "serious-news", False),
    ],
)
def test_it_lets_a_profession_give_what_is_its_own(profession, service, may):
    assert giving.may_give(profession, service=service) is may


def test_it_names_only_services_of_the_catalogue():
    named = {slug for services in giving.load().values() for slug in services}

    assert named <= set(catalogue.load().services)
