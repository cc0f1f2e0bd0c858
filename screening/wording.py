"""The words for actions, bands and times. To patients: calm, no judgement, and no promise the queue does not keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from screening.models import Alert, AlertKind, AlertSeverity
from screening.rules import instrument
from screening.rules.instrument import Action, Instrument, words

MOOD = frozenset({"distress-0-10", "phq2", "phq9", "gad2", "gad7", "phq4"})

ACTIONS: Mapping[str, object] = {
    Action.ask_again: gettext_lazy("Ask again"),
    Action.complete_missing: gettext_lazy("Ask what was left out"),
    Action.pain_plan_of_care: gettext_lazy("Plan of care for pain"),
    Action.same_day_in_person: gettext_lazy("See in person the same day"),
    Action.clinician_contact_24h: gettext_lazy("Clinician to call within 24 hours"),
    Action.meaningful_improvement: gettext_lazy("Meaningfully better"),
    Action.administer_phq9: gettext_lazy("Give PHQ-9"),
    Action.administer_gad7: gettext_lazy("Give GAD-7"),
    Action.psychosocial_referral: gettext_lazy("Refer to psychosocial care"),
    Action.psychosocial_review: gettext_lazy("Psychosocial review"),
    Action.mental_health_referral: gettext_lazy("Refer to mental health"),
    Action.mental_health_referral_urgent: gettext_lazy("Refer to mental health, urgent"),
    Action.suicide_risk_assessment_same_day: gettext_lazy("Suicide risk assessment the same day"),
    Action.ask_item9_same_day: gettext_lazy("Ask question 9 the same day"),
    Action.review_at_visit: gettext_lazy("Review at the visit"),
    Action.caregiver_check_in: gettext_lazy("Check in with the caregiver"),
    Action.caregiver_support_referral: gettext_lazy("Refer the caregiver to support"),
}

BANDS: Mapping[str, object] = {
    "none": gettext_lazy("None"),
    "none_mild": gettext_lazy("None to mild"),
    "minimal": gettext_lazy("Minimal"),
    "mild": gettext_lazy("Mild"),
    "mild_moderate": gettext_lazy("Mild to moderate"),
    "moderate": gettext_lazy("Moderate"),
    "moderately_severe": gettext_lazy("Moderately severe"),
    "moderate_to_severe": gettext_lazy("Moderate to severe"),
    "severe": gettext_lazy("Severe"),
    "high": gettext_lazy("High"),
    "negative": gettext_lazy("Negative"),
    "positive": gettext_lazy("Positive"),
    "below_cutoff": gettext_lazy("Below the cut-off"),
    "elevated": gettext_lazy("Elevated"),
    "not_scored": gettext_lazy("Not scored"),
}

SEVERITY_TONES: dict[str, str] = {AlertSeverity.urgent: "urgent", AlertSeverity.soon: "warn"}


def clinic_zone() -> ZoneInfo:
    return ZoneInfo(settings.CLINIC_TIME_ZONE)


def day(moment: datetime) -> str:
    """ "Monday, November 23", in the clinic's zone."""
    return formats.date_format(moment.astimezone(clinic_zone()), _("l, F j"))


def day_and_time(moment: datetime) -> str:
    """ "November 23, 4:30 p.m.", in the clinic's zone."""
    return formats.date_format(moment.astimezone(clinic_zone()), _("F j, P"))


def next_steps(alerts: Sequence[Alert], *, now: datetime) -> list[str]:
    """What happens next, one sentence each, for the patient. `alerts`: sickest first; none: the plain thanks."""
    calls = [alert for alert in alerts if alert.kind == AlertKind.callback]
    raised = [alert for alert in alerts if alert.kind != AlertKind.callback]
    said = [_("Thank you for telling us.")] if raised or calls else [_("Thank you.")]
    if raised:
        said.append(_read_by(min(alert.due_at for alert in raised), now=now))
    if calls:
        said.append(_call_by(calls[0].due_at, now=now))
    if not (raised or calls):
        said.append(_("Your team will see your answers at your visit."))
    return said + _lifelines(raised)


def _lifelines(raised: Sequence[Alert]) -> list[str]:
    said = []
    if any(alert.severity != AlertSeverity.routine for alert in raised):
        said.append(_("If this feels like an emergency, call 911."))
    if any(alert.screen is not None and alert.screen.instrument in MOOD for alert in raised):
        said.append(_("You can also call or text 988 for support at any time."))
    return said


def _read_by(due: datetime, *, now: datetime) -> str:
    if _is_same_day(due, now):
        return _("A nurse will read this today.")
    return _("A nurse will read this by %(day)s.") % {"day": day(due)}


def _call_by(due: datetime, *, now: datetime) -> str:
    if _is_same_day(due, now):
        return _("A nurse will call you today.")
    return _("A nurse will call you by %(day)s.") % {"day": day(due)}


def _is_same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(clinic_zone()).date() == other.astimezone(clinic_zone()).date()


def age(since: datetime, *, now: datetime) -> str:
    """ "12 minutes", "5 hours", "3 days": how long something waits."""
    waited = max(now - since, timedelta())
    if waited >= timedelta(days=2):
        return ngettext("%(count)d day", "%(count)d days", waited.days) % {"count": waited.days}
    hours = int(waited.total_seconds() // 3600)
    if hours:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = int(waited.total_seconds() // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def actions(codes: Sequence[str]) -> str:
    return ", ".join(str(ACTIONS[code]) for code in codes if code in ACTIONS)


def screen_name(instrument_id: str) -> str:
    """The instrument's name in the reader's language."""
    return words(instrument.get(instrument_id).name, language=get_language() or "en")


def answer_words(asked: Instrument, answer: int | None) -> str:
    """What was chosen, in the reader's language."""
    if answer is None:
        return _("Not answered")
    option = next(option for option in asked.options if option.value == answer)
    text = words(option.text, language=get_language() or "en")
    return text or _("%(value)d out of %(highest)d") % {"value": answer, "highest": max(asked.values)}
