"""Which room may import which, and what of it (docs: the house; the conventions)."""

from tests.architecture.imports import FLOORS, GROUND, ROOMS, ROOT, modules

MAY_IMPORT = {
    "visits": {"caregivers", "screening", "billing", GROUND},
    "caregivers": {"screening", GROUND},
    "screening": {GROUND},
    "billing": {GROUND},
    GROUND: set(),
}
DOORS_BETWEEN_ROOMS = {"services", "selectors", "policies", "rules"}


def between_rooms():
    """(importer, imported name, line) wherever one floor imports another."""
    return [
        (module, name, line)
        for module in modules()
        for name, line in module.imports
        if name.partition(".")[0] in FLOORS and name.partition(".")[0] != module.floor
    ]


def test_it_imports_rooms_only_downwards():
    wrong = [
        f"{module.at(line)} imports {name}"
        for module, name, line in between_rooms()
        if name.partition(".")[0] not in MAY_IMPORT[module.floor]
    ]

    assert wrong == []


def test_it_enters_another_room_only_by_its_services_selectors_policies_and_rules():
    wrong = [
        f"{module.at(line)} imports {name}"
        for module, name, line in between_rooms()
        if name.partition(".")[0] in ROOMS and (name.split(".")[1:2] or [""])[0] not in DOORS_BETWEEN_ROOMS
    ]

    assert wrong == []


def test_it_keeps_the_ground_floor_empty_of_names():
    assert (ROOT / GROUND / "__init__.py").read_text().strip() == ""


def test_it_sees_the_rooms_it_judges():
    """A reader that found nothing would approve of everything."""
    assert {module.floor for module in modules()} == set(FLOORS)
    assert between_rooms()
