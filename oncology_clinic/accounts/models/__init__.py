"""The tables of people and sign-in. Django finds a room's models here."""

from oncology_clinic.accounts.models.invitations import Invitation
from oncology_clinic.accounts.models.people import Account, AccountManager, Clinician, Patient, RoleChoices
from oncology_clinic.accounts.models.recovery import PasswordReset, PasswordResetRequest, SecondFactorReset
from oncology_clinic.accounts.models.second_factor import RecoveryCode, RecoveryCodeDevice, SealedTOTPDevice
from oncology_clinic.accounts.models.sessions import ClinicSession

__all__ = [
    "Account",
    "AccountManager",
    "ClinicSession",
    "Clinician",
    "Invitation",
    "PasswordReset",
    "PasswordResetRequest",
    "Patient",
    "RecoveryCode",
    "RecoveryCodeDevice",
    "RoleChoices",
    "SealedTOTPDevice",
    "SecondFactorReset",
]
