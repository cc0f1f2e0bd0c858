"""The facts a decision was made from, as staff read them: only those that say something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from oncology_clinic.accounts.places import STATES
from oncology_clinic.crypto.fields import reveal
from visits.models import RoutingDecision
from visits.presenters.decisions import language
from visits.rules import catalogue
from visits.rules.facts import Facts, Preference

Line = tuple[str, str]


def rows(decision: RoutingDecision) -> list[dict[str, str]]:
    """For components/check_answers.html. Opens the decision's facts."""
    known = Facts.from_dict(reveal(decision.facts))
    lines = [*_where(known), *_body(known), *_means(known), *_wishes(known), *_record(known)]
    return [{"key": key, "value": value} for key, value in lines]


def _where(known: Facts) -> Iterator[Line]:
    place = STATES.get(known.location, known.location) if known.location else _("Not given")
    yield _("Where the patient will be"), place
    licensed = ", ".join(sorted(known.licensed)) or _("None that hold on that day")
    yield _("Where the clinician may practice"), licensed


def _body(known: Facts) -> Iterator[Line]:
    words = catalogue.load().wording
    if known.flags:
        said = [words.flags[flag].label.say(language()) for flag in sorted(known.flags)]
        yield _("Warning signs"), "\n".join(said)
    else:
        yield _("Warning signs"), _("None named")
    if known.temp_c is not None:
        fahrenheit = formats.number_format(known.temp_c * 1.8 + 32, 1)
        celsius = formats.number_format(known.temp_c, 1)
        yield _("Temperature"), _("%(f)s °F (%(c)s °C)") % {"f": fahrenheit, "c": celsius}
    if known.pain.now is not None:
        before = "" if known.pain.baseline is None else _(", before: %(score)d") % {"score": known.pain.baseline}
        yield _("Pain"), _("%(score)d out of 10") % {"score": known.pain.now} + before
    if known.anc is not None:
        yield _("Neutrophils"), _("%(count)s per µL") % {"count": formats.number_format(known.anc, 0)}
    if known.days_since_sact is not None:
        yield _("Last cancer medicine"), _("%(count)d days ago") % {"count": known.days_since_sact}
    if known.transplant_or_heme:
        yield _("Transplant or blood cancer"), _("Yes")


def _means(known: Facts) -> Iterator[Line]:
    cap = known.cap
    has = [word for word, is_there in ((_("camera"), cap.video), (_("fast line"), cap.bandwidth)) if is_there]
    if cap.phone:
        has.append(_("phone"))
    yield _("Has"), ", ".join(has) or _("no device")
    if known.comm.needs_language_help:
        yield _("Language"), str(known.comm.language)
    if known.comm.deaf_hoh:
        yield _("Hearing"), _("Deaf or hard of hearing")
    if known.comm.cognition_impaired:
        yield _("Memory or thinking"), _("Needs help") if not known.comm.helper else _("Has a helper")
    if not known.private_safe_place:
        yield _("Private place"), _("No safe and private place to talk")


def _wishes(known: Facts) -> Iterator[Line]:
    if known.pref is not None:
        words = {
            Preference.in_person: _("In the clinic"),
            Preference.telehealth: _("By video"),
            Preference.audio: _("By phone"),
        }
        yield _("Would rather be seen"), words[known.pref]
    if known.has_travel_barrier:
        yield _("Travel"), _("Hard or not possible")
    if known.self_pay_ack:
        yield _("Pays alone"), _("Yes, knows the cost")


def _record(known: Facts) -> Iterator[Line]:
    yield _("Patient"), _("New here") if known.new_patient else _("Seen here before")
    if known.exam_due:
        booked = _("Due, booked within 7 days") if known.exam_booked_within_7d else _("Due")
        yield _("Physical exam"), booked
    words = {
        "covered": _("Likely covered"),
        "not_covered": _("Likely not covered"),
        "unknown": _("We cannot tell yet"),
        "pa_missing": _("The plan must approve first"),
    }
    yield _("Coverage from home"), words[known.coverage]


def lean(value: str | None) -> dict[str, str]:
    """Which way the rules lean, as a tag."""
    found: dict[str, Any] = {
        "in_person": {"text": _("Leans to the clinic"), "icon": "building-2"},
        "telehealth": {"text": _("Leans to video"), "icon": "video"},
    }
    return dict(found.get(value or "", {"text": _("No lean")}))
