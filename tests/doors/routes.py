"""Every route of the clinic, who may use it, and how its address and bodies are made. Read by all tests of this folder.

A new page or API path gets its line here: `test_stranger` fails until it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import get_resolver, reverse

from oncology_clinic.audit import routes as resolver_routes
from oncology_clinic.audit.contract import Touches
from tests.doors.clinic import PEOPLE, PHONE, REQUEST_SERVICE, SERVICE, Clinic

UNVERIFIED = frozenset(name for name in PEOPLE if name.startswith("unverified_"))
EVERYBODY = frozenset(PEOPLE)
SIGNED_IN = EVERYBODY - UNVERIFIED - {"nobody"}
PATIENTS = frozenset({"owner", "other_patient"})
CAREGIVERS = frozenset({"granted_caregiver", "past_caregiver", "other_caregiver"})
CLINICIANS = frozenset({"clinician_in_care", "stranger_clinician"})
CLINICAL = CLINICIANS | {"coordinator"}
SEEING = PATIENTS | CAREGIVERS | CLINICAL
CARE_TEAM = frozenset({"clinician_in_care", "coordinator"})
THOSE_OF_RUTH = CARE_TEAM | {"owner", "granted_caregiver"}  # who may see Ruth's record; everybody else is a stranger
PATIENT_SIDE = frozenset({"owner", "granted_caregiver"})
ONLY_RUTH = frozenset({"owner"})
ADMINISTRATOR = frozenset({"administrator"})
AUDITOR = frozenset({"auditor"})

HOW_TO_ADD = (
    "has no line in tests/doors/routes.py. Add one to ROUTES: its name, who may use it (a set of PEOPLE), `kwargs` made "
    "from a record of Ruth's, `is_hers=True` when the address names a record of hers, and for each method that writes a "
    "body that the owner could send."
)

Made = Callable[[Clinic], dict[str, Any]]


def nothing(clinic: Clinic) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Route:
    """`who` may use it; the rest are refused. `owner` is the one who proves that it works (None: nobody can here).

    `bodies` are what `owner` could send, by method; `query` what a reader adds. `is_hers`: the address, query or body names
    a record of Ruth's; `leads_on`: its GET shows nothing and sends everybody on. `is_way_in`: a page of signing in, which
    has answers of its own to everybody.
    """

    who: frozenset[str]
    kwargs: Made = nothing
    query: Made = nothing
    bodies: dict[str, Made] = field(default_factory=dict)
    is_hers: bool = False
    leads_on: bool = False
    is_way_in: bool = False
    owner: str = "owner"
    shows: int = 200


def way_in(**fields: Any) -> Route:
    return Route(EVERYBODY, is_way_in=True, **fields)


def hers(who: frozenset[str], kwargs: Made = nothing, **fields: Any) -> Route:
    return Route(who, kwargs=kwargs, is_hers=True, **fields)


PUBLIC = Route(EVERYBODY, owner="nobody")
WELL = {"flags": [], "pain": {"now": 1}, "cap": {"video": True, "bandwidth": True, "phone": True}}


def _visit(clinic: Clinic) -> dict[str, Any]:
    return {"appointment_id": clinic.visit.id}


def _request(clinic: Clinic) -> dict[str, Any]:
    return {"appointment_id": clinic.request.id}


def _screens(clinic: Clinic) -> dict[str, Any]:
    return {"request_id": clinic.screens.id}


def _screen_page(clinic: Clinic) -> dict[str, Any]:
    return {"request_id": clinic.screens.id, "number": 2}


def _screen(clinic: Clinic) -> dict[str, Any]:
    return {"screen_id": f"{clinic.waiting_screens.id}-nrs-pain"}


def _alert(clinic: Clinic) -> dict[str, Any]:
    return {"alert_id": clinic.alert.id}


def _grant(clinic: Clinic) -> dict[str, Any]:
    return {"grant_id": clinic.grant.id}


def _for_ruth(clinic: Clinic) -> dict[str, Any]:
    return {"patient": str(clinic.ruth.id)}


def _order(clinic: Clinic) -> dict[str, Any]:
    return {
        "service": SERVICE,
        "location": "OH",
        "answers": WELL,
        "start": clinic.at(15, days=3).isoformat(),
        "clinician": str(clinic.clinician.id),
        "patient": str(clinic.ruth.id),
    }


def _slots(clinic: Clinic) -> dict[str, Any]:
    return {
        "service": SERVICE,
        "modality": "in_person",
        "from": clinic.monday.isoformat(),
        "to": clinic.at(10, days=6).date().isoformat(),
    }


def _coverage(clinic: Clinic) -> dict[str, Any]:
    return {
        "service": REQUEST_SERVICE,
        "modality": "video",
        "dos": clinic.monday.isoformat(),
        "patient_location": "OH",
        "patient": str(clinic.ruth.id),
    }


def _profile(clinic: Clinic) -> dict[str, Any]:
    return {
        "preferred_name": "Ruthie",
        "pronouns": "she/her",
        "phone": "614-555-0123",
        "email": "ruth@example.org",
        "reminder_channel": "email",
        "language": "en",
        "home_state": "OH",
        "time_zone": "America/New_York",
    }


def _helper(clinic: Clinic) -> dict[str, Any]:
    return {
        "name": "Sam Helper",
        "email": "sam@example.org",
        "relationship": "friend",
        "scopes": ["appointments"],
        "language": "en",
    }


def _invite(clinic: Clinic) -> dict[str, Any]:
    return {"role": "auditor", "name": "Ada Auditor", "email": "ada@example.org", "language": "en"}


def _says(**body: Any) -> Made:
    return lambda clinic: dict(body)


def _patient(clinic: Clinic) -> dict[str, Any]:
    return {"patient_id": clinic.ruth.id}


def _draft(clinic: Clinic) -> dict[str, Any]:
    return {"draft_id": clinic.draft.id}


def _page_order(clinic: Clinic) -> dict[str, Any]:
    order = {
        **_order(clinic),
        "draft": str(clinic.draft.id),
        "pain_now": "1",
        "cap_video": "yes",
        "cap_bandwidth": "yes",
    }
    return {name: value for name, value in order.items() if name != "answers"}


def _begin(clinic: Clinic) -> dict[str, Any]:
    return {"service": SERVICE, "patient": str(clinic.ruth.id)}


def _slot(clinic: Clinic) -> dict[str, Any]:
    return {"slot": f"{clinic.at(15, days=3).isoformat()}|{clinic.clinician.id}"}


def _move(clinic: Clinic) -> dict[str, Any]:
    return {"start": clinic.at(15, days=4).isoformat()}


def _visit_now(clinic: Clinic) -> dict[str, Any]:
    return {"appointment_id": clinic.visit_now.id}


def _visit_begun(clinic: Clinic) -> dict[str, Any]:
    return {"appointment_id": clinic.visit_begun.id}


def _visit_past(clinic: Clinic) -> dict[str, Any]:
    return {"appointment_id": clinic.visit_past.id}


def _staff_order(clinic: Clinic) -> dict[str, Any]:
    return {
        "_action": "book",
        "service": SERVICE,
        "location": "OH",
        "clinician": str(clinic.clinician.id),
        "start": clinic.at(15, days=3).isoformat(),
    }


_PRESS: dict[str, Made] = {"post": nothing}
_ANSWERS = {
    "flags": ["none"],
    "location": "OH",
    "devices": ["video", "bandwidth"],
    "private_safe_place": "yes",
    "comm_language": "en",
}
_NEW_SIGN_IN = {"username": "new.person", "password": "a calm walk by the lake"}
_BY_LINK = _says(
    **_NEW_SIGN_IN,
    legal_name="Ruth New",
    birth_month=7,
    birth_day=19,
    birth_year=1961,
    home_state="OH",
    time_zone="America/New_York",
)

ROUTES: dict[str, Route] = {
    # -- words for everybody
    "home": Route(EVERYBODY, owner="nobody"),
    "front:accessibility": PUBLIC,
    "front:language_help": PUBLIC,
    "front:offline": PUBLIC,
    "front:manifest": PUBLIC,
    "front:service_worker": PUBLIC,
    "front:language": Route(EVERYBODY, owner="nobody", bodies={"post": _says(language="es")}, shows=302),
    "front:theme": Route(EVERYBODY, owner="nobody", bodies={"post": _says(theme="dark")}, shows=302),
    "livez": PUBLIC,
    "readyz": PUBLIC,
    "schema": PUBLIC,
    "api_docs": PUBLIC,
    "api_services": PUBLIC,
    # -- the way in, and one's own sign-in
    "accounts:sign_in": way_in(
        owner="nobody", bodies={"post": _says(username="owner", password="correct horse battery staple")}
    ),
    "accounts:sign_out": way_in(owner="nobody", bodies=_PRESS),
    "accounts:sign_out_everywhere": Route(SIGNED_IN, bodies=_PRESS),
    "accounts:signed_out": way_in(owner="nobody"),
    "accounts:code": way_in(owner="unverified_clinician", bodies={"post": _says(code="000000")}),
    "accounts:lost_device": way_in(owner="unverified_clinician", bodies=_PRESS),
    "accounts:enrol": way_in(bodies={"post": _says(code="000000")}),
    "accounts:recovery_codes": Route(CLINICAL | ADMINISTRATOR | AUDITOR, owner="administrator", bodies=_PRESS),
    "accounts:forgot": way_in(owner="nobody", bodies={"post": _says(username_or_email="owner")}),
    "accounts:forgot_sent": way_in(owner="nobody"),
    "accounts:reset": way_in(
        owner="nobody",
        kwargs=lambda clinic: {"token": clinic.reset_token},
        bodies={"post": _says(password="a calm walk by the lake")},
    ),
    "accounts:password": Route(
        SIGNED_IN,
        bodies={
            "post": _says(old_password="correct horse battery staple", password="a calm walk by the lake"),
        },
    ),
    "accounts:accept": way_in(
        owner="nobody",
        kwargs=lambda clinic: {"token": clinic.invitation_token(clinic.invitation)},
        bodies={"post": _BY_LINK},
    ),
    "accounts:join": Route(
        CAREGIVERS,
        owner="other_caregiver",
        kwargs=lambda clinic: {"token": clinic.invitation_token(clinic.caregiver_invitation)},
        bodies=_PRESS,
    ),
    "accounts:profile": Route(SIGNED_IN),
    "accounts:edit_profile": Route(PATIENTS, bodies={"post": _profile}),
    "api-session": way_in(bodies={"post": _says(username="owner", password="correct horse battery staple")}),
    # -- administrators
    "front:admin_home": Route(ADMINISTRATOR, owner="administrator"),
    "accounts:people": Route(ADMINISTRATOR, owner="administrator"),
    "accounts:invite": Route(ADMINISTRATOR, owner="administrator", bodies={"post": _invite}),
    "accounts:withdraw": Route(
        ADMINISTRATOR,
        owner="administrator",
        kwargs=lambda clinic: {"invitation_id": clinic.invitation.id},
        bodies=_PRESS,
    ),
    "accounts:deactivate": Route(
        ADMINISTRATOR,
        owner="administrator",
        kwargs=lambda clinic: {"account_id": clinic.accounts["stranger_clinician"].id},
        bodies={"post": _says(reason="left")},
    ),
    "accounts:ask_reset": Route(
        ADMINISTRATOR,
        owner="administrator",
        kwargs=lambda clinic: {"account_id": clinic.accounts["auditor"].id},
        bodies=_PRESS,
    ),
    "accounts:approve_reset": Route(
        ADMINISTRATOR,
        owner="administrator",
        kwargs=lambda clinic: {"reset_id": clinic.factor_reset.id},
        bodies=_PRESS,
    ),
    "accounts:decline_reset": Route(
        ADMINISTRATOR,
        owner="administrator",
        kwargs=lambda clinic: {"reset_id": clinic.factor_reset.id},
        bodies=_PRESS,
    ),
    # -- the log
    "audit:events": Route(AUDITOR, owner="auditor"),
    "audit_events": Route(AUDITOR, owner="auditor"),
    # -- helpers
    "caregivers:mine": Route(PATIENTS),
    "caregivers:add": Route(PATIENTS, bodies={"post": _helper}),
    "caregivers:home": Route(CAREGIVERS, owner="granted_caregiver"),
    "caregivers:end": hers(frozenset({"owner", "granted_caregiver"}), _grant, bodies=_PRESS),
    # -- coverage
    "billing:ask": hers(THOSE_OF_RUTH, query=_for_ruth, bodies={"post": _coverage}),
    "billing:answer": hers(THOSE_OF_RUTH, lambda clinic: {"check_id": clinic.coverage_check_id}),
    "api_coverage_check": hers(THOSE_OF_RUTH, bodies={"post": _coverage}),
    # -- screens
    "screening:mine": hers(THOSE_OF_RUTH, query=_for_ruth),
    "screening:start": hers(THOSE_OF_RUTH, _screens),
    "screening:page": hers(THOSE_OF_RUTH, _screen_page, bodies={"post": _says(answer_1="3")}),
    "screening:check": hers(THOSE_OF_RUTH, _screens, bodies=_PRESS),
    "screening:talk": hers(THOSE_OF_RUTH, _screens, bodies=_PRESS),
    "screening:thanks": hers(THOSE_OF_RUTH, _screens),
    "screening:alerts": Route(CLINICAL, owner="coordinator"),
    "screening:alert": hers(
        CARE_TEAM, _alert, owner="coordinator", bodies={"post": _says(outcome="Reached; pain plan agreed.")}
    ),
    "screening:alert_acknowledge": hers(CARE_TEAM, _alert, owner="coordinator", bodies=_PRESS),
    "screening:alert_take": hers(CARE_TEAM, _alert, owner="coordinator", bodies=_PRESS),
    "api_screens": hers(THOSE_OF_RUTH, query=_for_ruth),
    "api_screen_answers": hers(THOSE_OF_RUTH, _screen, bodies={"post": _says(answers=[3])}),
    "api_alerts": Route(CLINICAL, owner="coordinator"),
    # -- visits, for patients and those who act for them
    "visits:offered": PUBLIC,
    "visits:home": Route(PATIENTS | CAREGIVERS),
    "visits:home_for": hers(PATIENT_SIDE, _patient),
    "visits:choose": Route(PATIENTS | CAREGIVERS),
    "visits:choose_for": hers(PATIENT_SIDE, _patient, owner="granted_caregiver"),
    "visits:begin": hers(PATIENT_SIDE, bodies={"post": _begin}),
    "visits:questions": hers(ONLY_RUTH, _draft, bodies={"post": _says(**_ANSWERS)}),
    "visits:time": hers(ONLY_RUTH, _draft, bodies={"post": _slot}),
    "visits:instead": hers(ONLY_RUTH, _draft, bodies={"post": _says(choice="come_in")}),
    "visits:check": hers(ONLY_RUTH, _draft),
    "visits:book": hers(PATIENT_SIDE, bodies={"post": _page_order}, leads_on=True, shows=302),
    "visits:visit": hers(PATIENT_SIDE, _visit),
    "visits:booked": hers(PATIENT_SIDE, _visit),
    "visits:print": hers(PATIENT_SIDE, _visit),
    "visits:calendar": hers(PATIENT_SIDE, _visit),
    "visits:move": hers(PATIENT_SIDE, _visit, bodies={"post": _move}),
    "visits:cancel": hers(PATIENT_SIDE, _visit, bodies={"post": _says(reason="cannot_travel")}),
    # -- visits, for the care teams
    "visits:day": Route(CLINICAL, owner="clinician_in_care", query=lambda clinic: {"on": clinic.monday.isoformat()}),
    "visits:check_in": hers(CARE_TEAM, _visit_now, owner="clinician_in_care", bodies=_PRESS),
    "visits:begin_visit": hers(CARE_TEAM, _visit_now, owner="clinician_in_care", bodies=_PRESS),
    "visits:finish_visit": hers(CARE_TEAM, _visit_begun, owner="clinician_in_care", bodies=_PRESS),
    "visits:close_visit": hers(
        CARE_TEAM, _visit_past, owner="clinician_in_care", bodies={"post": _says(outcome="patient")}
    ),
    "visits:requests": Route(CLINICAL, owner="clinician_in_care"),
    "visits:request": hers(
        CARE_TEAM,
        _request,
        owner="clinician_in_care",
        bodies={"post": _says(verdict="telehealth", reason="Seen last week.")},
    ),
    "visits:find": Route(CLINICAL, owner="clinician_in_care", bodies={"post": _says(phone=PHONE)}),
    "visits:chart": hers(CARE_TEAM, _patient, owner="clinician_in_care"),
    "visits:book_for": hers(CARE_TEAM, _patient, owner="clinician_in_care", bodies={"post": _staff_order}),
    "visits:services": Route(CLINICAL | ADMINISTRATOR | AUDITOR, owner="clinician_in_care"),
    # -- visits, for programs
    "api_routing_preview": hers(THOSE_OF_RUTH, bodies={"post": _order}),
    "api_slots": Route(SEEING, query=_slots),
    "api_visits": Route(SEEING),
    "api_book": hers(THOSE_OF_RUTH, bodies={"post": _order}),
    "api_visit": hers(THOSE_OF_RUTH, _visit),
    "api_reschedule": hers(THOSE_OF_RUTH, _visit, bodies={"post": _move}),
    "api_cancel": hers(THOSE_OF_RUTH, _visit, bodies={"post": _says(reason="cannot_travel")}),
    "api_decide": hers(
        frozenset({"clinician_in_care"}),
        _request,
        owner="clinician_in_care",
        bodies={"post": _says(verdict="telehealth", reason="Seen last week.")},
    ),
}

# Routes of packages: asked as strangers do, with no record of anybody's.
OF_PACKAGES = ("admin:",)


@dataclass(frozen=True)
class Asked:
    """One route as the resolver knows it, with its line of the table."""

    name: str
    pattern: str
    route: Route
    view: Any

    @property
    def holder(self) -> Any:
        return getattr(self.view, "view_class", None) or getattr(self.view, "cls", None)

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods the view implements, apart from OPTIONS and HEAD."""
        return tuple(
            name
            for name in ("get", "post", "put", "patch", "delete")
            if name in self.holder.http_method_names and hasattr(self.holder, name)
        )

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def touches_records(self) -> bool:
        return isinstance(resolver_routes.declaration_of(self.view), Touches)

    def address(self, clinic: Clinic) -> str:
        return reverse(self.name, kwargs=self.route.kwargs(clinic) or None)

    def body(self, clinic: Clinic, method: str) -> dict[str, Any]:
        return self.route.bodies.get(method, nothing)(clinic)

    def ask(self, client: Any, clinic: Clinic, method: str) -> Any:
        """As somebody who knows the address, and what the owner would send."""
        address = self.address(clinic)
        if method == "get":
            return client.get(address, self.route.query(clinic))
        body = self.body(clinic, method)
        if self.is_api:
            return getattr(client, method)(address, body, content_type="application/json")
        return getattr(client, method)(address, body)


def known_names() -> set[str]:
    return {route.name for route in resolver_routes.all_routes(get_resolver())}


def is_of_a_package(name: str) -> bool:
    return name.startswith(OF_PACKAGES)


def walk() -> Iterator[Asked]:
    """Every route of the resolver that has its line, in the resolver's order."""
    for route in resolver_routes.all_routes(get_resolver()):
        if route.name in ROUTES:
            yield Asked(route.name, route.pattern, ROUTES[route.name], route.view)
