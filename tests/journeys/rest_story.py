"""Walks the whole REST story against a running clinic and says each step it proved.

    python -m tests.journeys.rest_story [var/demo.json]

Signs in as the demo's people, books, answers a screen, asks for coverage, moves and
cancels a visit, and reads the audit log of all this. Exits 1 at the first step that fails.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.journeys.rest_client import Answer, Client

SERVICE = "nutrition-counseling"
WELL: dict[str, Any] = {"flags": [], "pain": {"now": 1}, "cap": {"video": True, "bandwidth": True, "phone": True}}


class StoryBroken(AssertionError):
    pass


class Story:
    def __init__(self, demo: dict[str, Any]) -> None:
        self.base_url = demo["base_url"]
        self.people = demo["people"]
        self.proved: list[str] = []

    def person(self, role: str, index: int = 0) -> dict[str, str]:
        return [person for person in self.people if person["role"] == role][index]

    def signed_in(self, role: str, index: int = 0) -> Client:
        client, person = Client(self.base_url), self.person(role, index)
        answer = client.sign_in(person["username"], person["password"], person.get("totp_secret") or "")
        self.expect(answer, 200, f"{role} signs in")
        return client

    def expect(self, answer: Answer, status: int, step: str) -> Any:
        if answer.status != status:
            raise StoryBroken(f"{step}: expected {status}, got {answer.status}: {str(answer.body)[:400]}")
        self.proved.append(step)
        return answer.body

    def check(self, truth: object, step: str) -> None:
        if not truth:
            raise StoryBroken(step)
        self.proved.append(step)


def free_slot(story: Story, client: Client, modality: str, *, skip: int = 0) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    query = f"?service={SERVICE}&modality={modality}&from={today + timedelta(days=2)}&to={today + timedelta(days=16)}"
    slots = story.expect(client.call("GET", f"/api/v1/slots/{query}"), 200, f"free {modality} times are listed")
    story.check(slots == sorted(slots, key=lambda slot: slot["start"]), "times come in time order")
    story.check(len(slots) > skip, "the demo clinic has free times")
    story.check(set(slots[0]) >= {"start", "end", "clinician", "site"}, "a time says start, end, clinician, site")
    return slots[skip]


def walk(story: Story) -> None:
    nobody = Client(story.base_url)
    patient = story.person("patient")
    story.expect(nobody.call("GET", "/api/v1/visits/"), 401, "nobody is asked to sign in")
    wrong = nobody.sign_in(patient["username"], "not the password at all")
    story.expect(wrong, 403, "a wrong password is refused")
    story.check(wrong.body["code"] == "bad_credentials", "with the code bad_credentials")
    clinician = story.person("clinician")
    no_code = nobody.call(
        "POST", "/api/v1/session/", {"username": clinician["username"], "password": clinician["password"]}
    )
    story.check((no_code.status, no_code.body["code"]) == (403, "otp_required"), "staff need their one-time code")

    me = story.signed_in("patient")
    services = story.expect(me.call("GET", "/api/v1/services/"), 200, "services are listed")
    story.check(
        services and set(services[0]) >= {"slug", "label", "class", "channels", "minutes", "source"},
        "a service says slug, label, class, channels, minutes, source",
    )
    ask = {"service": SERVICE, "location": "OH", "answers": WELL}
    preview = story.expect(me.call("POST", "/api/v1/routing/preview/", ask), 200, "routing is previewed")
    story.check(preview["decision"] == "telehealth" and preview["channel"] == "video", "it is a video visit")
    story.check(
        all({"code", "text", "source"} <= set(reason) for reason in preview["reasons"]), "with reasons, sourced"
    )

    slot = free_slot(story, me, "video")
    order = {**ask, "start": slot["start"], "clinician": slot["clinician"]}
    key = str(uuid.uuid4())
    booked = story.expect(
        me.call("POST", "/api/v1/visits/book/", order, Idempotency_Key=key), 201, "a video visit is booked"
    )
    story.check(
        set(booked) >= {"id", "start", "modality", "decision", "coverage", "status"}, "the booking says all it should"
    )
    again = me.call("POST", "/api/v1/visits/book/", order, Idempotency_Key=key)
    story.check((again.status, again.body) == (201, booked), "the same key gives the same answer, once")
    other = story.signed_in("patient", 1)
    taken = story.expect(other.call("POST", "/api/v1/visits/book/", order), 409, "a second person does not get it")
    story.check(taken["code"] == "slot_taken" and taken["alternatives"], "and is offered the next times")
    story.expect(other.call("GET", f"/api/v1/visits/{booked['id']}/"), 404, "nor sees the visit")

    mine = story.expect(me.call("GET", "/api/v1/visits/"), 200, "the patient's visits are listed")
    story.check(any(visit["id"] == booked["id"] for visit in mine), "the new visit among them")
    story.expect(me.call("GET", f"/api/v1/visits/{booked['id']}/"), 200, "and it can be read")

    emergency = {**order, "answers": {**WELL, "flags": ["chest_pain_new"]}}
    stopped = story.expect(me.call("POST", "/api/v1/visits/book/", emergency), 422, "an emergency stops the booking")
    story.check(stopped["code"] == "emergency" and "911" in json.dumps(stopped), "and gives the script")

    screens = story.expect(me.call("GET", "/api/v1/screens/"), 200, "screens asked for are listed")
    pain = next((screen for screen in screens if screen["instrument"] == "nrs-pain"), None)
    story.check(pain is not None, "a pain screen is asked before the visit")
    assert pain is not None
    wrong_length = me.call("POST", f"/api/v1/screens/{pain['id']}/answers/", {"answers": [1, 2]})
    story.expect(wrong_length, 422, "a wrong number of answers is refused")
    scored = story.expect(
        me.call("POST", f"/api/v1/screens/{pain['id']}/answers/", {"answers": [5]}), 200, "the pain screen is answered"
    )
    story.check((scored["score"], scored["band"]) == (5, "moderate"), "and scored by the same rules")

    question = {"service": SERVICE, "modality": "video", "patient_location": "OH", "dos": slot["start"][:10]}
    cover = story.expect(me.call("POST", "/api/v1/coverage/check/", question), 200, "coverage is answered")
    story.check(
        cover["status"] in {"covered", "prior_auth_required", "not_covered", "unknown_needs_review"},
        "with one of the four answers",
    )

    later = free_slot(story, me, "video", skip=3)
    moved = story.expect(
        me.call(
            "POST",
            f"/api/v1/visits/{booked['id']}/reschedule/",
            {"start": later["start"], "clinician": later["clinician"]},
        ),
        200,
        "the visit is moved",
    )
    story.check(
        datetime.fromisoformat(moved["start"]) == datetime.fromisoformat(later["start"]), "to the time asked for"
    )
    story.expect(
        me.call("POST", f"/api/v1/visits/{booked['id']}/cancel/", {"reason": "feeling_better"}), 200, "and cancelled"
    )

    case = {**ask, "service": "new-patient-consult"}
    consult = me.call("POST", "/api/v1/routing/preview/", case)
    story.check(consult.body["decision"] == "case_decision", "a first consult is for a clinician to decide")

    auditor = story.signed_in("auditor")
    events = story.expect(auditor.call("GET", "/api/v1/audit/events/"), 200, "the auditor reads the log")
    story.check(bool(events), "and all of this stands in it")
    story.expect(me.call("GET", "/api/v1/audit/events/"), 403, "which a patient may not")
    story.expect(me.call("GET", "/api/v1/schema/"), 200, "the API describes itself")
    story.expect(me.sign_out(), 204, "the patient signs out")
    story.expect(me.call("GET", "/api/v1/visits/"), 401, "and is nobody again")


def main(path: str = "var/demo.json") -> int:
    story = Story(json.loads(Path(path).read_text()))
    try:
        walk(story)
    except StoryBroken as broken:
        print(f"BROKEN  {broken}")
        return 1
    for step in story.proved:
        print(f"ok  {step}")
    print(f"{len(story.proved)} steps proved")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
