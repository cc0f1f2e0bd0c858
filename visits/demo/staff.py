"""The people who work here: invited, joined, with second factors, hours, leave and licences."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncology_clinic.accounts.models import Account, Clinician
from oncology_clinic.accounts.services import invitations, life
from oncology_clinic.accounts.services.invitations import Acceptance, Invite
from oncology_clinic.actors import Actor, Role
from visits.demo import places, signins
from visits.demo.reading import Clinic, Staff
from visits.models import ClinicianHours, ClinicianLeave, PracticeAuthority, Site


def make(clinic: Clinic, *, known: dict[str, str], system: Actor, now: datetime) -> Actor:
    """Everybody on the list. The first administrator is made as at a terminal and invites the rest.

    `known` are passwords by username; those it lacks are made up and added. Gives that administrator, as who the patients are invited too.
    """
    first, *others = clinic.staff
    account = life.create_administrator(
        first.username,
        password=known.setdefault(first.username, signins.new_password()),
        email=_email(first.username),
        actor=system,
        now=now,
    )
    signins.make_sure_of_second_factor(account, now=now)
    administrator = Actor(Role.administrator, account_id=account.pk, label=account.username, is_verified=True)
    for person in others:
        _join(person, known=known, administrator=administrator, now=now)
    return administrator


def sign_up(command: Invite, *, username: str, known: dict[str, str], administrator: Actor, now: datetime) -> Account:
    """Invite somebody and accept for them. The letter finds the invitation used, and says nothing."""
    invitation = invitations.send(command, actor=administrator, now=now)
    acceptance = Acceptance(username=username, password=known.setdefault(username, signins.new_password()))
    return invitations.accept(invitations.token_of(invitation.id), acceptance=acceptance, now=now)


def _join(person: Staff, *, known: dict[str, str], administrator: Actor, now: datetime) -> None:
    if person.username:
        command = Invite(Role(person.role), person.name, _email(person.username), profession=person.profession)
        account = sign_up(command, username=person.username, known=known, administrator=administrator, now=now)
        signins.make_sure_of_second_factor(account, now=now)
        clinician = Clinician.objects.filter(account_id=account.pk).first()
    else:
        clinician = Clinician(display_name=person.name, profession=person.profession)
    if clinician is not None:
        clinician.team = person.team
        clinician.save()
        _working_times(clinician, person, now=now)
        places.record_configured("accounts.Clinician", clinician.id, actor=administrator, now=now)


def _working_times(clinician: Clinician, person: Staff, *, now: datetime) -> None:
    sites = {site.code: site for site in Site.objects.all()}
    ClinicianHours.objects.bulk_create(
        ClinicianHours(
            clinician=clinician, site=sites[stretch.site], weekday=day, starts=stretch.starts, ends=stretch.ends
        )
        for stretch in person.hours
        for day in stretch.days
    )
    zone = ZoneInfo(clinician.time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), tzinfo=zone)
    ClinicianLeave.objects.bulk_create(
        ClinicianLeave(
            clinician=clinician,
            starts_at=midnight + timedelta(days=away.in_days),
            ends_at=midnight + timedelta(days=away.in_days + away.days),
        )
        for away in person.leave
    )
    PracticeAuthority.objects.bulk_create(
        PracticeAuthority(
            clinician=clinician,
            jurisdiction=licence.state,
            profession=person.profession,
            kind=licence.kind,
            status=licence.status,
            valid_from=licence.starts_on,
            valid_to=licence.last_day,
            verified_on=now.date(),
        )
        for licence in person.licences
    )


def _email(username: str) -> str:
    return f"{username}@lakeside.example"
