"""The JSON door: the same forms, the same one service call, refusals as `{"code", "detail"}`."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oncology_clinic import forms
from oncology_clinic.accounts import policies as sign_in_policy
from oncology_clinic.actors import Actor, Role
from oncology_clinic.audit import events as audit
from oncology_clinic.audit.contract import NotPhi, Touches
from oncology_clinic.errors import Refusal
from oncology_clinic.idempotency import services as idempotency
from oncology_clinic.pages import actor_of, record_denial


class ClinicAPIView(APIView):
    """Base of every API view. `audit` declares what it touches; `is_public` opens it to callers without a session.

    `roles` names who may call it (empty: anybody signed in). Staff need a verified second factor everywhere.
    """

    audit: ClassVar[Touches | NotPhi]
    is_public: ClassVar[bool] = False
    roles: ClassVar[tuple[Role, ...]] = ()

    @property
    def actor(self) -> Actor:
        return actor_of(self.request._request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.is_public:
            return
        if self.actor.role is Role.anonymous:
            raise exceptions.NotAuthenticated(_("Sign in first."))
        if self.roles:
            sign_in_policy.check_role(self.actor, self.roles)
        sign_in_policy.check_verified_staff(self.actor)


class FormAPIView(ClinicAPIView):
    """POST: JSON -> form -> command -> `act()` -> `present()`. An `Idempotency-Key` is honoured where it creates."""

    form_class: ClassVar[type[forms.CommandForm]]
    is_idempotent: ClassVar[bool] = False
    success_status: ClassVar[int] = 200

    def form_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {}

    def act(self, command: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def present(self, result: Any, **kwargs: Any) -> Response:
        return Response(result, status=self.success_status)

    def bind(self, request: Request, **kwargs: Any) -> forms.CommandForm:
        if not isinstance(request.data, dict):
            raise Refusal("invalid_input", _("Send one JSON object."))
        try:
            data = forms.flatten(request.data)
        except ValidationError as error:
            raise Refusal("invalid_input", " ".join(error.messages)) from None
        return self.form_class(data, **self.form_kwargs(**kwargs))

    def post(self, request: Request, **kwargs: Any) -> Response:
        form = self.bind(request, **kwargs)
        if not form.is_valid():
            raise invalid_input(form)
        key = request.headers.get("Idempotency-Key", "") if self.is_idempotent else ""
        if not key:
            return self.present(self.act(form.command(), **kwargs), **kwargs)
        answer = idempotency.once(
            lambda: self._answer(form.command(), **kwargs),
            actor=self.actor,
            key=key,
            path=request.path,
            body=request.data,
            now=timezone.now(),
        )
        headers = {"Idempotent-Replay": "true"} if answer.is_replay else {}
        return Response(answer.body, status=answer.status, headers=headers)

    def _answer(self, command: Any, **kwargs: Any) -> idempotency.Answer:
        """What `act` answers, as plain JSON; a refusal that is no denial is an answer too, kept like any other."""
        try:
            response = self.present(self.act(command, **kwargs), **kwargs)
        except Refusal as refusal:
            if refusal.is_denial:
                raise
            response = refused(refusal)
        return idempotency.Answer(response.status_code, json.loads(JSONRenderer().render(response.data)))


def invalid_input(form: forms.CommandForm) -> Refusal:
    """One refusal for a form with errors: the first sentence as `detail`, all of them by field in `fields`."""
    fields = {name: [str(message) for message in errors] for name, errors in form.errors.items()}
    first = next(iter(fields.values()))[0]
    return Refusal("invalid_input", first, extra={"fields": fields})


def refused(refusal: Refusal) -> Response:
    """`{"code", "detail"}` with what the refusal has to add, and the status of its class."""
    body = {"code": refusal.code, "detail": str(refusal.sentence), **refusal.extra}
    return Response(body, status=refusal.status)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"code", "detail"}` for every refusal; anything unknown rises and becomes a plain 500."""
    request: HttpRequest = context["request"]._request
    if isinstance(error, Refusal):
        record_denial(request, error)
        return refused(error)
    if isinstance(error, Http404):
        return Response({"code": "not_found", "detail": _("There is no such thing here.")}, status=404)
    if isinstance(error, exceptions.APIException):
        code = error.get_codes() if isinstance(error.get_codes(), str) else "invalid_input"
        response = Response({"code": code, "detail": str(error.detail)}, status=error.status_code)
        if isinstance(error, exceptions.NotAuthenticated):
            response["WWW-Authenticate"] = "Session"
            audit.record_denied(actor=actor_of(request), rule="not_signed_in", now=timezone.now())
        return response
    return None
