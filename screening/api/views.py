"""Screens and alerts for programs: the same forms and the same service calls as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from oncology_clinic import forms
from oncology_clinic.actors import Role
from oncology_clinic.api import ClinicAPIView, FormAPIView
from oncology_clinic.audit.contract import Category, touches
from oncology_clinic.errors import NotFound, Refusal
from screening import wording
from screening.api import present, schemas
from screening.forms import NOT_AN_OPTION, AnswersForm
from screening.services import answers, reading
from screening.services.answers import Answered
from screening.services.commands import AnswerScreen

ANSWERING = (Role.patient, Role.caregiver, Role.clinician, Role.nurse_coordinator)
CLINICAL = (Role.nurse_coordinator, Role.clinician)


class Screens(ClinicAPIView):
    """GET: every screen asked of a patient, with its questions in the caller's language.

    Refusals: `say_for_whom` (422) when somebody who is not the patient names none, `not_found` (404),
    `wrong_role`, `second_factor_needed` (403).
    """

    roles = ANSWERING
    audit = touches(Category.screening, Category.demographics)

    @extend_schema(
        operation_id="screens_list",
        summary="Screens asked of a patient",
        parameters=[OpenApiParameter("patient", UUID, description="Whom you act for, if not for yourself.")],
        responses={200: schemas.ScreenSchema(many=True), 404: schemas.ScreeningRefusalSchema},
    )
    def get(self, request: Request) -> Response:
        named = request.query_params.get("patient", "")
        found = reading.mine(patient_id=_uuid_or_none(named), actor=self.actor, now=timezone.now())
        return Response(present.screens(found.requests))


class Answers(FormAPIView):
    """POST: all answers of one instrument; null is a question that was skipped.

    Refusals: `wrong_length`, `out_of_range`, `invalid_input` (422), `already_answered`, `already_sent`,
    `not_needed` (409), `not_found` (404), `wrong_role`, `second_factor_needed` (403).
    """

    form_class = AnswersForm
    roles = ANSWERING
    audit = touches(Category.screening, Category.document)  # the kept answer of an Idempotency-Key
    is_idempotent = True

    @extend_schema(
        operation_id="screens_answer",
        summary="Answer one screen",
        request=schemas.ScreenAnswersSchema,
        responses={
            200: schemas.ScreenAnsweredSchema,
            404: schemas.ScreeningRefusalSchema,
            409: schemas.ScreeningRefusalSchema,
            422: schemas.ScreeningRefusalSchema,
        },
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        request_id, instrument_id = present.parse_screen_id(kwargs["screen_id"])
        return {"request_id": request_id, "instrument_id": instrument_id}

    def bind(self, request: Request, **kwargs: Any) -> forms.CommandForm:
        given = request.data.get("answers", []) if isinstance(request.data, dict) else []
        if not isinstance(given, list):
            raise Refusal("invalid_input", _("Send your answers as a list, in the order of the questions."))
        if given:
            # Form data knows only text: a blank stands for null, and what is no whole number for no option at all.
            request.data["answers"] = [_as_form_data(answer) for answer in given]
        return super().bind(request, **kwargs)

    def act(self, command: AnswerScreen, **kwargs: Any) -> Answered:
        return answers.answer_screen(command, actor=self.actor, now=timezone.now())

    def present(self, result: Answered, **kwargs: Any) -> Response:
        raised = [result.alert] if result.alert else []
        return Response(
            {
                "id": kwargs["screen_id"],
                "instrument": result.instrument.id,
                "status": "answered",
                "score": result.result["score"],
                "band": result.result.get("band"),
                "next": wording.next_steps(raised, now=timezone.now()),
            }
        )


class Alerts(ClinicAPIView):
    """GET: the alerts that wait and the caller may see, sickest first; at most 200.

    Refusals: `wrong_role`, `second_factor_needed` (403).
    """

    roles = CLINICAL
    audit = touches(Category.screening, Category.demographics, subject="the patients of the alerts listed")

    @extend_schema(
        operation_id="alerts_list",
        summary="Alerts that wait",
        responses={200: schemas.AlertSchema(many=True), 403: schemas.ScreeningRefusalSchema},
    )
    def get(self, request: Request) -> Response:
        found = reading.worklist(actor=self.actor, now=timezone.now())
        return Response([present.alert(alert) for alert in found])


def _as_form_data(answer: object) -> object:
    if answer is None:
        return ""
    return answer if type(answer) is int else NOT_AN_OPTION


def _uuid_or_none(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("not_found", _("We could not find that page, or it is not yours to see.")) from None
