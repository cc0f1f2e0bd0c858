"""The pages of screening, under /screens/."""

from django.urls import path

from screening.views import answering, desk

app_name = "screening"
urlpatterns = [
    path("", answering.Mine.as_view(), name="mine"),
    path("alerts/", desk.Worklist.as_view(), name="alerts"),
    path("alerts/<uuid:alert_id>/", desk.OneAlert.as_view(), name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", desk.Acknowledge.as_view(), name="alert_acknowledge"),
    path("alerts/<uuid:alert_id>/take/", desk.Take.as_view(), name="alert_take"),
    path("<uuid:request_id>/", answering.Start.as_view(), name="start"),
    path("<uuid:request_id>/<int:number>/", answering.Question.as_view(), name="page"),
    path("<uuid:request_id>/check/", answering.Check.as_view(), name="check"),
    path("<uuid:request_id>/talk/", answering.Talk.as_view(), name="talk"),
    path("<uuid:request_id>/thanks/", answering.Thanks.as_view(), name="thanks"),
]
