"""The order inside a room: rules, models, selectors, policies, services, forms and presenters, doors."""

from __future__ import annotations

import pytest

from tests.architecture.imports import Module, modules
from tests.architecture.layers import HOMES, ORDER, home_of


def climbs(module: Module) -> list[str]:
    """The imports of a module that do not go to the left inside its own room."""
    here = home_of(module.name)
    if here is None:
        return []
    room, layer = here
    found = []
    for name, line in module.imports:
        there = home_of(name)
        if there is None or there[0] != room or there[1] == layer:
            continue
        if ORDER[there[1]] >= ORDER[layer]:
            found.append(f"{module.at(line)} imports {name}")
    return found


@pytest.mark.parametrize("home", HOMES)
def test_it_imports_only_from_the_left_inside(home):
    wrong = [line for module in modules() if module.name.startswith(f"{home}.") for line in climbs(module)]

    assert wrong == []


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("visits.rules.routing", ("visits", "rules")),
        ("visits.expert_review.services.answer", ("visits.expert_review", "services")),
        ("oncology_clinic.accounts.models", ("oncology_clinic.accounts", "models")),
        ("visits.apps", None),
        ("oncology_clinic.errors", None),
    ],
)
def test_it_reads_the_layer_from_the_name(name, home):
    assert home_of(name) == home
