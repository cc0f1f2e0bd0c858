"""Pages under /account/."""

from django.urls import path

from oncology_clinic.accounts.views import invitations, passwords, people, profile, second_factor, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign_out"),
    path("sign-out/everywhere/", sign_in.SignOutEverywhere.as_view(), name="sign_out_everywhere"),
    path("signed-out/", sign_in.SignedOut.as_view(), name="signed_out"),
    path("code/", sign_in.Code.as_view(), name="code"),
    path("lost-device/", sign_in.LostDevice.as_view(), name="lost_device"),
    path("second-step/", second_factor.Enrol.as_view(), name="enrol"),
    path("recovery-codes/", second_factor.RecoveryCodes.as_view(), name="recovery_codes"),
    path("forgot/", passwords.Forgot.as_view(), name="forgot"),
    path("forgot/sent/", passwords.ForgotSent.as_view(), name="forgot_sent"),
    path("reset/<str:token>/", passwords.Reset.as_view(), name="reset"),
    path("password/", passwords.ChangePassword.as_view(), name="password"),
    path("invitation/<str:token>/", invitations.Accept.as_view(), name="accept"),
    path("invitation/<str:token>/join/", invitations.Join.as_view(), name="join"),
    path("profile/", profile.MyAccount.as_view(), name="profile"),
    path("profile/edit/", profile.EditProfile.as_view(), name="edit_profile"),
    path("people/", people.People.as_view(), name="people"),
    path("people/invite/", people.InvitePerson.as_view(), name="invite"),
    path("people/invitations/<uuid:invitation_id>/withdraw/", people.Withdraw.as_view(), name="withdraw"),
    path("people/<uuid:account_id>/close/", people.Deactivate.as_view(), name="deactivate"),
    path("people/<uuid:account_id>/lost-device/", people.AskReset.as_view(), name="ask_reset"),
    path("people/resets/<uuid:reset_id>/approve/", people.ApproveReset.as_view(), name="approve_reset"),
    path("people/resets/<uuid:reset_id>/decline/", people.DeclineReset.as_view(), name="decline_reset"),
]
