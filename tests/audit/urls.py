"""Small routes of our own, so that these tests depend on no room."""

from django.http import HttpResponse, HttpResponseForbidden, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views import View

from oncology_clinic.accounts.models import Patient
from oncology_clinic.audit.contract import Category, NotPhi, touches
from oncology_clinic.crypto.fields import reveal

SECRET_WORD = "Wilhelmina Testperson"


class ReadsAPatient(View):
    audit = touches(Category.demographics)

    def get(self, request, patient_id):
        patient = Patient.objects.get(id=patient_id)
        return HttpResponse(reveal(patient.legal_name))


class ReadsAndBreaks(View):
    audit = touches(Category.demographics)

    def get(self, request, patient_id):
        reveal(Patient.objects.get(id=patient_id).legal_name)
        raise RuntimeError("after the look")


class ReadsUndeclared(ReadsAPatient):
    audit = NotPhi("says so, and reads all the same")


class Streams(View):
    audit = touches(Category.demographics)

    def get(self, request, patient_id):
        patient = Patient.objects.get(id=patient_id)

        def lines():
            yield "first\n"
            yield reveal(patient.legal_name)

        return StreamingHttpResponse(lines())


class Quiet(View):
    audit = NotPhi("reads nothing")

    def get(self, request):
        return HttpResponse("nothing here", headers={"Cache-Control": "max-age=60"})


class Refuses(View):
    audit = touches(Category.demographics)

    def get(self, request):
        return HttpResponseForbidden("no")


class SendsToSignIn(View):
    audit = touches(Category.demographics)

    def get(self, request):
        return redirect("accounts:sign_in")


def sign_in(request):
    return HttpResponse("who are you?")


sign_in.audit = NotPhi("a stand-in for the sign-in page")
accounts = ([path("sign-in/", sign_in, name="sign_in")], "accounts")

urlpatterns = [
    path("patients/<uuid:patient_id>/", ReadsAPatient.as_view(), name="reads_a_patient"),
    path("breaks/<uuid:patient_id>/", ReadsAndBreaks.as_view(), name="reads_and_breaks"),
    path("undeclared/<uuid:patient_id>/", ReadsUndeclared.as_view(), name="reads_undeclared"),
    path("streams/<uuid:patient_id>/", Streams.as_view(), name="streams"),
    path("quiet/", Quiet.as_view(), name="quiet"),
    path("refuses/", Refuses.as_view(), name="refuses"),
    path("sends-to-sign-in/", SendsToSignIn.as_view(), name="sends_to_sign_in"),
    path("account/", include(accounts)),
]
