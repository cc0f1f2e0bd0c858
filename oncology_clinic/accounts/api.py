"""Signing in and out for programs: `/api/v1/session/`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from oncology_clinic import api
from oncology_clinic.accounts import forms
from oncology_clinic.accounts.services import sign_in
from oncology_clinic.audit.contract import NotPhi
from oncology_clinic.errors import Forbidden


class CredentialsBody(serializers.Serializer[Any]):
    username = serializers.CharField()
    password = serializers.CharField()
    otp = serializers.CharField(required=False, help_text="Left out where the person has no second factor.")


class Person(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="The patient's, clinician's or caregiver's id; else the account's.")
    role = serializers.CharField()
    name = serializers.CharField(help_text="The username.")


class SessionAnswer(serializers.Serializer[Any]):
    person = Person()
    csrf_token = serializers.CharField(help_text="Send it back as X-CSRFToken with every call that changes something.")


class Problem(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class SessionView(api.FormAPIView):
    """POST signs in, GET says who is signed in, DELETE signs out."""

    audit = NotPhi("signing in: nobody's record is open")
    form_class = forms.SessionForm

    @property
    def is_public(self) -> bool:  # type: ignore[override]
        return self.request.method == "POST"

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Signing in needs no session and no CSRF token: `check_origin` keeps other sites out."""
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    @extend_schema(
        request=CredentialsBody,
        responses={
            200: SessionAnswer,
            403: OpenApiResponse(Problem, description="`bad_credentials` or `otp_required`"),
            429: OpenApiResponse(Problem, description="`locked`"),
        },
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        check_origin(request._request)
        return super().post(request, **kwargs)

    def act(self, command: forms.Credentials, **kwargs: Any) -> None:
        sign_in.with_both(
            self.request._request,
            username=command.username,
            password=command.password,
            code=command.otp,
            now=timezone.now(),
        )

    def present(self, result: None, **kwargs: Any) -> Response:
        actor = self.actor
        person_id = actor.patient_id or actor.clinician_id or actor.caregiver_id or actor.account_id
        return Response(
            {
                "person": {"id": str(person_id), "role": actor.role.value, "name": actor.label},
                "csrf_token": get_token(self.request._request),
            }
        )

    @extend_schema(responses={200: SessionAnswer, 401: Problem})
    def get(self, request: Request, **kwargs: Any) -> Response:
        return self.present(None)

    @extend_schema(request=None, responses={204: None, 401: Problem})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        sign_in.sign_out(request._request, actor=self.actor, now=timezone.now())
        return Response(status=204)


def check_origin(request: HttpRequest) -> None:
    """A browser names the site it comes from; ours only. Programs name none, and JSON alone is taken as the body.

    Without a CSRF token this is what keeps another site from signing a visitor in as somebody else.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.get_host()}":
        raise Forbidden("other_site", _("Sign in from our own pages."))
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Forbidden("other_site", _("Sign in from our own pages."))
