"""A question and an answer as the plain JSON that a `CoverageCheck` seals."""

from __future__ import annotations

from billing.rules import estimate, wording
from billing.rules.model import Answer, CoverageRule, Question


def question(asked: Question) -> dict[str, object]:
    """Every dimension, fact and authorisation asked with; dates as ISO dates."""
    held = asked.prior_auth
    return {
        "payer_type": asked.payer_type,
        "payer": asked.payer,
        "plan": asked.plan,
        "policy_situs": asked.policy_situs,
        "program_state": asked.program_state,
        "patient_location": asked.patient_location,
        "service": asked.service,
        "modality": asked.modality,
        "provider_type": asked.provider_type,
        "site": asked.site,
        "relation": asked.relation,
        "dos": asked.dos.isoformat(),
        "today": asked.today.isoformat(),
        "facts": dict(asked.facts),
        "elig271": asked.elig271,
        "prior_auth": held
        and {
            "service": held.service,
            "from": held.valid_from.isoformat(),
            "to": held.valid_to and held.valid_to.isoformat(),
        },
    }


def answer(given: Answer) -> dict[str, object]:
    """Reason, explanation (steps to say again in any language, and the English said), losers, cost, hints, source."""
    rule = given.rule
    return {
        "reason": given.reason,
        "steps": [[step.code, dict(step.values)] for step in given.steps],
        "explanation": wording.english(given.steps),
        "missing_facts": list(given.missing_facts),
        "losers": [{"rule": lost.rule.id, "version": lost.rule.version, "why": lost.why} for lost in given.losers],
        "cost": str(estimate.cost(given)),
        "cost_share": str(given.cost_share),
        "payment_parity": str(rule.payment_parity) if rule else "unknown",
        "pos_hint": rule.pos_hint if rule else "",
        "modifier_hint": rule.modifier_hint if rule else "",
        "source": _source(rule) if rule else None,
    }


def _source(rule: CoverageRule) -> dict[str, object]:
    return {
        "title": rule.source.title,
        "url": rule.source.url,
        "published": rule.source.published,
        "read_on": rule.source.read_on and rule.source.read_on.isoformat(),
        "confidence": rule.source.confidence,
        "review_due": rule.review_due and rule.review_due.isoformat(),
    }
