"""A model with one sealed column of each kind, in an app registry of its own; its table is made by a fixture."""

from django.db import models
from django.test.utils import isolate_apps

from oncology_clinic.audit.contract import Category, Phi
from oncology_clinic.crypto import fields
from oncology_clinic.crypto.records import ClinicModel

with isolate_apps("tests.crypto"):

    class Sample(ClinicModel):
        phi = Phi(Category.result)

        patient_id = models.UUIDField()
        plain = models.CharField(max_length=40, default="plain")
        char = fields.SealedCharField(max_length=10, null=True, blank=True)
        text = fields.SealedTextField(null=True, blank=True)
        email = fields.SealedEmailField(null=True, blank=True)
        day = fields.SealedDateField(null=True, blank=True)
        moment = fields.SealedDateTimeField(null=True, blank=True)
        flag = fields.SealedBooleanField(null=True, blank=True)
        number = fields.SealedIntegerField(null=True, blank=True)
        amount = fields.SealedDecimalField(null=True, blank=True)
        answers = fields.SealedJSONField(null=True, blank=True)

        class Meta:
            app_label = "crypto_sample"
