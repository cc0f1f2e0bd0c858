"""The shapes of the API, for its OpenAPI description. Nothing is checked here: the forms do."""

from __future__ import annotations

from rest_framework import serializers

from visits.models import Modality
from visits.rules.facts import FLAGS
from visits.rules.findings import Channel, Lean, Urgency, Verdict


class RefusalSchema(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    detail = serializers.CharField()


class SourceSchema(serializers.Serializer):  # type: ignore[type-arg]
    title = serializers.CharField()
    url = serializers.CharField()
    confidence = serializers.CharField()


class ServiceSchema(serializers.Serializer):  # type: ignore[type-arg]
    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    minutes = serializers.IntegerField(allow_null=True)
    minutes_at_most = serializers.IntegerField(allow_null=True)
    channels = serializers.ListField(child=serializers.CharField())
    source = SourceSchema()  # type: ignore[assignment]
    basis = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        """`class` is a word of Python, so it cannot be written as an attribute."""
        return {**super().get_fields(), "class": serializers.CharField()}


class PainSchema(serializers.Serializer):  # type: ignore[type-arg]
    now = serializers.IntegerField(required=False, min_value=0, max_value=10)
    baseline = serializers.IntegerField(required=False, min_value=0, max_value=10)
    new = serializers.BooleanField(required=False)


class CapabilitySchema(serializers.Serializer):  # type: ignore[type-arg]
    video = serializers.BooleanField(required=False)
    bandwidth = serializers.BooleanField(required=False)
    phone = serializers.BooleanField(required=False)


class CommunicationSchema(serializers.Serializer):  # type: ignore[type-arg]
    deaf_hoh = serializers.BooleanField(required=False)
    relay_or_caption = serializers.BooleanField(required=False)
    language = serializers.CharField(required=False)
    interpreter = serializers.ChoiceField(choices=["available", "in_person_only"], required=False)
    cognition_impaired = serializers.BooleanField(required=False)
    helper = serializers.BooleanField(required=False)


class AnswersSchema(serializers.Serializer):  # type: ignore[type-arg]
    temp_c = serializers.FloatField(required=False)
    flags = serializers.ListField(child=serializers.ChoiceField(choices=sorted(FLAGS)), required=False)
    ambers = serializers.IntegerField(required=False)
    pain = PainSchema(required=False)
    cap = CapabilitySchema(required=False)
    comm = CommunicationSchema(required=False)
    private_safe_place = serializers.BooleanField(required=False)
    pref = serializers.ChoiceField(choices=["in_person", "telehealth", "audio"], required=False)
    self_pay_ack = serializers.BooleanField(required=False)
    cannot_travel = serializers.BooleanField(required=False)
    barrier = serializers.BooleanField(required=False)


class PreviewRequestSchema(serializers.Serializer):  # type: ignore[type-arg]
    service = serializers.CharField(help_text="A slug of services/.")
    start = serializers.DateTimeField(required=False, help_text="With its offset.")
    clinician = serializers.UUIDField(required=False)
    location = serializers.CharField(required=False, help_text="The state the patient will be in, two letters.")
    patient = serializers.UUIDField(required=False, help_text="Staff and caregivers only.")
    minutes = serializers.IntegerField(required=False)
    answers = AnswersSchema(required=False)


class BookRequestSchema(PreviewRequestSchema):
    start = serializers.DateTimeField(help_text="With its offset.")
    clinician = serializers.UUIDField()


class ReasonSchema(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    text = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    url = serializers.CharField()


class CoverageSchema(serializers.Serializer):  # type: ignore[type-arg]
    modality = serializers.CharField()
    status = serializers.CharField()
    rule = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    explanation = serializers.ListField(child=serializers.CharField())


class DecisionSchema(serializers.Serializer):  # type: ignore[type-arg]
    decision = serializers.ChoiceField(choices=list(Verdict))
    channel = serializers.ChoiceField(choices=list(Channel), allow_null=True)
    urgency = serializers.ChoiceField(choices=list(Urgency))
    lean = serializers.ChoiceField(choices=list(Lean), allow_null=True)
    sentence = serializers.CharField()
    reasons = ReasonSchema(many=True)
    tasks = serializers.ListField(child=serializers.CharField())
    revision = serializers.CharField()


class PreviewSchema(DecisionSchema):
    modality = serializers.CharField(allow_null=True)
    coverage = serializers.DictField(child=CoverageSchema())


class SlotSchema(serializers.Serializer):  # type: ignore[type-arg]
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    clinician = serializers.UUIDField()
    site = serializers.UUIDField()


class BookedSchema(DecisionSchema):
    id = serializers.UUIDField()
    service = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    clinician = serializers.UUIDField()
    site = serializers.UUIDField()
    modality = serializers.ChoiceField(choices=Modality.values)
    status = serializers.CharField()
    request_due = serializers.DateTimeField(allow_null=True)
    coverage = CoverageSchema()


class VisitSchema(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    service = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    modality = serializers.ChoiceField(choices=Modality.values)
    status = serializers.CharField()
    clinician = serializers.UUIDField()
    clinician_name = serializers.CharField()
    site = serializers.UUIDField()
    request_due = serializers.DateTimeField(allow_null=True)


class RescheduleRequestSchema(serializers.Serializer):  # type: ignore[type-arg]
    start = serializers.DateTimeField(help_text="With its offset.")
    clinician = serializers.UUIDField(required=False)
    expected_start = serializers.DateTimeField(required=False, help_text="The time you saw; refused if it moved.")


class CancelRequestSchema(serializers.Serializer):  # type: ignore[type-arg]
    reason = serializers.CharField(help_text="A code, or the person's own words.")


class DecideRequestSchema(serializers.Serializer):  # type: ignore[type-arg]
    verdict = serializers.ChoiceField(choices=["in_person", "telehealth", "decline"])
    reason = serializers.CharField()
    location = serializers.CharField(required=False)


class SlotTakenSchema(RefusalSchema):
    alternatives = SlotSchema(many=True)


class ScriptSchema(serializers.Serializer):  # type: ignore[type-arg]
    numbers = serializers.ListField(child=serializers.CharField())
    lines = serializers.ListField(child=serializers.CharField())


class EmergencySchema(RefusalSchema):
    script = ScriptSchema(required=False)
