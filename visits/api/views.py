"""Services, routing, free times and visits for programs: the same forms and service calls as the pages."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from oncology_clinic import api
from oncology_clinic.actors import Role
from oncology_clinic.api import ClinicAPIView, FormAPIView
from oncology_clinic.audit.contract import Category, NotPhi, touches
from visits.api import schemas
from visits.forms import BookAppointmentForm, CancelForm, DecideRequestForm, PreviewForm, RescheduleForm, SlotsForm
from visits.models import Appointment
from visits.presenters import catalogue, decisions
from visits.presenters import visits as presenters
from visits.selectors import slots as slot_selectors
from visits.selectors import visits as visit_selectors
from visits.services import booking, calendar, preview, requests
from visits.services.booking import Booked

SEEING = (Role.patient, Role.caregiver, Role.clinician, Role.nurse_coordinator)
_VISIT_CATEGORIES = (
    Category.appointment,
    Category.routing,
    Category.billing,
    Category.demographics,
    Category.screening,
    Category.document,  # the kept answer of an Idempotency-Key
)
_REFUSED = {404: schemas.RefusalSchema, 422: schemas.RefusalSchema}


class Services(ClinicAPIView):
    """GET: every service, with its class, channels, minutes and the page it stands on."""

    is_public = True
    audit = NotPhi("the public catalogue of services")

    @extend_schema(operation_id="services_list", summary="Services", responses=schemas.ServiceSchema(many=True))
    def get(self, request: Request) -> Response:
        return Response(catalogue.services_as_json())


class Preview(FormAPIView):
    """POST: where a visit would be and why, and what the plan says. Stores nothing.

    What the record knows (licences, therapy, last examination, plan) is filled in and cannot be sent.
    """

    form_class = PreviewForm
    roles = SEEING
    audit = touches(*_VISIT_CATEGORIES)

    @extend_schema(
        operation_id="routing_preview",
        summary="Preview a routing decision",
        request=schemas.PreviewRequestSchema,
        responses={200: schemas.PreviewSchema, **_REFUSED},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def act(self, command: Any, **kwargs: Any) -> preview.Preview:
        return preview.preview(command, actor=self.actor, now=timezone.now())

    def present(self, result: Any, **kwargs: Any) -> Response:
        return Response(decisions.preview(result))


class Slots(ClinicAPIView):
    """GET: free times from `from` through `to` (at most 31 days), in time order."""

    roles = SEEING
    audit = touches(Category.appointment, subject="taken times of everybody, shown to nobody")

    @extend_schema(
        operation_id="slots_list",
        summary="Free times",
        parameters=[
            OpenApiParameter("service", str, required=True),
            OpenApiParameter("modality", str),
            OpenApiParameter("from", date, required=True),
            OpenApiParameter("to", date, required=True),
            OpenApiParameter("clinician", UUID),
            OpenApiParameter("location", str),
            OpenApiParameter("minutes", int),
        ],
        responses={200: schemas.SlotSchema(many=True), 422: schemas.RefusalSchema},
    )
    def get(self, request: Request) -> Response:
        form = SlotsForm(request.query_params)
        if not form.is_valid():
            raise api.invalid_input(form)
        query = form.command()
        found = slot_selectors.free_slots(
            service=query.service,
            modality=query.modality,
            first_day=query.first_day,
            last_day=query.last_day,
            clinician_id=query.clinician_id,
            patient_id=self.actor.patient_id or self.actor.on_behalf_of,
            location=query.location,
            minutes=query.minutes,
            now=timezone.now(),
        )
        return Response([slot.as_plain() for slot in found])


class Book(FormAPIView):
    """POST: book a visit, or ask for one that a clinician decides (202).

    The same key and body answer as the first time. The very same visit booked again answers 200 with that visit.
    """

    form_class = BookAppointmentForm
    roles = SEEING
    audit = touches(*_VISIT_CATEGORIES)
    is_idempotent = True

    @extend_schema(
        operation_id="visits_book",
        summary="Book a visit",
        request=schemas.BookRequestSchema,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
        responses={
            201: schemas.BookedSchema,
            202: schemas.BookedSchema,
            404: schemas.RefusalSchema,
            409: schemas.SlotTakenSchema,
            422: schemas.EmergencySchema,
        },
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def act(self, command: Any, **kwargs: Any) -> Booked:
        return booking.book(command, actor=self.actor, now=timezone.now())

    def present(self, result: Any, **kwargs: Any) -> Response:
        status = 200 if result.is_repeat else 202 if result.is_request else 201
        return Response(presenters.booked_as_json(result), status=status)


class Visits(ClinicAPIView):
    """GET: the visits the caller may see, of the last year and to come, in time order."""

    roles = SEEING
    audit = touches(Category.appointment)

    @extend_schema(operation_id="visits_list", summary="Visits", responses=schemas.VisitSchema(many=True))
    def get(self, request: Request) -> Response:
        found = visit_selectors.mine(self.actor, now=timezone.now())
        return Response([presenters.as_json(one) for one in found])


class Visit(ClinicAPIView):
    """GET: one visit with its decision and what the plan said."""

    roles = SEEING
    audit = touches(*_VISIT_CATEGORIES)

    @extend_schema(
        operation_id="visits_read",
        summary="One visit",
        responses={200: schemas.BookedSchema, 404: schemas.RefusalSchema},
    )
    def get(self, request: Request, appointment_id: UUID) -> Response:
        found = visit_selectors.one(self.actor, appointment_id=appointment_id, now=timezone.now())
        return Response(presenters.one_as_json(found))


class _VisitAct(FormAPIView):
    """An act on one visit; the form is told which."""

    roles: ClassVar[tuple[Role, ...]] = SEEING
    audit = touches(*_VISIT_CATEGORIES)

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {"appointment_id": kwargs["appointment_id"]}

    def present(self, result: Appointment, **kwargs: Any) -> Response:
        now = timezone.now()
        seen = visit_selectors.one(self.actor, appointment_id=result.id, now=now)
        return Response(presenters.one_as_json(seen))


class Reschedule(_VisitAct):
    """POST: move a visit. The old time is kept until the new one holds."""

    form_class = RescheduleForm
    is_idempotent = True

    @extend_schema(
        operation_id="visits_reschedule",
        summary="Move a visit",
        request=schemas.RescheduleRequestSchema,
        responses={200: schemas.BookedSchema, 409: schemas.SlotTakenSchema, **_REFUSED},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def act(self, command: Any, **kwargs: Any) -> Appointment:
        return calendar.reschedule(command, actor=self.actor, now=timezone.now())


class Cancel(_VisitAct):
    """POST: cancel a visit. `reason` is a code or the person's own words."""

    form_class = CancelForm
    is_idempotent = True

    @extend_schema(
        operation_id="visits_cancel",
        summary="Cancel a visit",
        request=schemas.CancelRequestSchema,
        responses={200: schemas.BookedSchema, 409: schemas.RefusalSchema, **_REFUSED},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def act(self, command: Any, **kwargs: Any) -> Appointment:
        return calendar.cancel(command, actor=self.actor, now=timezone.now())


class Decide(_VisitAct):
    """POST: a clinician decides a request: in person, by telehealth, or not."""

    form_class = DecideRequestForm
    roles = (Role.clinician,)
    is_idempotent = True

    @extend_schema(
        operation_id="visits_decide",
        summary="Decide a request",
        request=schemas.DecideRequestSchema,
        responses={200: schemas.BookedSchema, 409: schemas.RefusalSchema, **_REFUSED},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def act(self, command: Any, **kwargs: Any) -> Appointment:
        return requests.decide(command, actor=self.actor, now=timezone.now())
