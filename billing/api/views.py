"""Coverage for programs: the same form and the same service call as the page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api import schemas
from billing.forms import CoverageForm
from billing.services import coverage, kept, words
from billing.services.commands import CheckCoverage
from oncology_clinic.actors import Role
from oncology_clinic.api import FormAPIView
from oncology_clinic.audit.contract import Category, touches


class Check(FormAPIView):
    """POST: does the plan on file pay for this service, this way, on this date? The answer is kept.

    Refusals: `invalid_input`, `patient_missing` (422), `not_found` (404), `second_factor_needed` (403).
    """

    form_class = CoverageForm
    roles = (Role.patient, Role.caregiver, Role.clinician, Role.nurse_coordinator)
    audit = touches(Category.billing, Category.document)  # the kept answer of an Idempotency-Key
    is_idempotent = True

    @extend_schema(
        operation_id="coverage_check",
        summary="Will the plan pay?",
        request=schemas.CoverageQuestionSchema,
        responses={
            200: schemas.CoverageAnswerSchema,
            403: schemas.CoverageRefusalSchema,
            404: schemas.CoverageRefusalSchema,
            422: schemas.CoverageRefusalSchema,
        },
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def act(self, command: CheckCoverage, **kwargs: Any) -> coverage.Checked:
        return coverage.check(command, actor=self.actor, now=timezone.now())

    def present(self, result: coverage.Checked, **kwargs: Any) -> Response:
        answer, plan = result.answer, result.plan
        said = kept.answer(answer)
        in_words = words.of(answer, plan=plan)
        return Response(
            {
                "id": result.check.id,
                "status": str(answer.status),
                "rule": answer.rule.id if answer.rule else None,
                "rule_version": answer.rule.version if answer.rule else None,
                "reason": answer.reason,
                "explanation": [*in_words.explanation, in_words.no_guarantee],
                "headline": in_words.headline,
                "meaning": in_words.meaning,
                "cost": in_words.cost,
                **{
                    name: said[name]
                    for name in ("cost_share", "payment_parity", "pos_hint", "modifier_hint", "missing_facts", "losers")
                },
                "source": said["source"],
                "plan": {"name": plan.name, "phone": plan.phone} if plan else None,
                "calls": in_words.calls,
                "no_guarantee": in_words.no_guarantee,
                "today": answer.question.today,
                "dos": answer.question.dos,
            }
        )
