"""The pages: what a patient walks through without any script, what the nurses work with, and who may not."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oncology_clinic.audit.contract import Action
from oncology_clinic.audit.models import Event
from oncology_clinic.crypto.fields import reveal
from screening.models import Alert, Screen
from screening.services import alerts
from tests.accounts import factories as people
from tests.screening import factories

pytestmark = pytest.mark.django_db


def signed_in(username, *, role=""):
    """A client for this person; staff with their code."""
    client = Client()
    device = None
    if role:
        device = people.a_device(people.staff(username, role=role, with_device=False))
    return people.sign_in(client, username, device=device)


@pytest.fixture
def story():
    patient, actor = factories.a_patient()
    request = factories.a_request(patient, now=timezone.now())
    return patient, actor, request, signed_in("patient")


def html(response):
    return response.content.decode()


def press(client, request, number, action="continue", **given):
    return client.post(f"/screens/{request.id}/{number}/", {"_action": action, **given})


def test_a_patient_answers_checks_and_sends_within_twelve_taps(story):
    _, _, request, client = story
    taps = 1  # the link on the list

    listed = client.get("/screens/")
    assert f"/screens/{request.id}/" in html(listed)
    started = client.get(f"/screens/{request.id}/")
    first = re.search(r'class="button" href="(/screens/[^"]+/1/)"', html(started)).group(1)
    taps += 1  # start

    page = client.get(first)
    assert html(page).count('type="radio" name="answer_1"') == 12  # 0 to 10, and a way not to say
    assert 'type="range"' not in html(page)
    assert press(client, request, 1, answer_1="2").url == f"/screens/{request.id}/2/"
    assert press(client, request, 2, answer_1="3").url == f"/screens/{request.id}/3/"
    last = press(client, request, 3, answer_1="0", answer_2="1", answer_3="1", answer_4="0")
    taps += 2 + 2 + 5
    assert last.url == f"/screens/{request.id}/check/"
    checked = client.get(last.url)
    assert "2 out of 10" in html(checked)
    assert "Several days" in html(checked)
    sent = client.post(f"/screens/{request.id}/check/", {})
    taps += 1
    thanks = client.get(sent.url)

    assert "Your answers are sent" in html(thanks)
    assert "Your team will see your answers at your visit." in html(thanks)
    assert taps <= 12
    assert Screen.objects.filter(completed_at__isnull=False).count() == 3


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_page_has_one_heading_one_label_and_the_ways_out(story, number):
    _, _, request, client = story

    text = html(client.get(f"/screens/{request.id}/{number}/"))

    assert text.count("<h1") == 1
    assert "UNDEFINED_VARIABLE" not in text
    for words in ("Continue", "Back", "Save and finish later", "I would rather talk about this with a nurse"):
        assert words in text
    assert "style=" not in text.split("<main")[1]


def test_a_question_may_be_skipped_and_taken_back(story):
    _, _, request, client = story

    press(client, request, 1, answer_1="6")
    press(client, request, 1, answer_1="")

    assert reveal(Screen.objects.get().answers) == [None]


def test_save_and_finish_later_keeps_the_page_and_goes_on_where_one_stopped(story):
    _, _, request, client = story

    later = press(client, request, 1, "later", answer_1="1")
    text = html(client.get(later.url))
    start = html(client.get(f"/screens/{request.id}/"))

    assert "Your answers so far are saved" in text
    assert "Go on with these questions" in text
    assert f'href="/screens/{request.id}/2/"' in start


def test_a_high_answer_is_met_with_calm_words_at_once(story):
    _, _, request, client = story

    press(client, request, 1, answer_1="9")
    text = html(client.get(f"/screens/{request.id}/2/"))

    assert "Thank you for telling us. A nurse will read this" in text
    assert "If this feels like an emergency, call 911." in text
    assert "988" not in text.split("</main>")[0]


def test_988_is_named_where_the_mood_is_low(story):
    _, _, request, client = story
    press(client, request, 3, answer_1="3", answer_2="3", answer_3="3", answer_4="3")
    client.post(f"/screens/{request.id}/check/", {})

    text = html(client.get(f"/screens/{request.id}/thanks/")).split("</main>")[0]

    assert "You can also call or text 988 for support at any time." in text
    assert "severe" not in text.lower()


def test_a_wish_to_talk_is_promised_a_call(story):
    _, _, request, client = story

    talked = press(client, request, 2, "talk", answer_1="4")
    text = html(client.get(talked.url))

    assert "We will call you" in text
    assert "A nurse will call you" in text
    assert {alert.kind for alert in Alert.objects.all()} == {"callback", "screen"}


def test_change_returns_to_the_check_page(story):
    _, _, request, client = story
    press(client, request, 1, answer_1="1")

    page = html(client.get(f"/screens/{request.id}/1/?next=check"))
    changed = client.post(f"/screens/{request.id}/1/", {"_action": "continue", "answer_1": "2", "next": "check"})

    assert 'name="next" value="check"' in page
    assert re.search(r'value="1" id="id_answer_1_1" checked', page)
    assert changed.url == f"/screens/{request.id}/check/"


@pytest.mark.parametrize("given", [{"answer_1": "11"}, {"answer_1": "x"}, {"answer_9": "1"}])
def test_bad_input_is_answered_with_a_sentence_and_stores_nothing(story, given):
    _, _, request, client = story

    answer = press(client, request, 1, **given)

    assert answer.status_code == 422
    assert "error-summary" in html(answer)
    assert "<title>Error:" in html(answer)
    assert not Screen.objects.exists()


def test_sent_answers_are_shown_and_cannot_be_changed(story):
    _, _, request, client = story
    client.post(f"/screens/{request.id}/check/", {})

    assert client.get(f"/screens/{request.id}/1/").status_code == 302
    assert press(client, request, 1, answer_1="1").status_code == 409
    assert client.post(f"/screens/{request.id}/check/", {}).status_code == 409


def test_a_page_that_does_not_exist_is_not_found(story):
    _, _, request, client = story

    assert client.get(f"/screens/{request.id}/4/").status_code == 404
    assert client.get(f"/screens/{request.id}/0/").status_code == 404
    assert client.get(f"/screens/{uuid4()}/").status_code == 404
    assert client.get("/screens/?patient=nobody").status_code == 404


def test_spanish_is_spoken_where_the_account_asks_for_it(story):
    patient, _, request, client = story
    patient.account.language = "es"
    patient.account.save()

    text = html(client.get(f"/screens/{request.id}/1/"))

    assert "¿Cuánto dolor tiene en este momento?" in text
    assert "Sin dolor" in text


PATIENT_PATHS = ("/screens/{id}/", "/screens/{id}/1/", "/screens/{id}/check/", "/screens/{id}/thanks/")


@pytest.mark.parametrize("path", PATIENT_PATHS)
@pytest.mark.parametrize("who", ["patient", "caregiver", "clinician", "administrator", "auditor", "nobody"])
def test_a_stranger_is_refused_and_leaves_a_record(story, path, who):
    _, _, request, _ = story
    client = Client()
    if who == "patient":
        factories.a_patient("stranger")
        client = signed_in("stranger")
    elif who == "caregiver":
        people.an_account("stranger", role="caregiver")
        client = signed_in("stranger")
    elif who != "nobody":
        client = signed_in("stranger", role=who)
    before = Event.objects.filter(action=Action.denied).count()

    answer = client.get(path.format(id=request.id))

    assert answer.status_code in {302, 403, 404}
    assert Event.objects.filter(action=Action.denied).count() == before + 1


def test_a_stranger_cannot_write(story):
    _, _, request, _ = story
    factories.a_patient("stranger")
    client = signed_in("stranger")

    for path in ("1/", "check/", "talk/"):
        assert client.post(f"/screens/{request.id}/{path}", {"_action": "talk"}).status_code == 404
    assert not Screen.objects.exists()
    assert not Alert.objects.exists()


def test_the_work_list_shows_the_sickest_first_and_costs_the_same_for_many(story):
    patient, actor, _, _ = story
    nurse = signed_in("nurse", role="nurse_coordinator")
    now = timezone.now()
    factories.a_screen(patient, actor, now=now, distress=[5])

    with CaptureQueriesContext(connection) as few:
        assert nurse.get("/screens/alerts/").status_code == 200
    for number in range(3):
        other, other_actor = factories.a_patient(f"other{number}", legal_name=f"Other {number}")
        factories.a_screen(other, other_actor, now=now, nrs_pain=[8])
    with CaptureQueriesContext(connection) as many:
        page = nurse.get("/screens/alerts/")

    text = html(page)
    assert text.index("Clinician to call within 24 hours") < text.index("Psychosocial review")
    assert "Ruth Delgado" in text
    assert "UNDEFINED_VARIABLE" not in text
    assert len(many) == len(few) <= 4


def test_a_nurse_reads_takes_acknowledges_and_closes(story):
    patient, actor, _, _ = story
    screen = factories.a_screen(patient, actor, now=timezone.now(), nrs_pain=[8])
    alert = Alert.objects.get(screen=screen)
    nurse = signed_in("nurse", role="nurse_coordinator")
    path = f"/screens/alerts/{alert.id}/"

    shown = html(nurse.get(path))
    acknowledged = nurse.post(f"{path}acknowledge/", {})
    again = nurse.post(f"{path}acknowledge/", {})
    taken = nurse.post(f"{path}take/", {})
    empty = nurse.post(path, {"outcome": ""})
    closed = nurse.post(path, {"outcome": "Called her."})

    assert "8 out of 10" in shown
    assert "8, severe. Answered by the patient." in shown
    assert "UNDEFINED_VARIABLE" not in shown
    assert shown.count("<h1") == 1
    assert (acknowledged.status_code, again.status_code, taken.status_code) == (302, 409, 302)
    assert empty.status_code == 422
    assert "Write what came of it" in html(empty)
    assert closed.url == "/screens/alerts/"
    alert.refresh_from_db()
    assert alert.status == "closed"
    assert "Called her." in html(nurse.get(path))


@pytest.mark.parametrize("role", ["clinician", "administrator", "auditor"])
def test_staff_without_this_patient_do_not_see_the_alert(story, role):
    patient, _, _, _ = story
    alert = alerts.open_alert(
        patient_id=patient.id,
        kind="callback",
        severity="soon",
        actor=people.patient_actor(patient),
        now=timezone.now(),
    )
    client = signed_in("stranger", role=role)

    assert client.get(f"/screens/alerts/{alert.id}/").status_code in {403, 404}
    for act in ("acknowledge/", "take/", ""):
        assert client.post(f"/screens/alerts/{alert.id}/{act}", {"outcome": "-"}).status_code in {403, 404}
    alert.refresh_from_db()
    assert alert.status == "open"


def test_a_patient_never_sees_the_work_list(story):
    _, _, _, client = story

    assert client.get("/screens/alerts/").status_code == 403


def test_pages_of_a_request_cost_the_same_however_much_was_answered(story):
    _, _, request, client = story
    paths = [path.format(id=request.id) for path in PATIENT_PATHS]

    def cost(path):
        with CaptureQueriesContext(connection) as statements:
            client.get(path)
        return len(statements)

    before = [cost(path) for path in paths]
    press(client, request, 1, answer_1="9")
    press(client, request, 2, answer_1="9")

    assert [cost(path) for path in paths] == before
    assert max(before) <= 6
