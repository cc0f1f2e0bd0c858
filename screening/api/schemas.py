"""The shapes of the API, for its OpenAPI description. Nothing is checked here: the forms do."""

from __future__ import annotations

from rest_framework import serializers


class ScreenOptionSchema(serializers.Serializer):  # type: ignore[type-arg]
    value = serializers.IntegerField()
    text = serializers.CharField()


class ScreenItemSchema(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    text = serializers.CharField()
    options = ScreenOptionSchema(many=True)


class ScreenSchema(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.CharField(help_text="Post the answers to screens/ID/answers/.")
    request = serializers.UUIDField()
    instrument = serializers.CharField()
    name = serializers.CharField()
    stem = serializers.CharField()
    status = serializers.ChoiceField(choices=["asked", "answered", "withdrawn"])
    due_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    items = ScreenItemSchema(many=True)


class ScreenAnswersSchema(serializers.Serializer):  # type: ignore[type-arg]
    answers = serializers.ListField(
        child=serializers.IntegerField(allow_null=True),
        help_text="All answers of the instrument, in item order; null for a question that was skipped.",
    )


class ScreenAnsweredSchema(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.CharField()
    instrument = serializers.CharField()
    status = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    band = serializers.CharField(allow_null=True)
    next = serializers.ListField(child=serializers.CharField(), help_text="What happens next, in plain sentences.")


class AlertSchema(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    kind = serializers.CharField()
    severity = serializers.CharField()
    status = serializers.CharField()
    actions = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class ScreeningRefusalSchema(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    detail = serializers.CharField()
