"""GET audit/events/: the log for an auditor's programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from oncology_clinic.actors import Role
from oncology_clinic.api import ClinicAPIView, invalid_input
from oncology_clinic.audit import search
from oncology_clinic.audit.contract import Action, Category, Outcome, touches
from oncology_clinic.audit.forms import SearchForm
from oncology_clinic.audit.search import EventLine


class AuditProblem(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class AuditEvent(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Grows with time; the cursor.")
    eid = serializers.UUIDField()
    at = serializers.DateTimeField()
    action = serializers.ChoiceField(choices=[action.name for action in Action])
    outcome = serializers.ChoiceField(choices=[outcome.name for outcome in Outcome])
    category = serializers.ChoiceField(choices=[category.name for category in Category])
    actor = serializers.CharField(help_text="The username at the time, or the program's name.")
    actor_id = serializers.CharField(allow_blank=True)
    role = serializers.CharField()
    on_behalf_of = serializers.CharField(allow_blank=True)
    patient = serializers.CharField(allow_blank=True)
    object_type = serializers.CharField(allow_blank=True)
    object_id = serializers.CharField(allow_blank=True)
    fields_opened = serializers.ListField(child=serializers.CharField())
    count = serializers.IntegerField()
    purpose = serializers.CharField()
    route = serializers.CharField(allow_blank=True)
    rule = serializers.CharField(allow_blank=True, help_text="Which refusal, where the outcome is denied.")
    ip = serializers.CharField(allow_blank=True)
    request = serializers.CharField(allow_blank=True)
    is_readable = serializers.BooleanField(help_text="False where the payload's key is missing.")


class AuditEvents(serializers.Serializer[Any]):
    results = AuditEvent(many=True)
    next = serializers.CharField(allow_null=True, help_text="Address of the next page.")


class Events(ClinicAPIView):
    """Events, oldest first, fifty a page; `next` leads on. Auditors with a second factor only.

    Refusals: `wrong_role`, `second_factor_needed` (403), `invalid_input` (422). Every
    search is recorded as an event itself.
    """

    roles = (Role.auditor,)
    audit = touches(Category.audit, subject="everybody in the log")

    @extend_schema(
        operation_id="audit_events_list",
        summary="The audit log",
        parameters=[
            OpenApiParameter("since", datetime, description="ISO time with offset, or a day of the clinic."),
            OpenApiParameter("until", datetime, description="Exclusive as a time, inclusive as a day."),
            OpenApiParameter("actor", str, description="Username, or the name of a program of ours."),
            OpenApiParameter("patient", UUID),
            OpenApiParameter("action", str, enum=[action.name for action in Action]),
            OpenApiParameter("cursor", int, description="The id of the last event already seen."),
        ],
        responses={
            200: AuditEvents,
            401: AuditProblem,
            403: OpenApiResponse(AuditProblem, description="`wrong_role` or `second_factor_needed`"),
            422: AuditProblem,
        },
    )
    def get(self, request: Request) -> Response:
        form = SearchForm(request.query_params)
        if not form.is_valid():
            raise invalid_input(form)
        found = search.search(form.command(), actor=self.actor, now=timezone.now())
        return Response({"results": [_plain(line) for line in found.lines], "next": _next(request, found.next_cursor)})


def _next(request: Request, cursor: int | None) -> str | None:
    if cursor is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return str(request.build_absolute_uri("?" + urlencode({**kept, "cursor": cursor})))


def _plain(line: EventLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "eid": str(line.eid),
        "at": line.at.isoformat(),
        "action": line.action,
        "outcome": line.outcome,
        "category": line.category,
        "actor": line.actor,
        "actor_id": line.actor_id,
        "role": line.role,
        "on_behalf_of": line.on_behalf_of,
        "patient": line.patient_id,
        "object_type": line.object_type,
        "object_id": line.object_id,
        "fields_opened": list(line.fields),
        "count": line.count,
        "purpose": line.purpose,
        "route": line.route,
        "rule": line.rule,
        "ip": line.ip,
        "request": line.request_id,
        "is_readable": line.is_readable,
    }
