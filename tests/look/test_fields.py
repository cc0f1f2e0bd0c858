"""Form fields as people meet them: words, hints, errors, and what a screen reader hears."""

from __future__ import annotations

from django import forms
from django.template import engines

from oncology_clinic.front import fields
from oncology_clinic.front.examples import ExampleForm


def html(form: forms.Form, name: str) -> str:
    template = engines["django"].from_string('{% include "forms/field.html" with field=field only %}')
    return template.render({"field": form[name]})


class AskForm(forms.Form):
    reason = forms.CharField(label="Why", error_messages={"required": "Say why in a few words."})
    how = forms.ChoiceField(label="How", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    secret = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "Start again from your visits."})


def test_it_ties_hint_and_error_to_the_control():
    drawn = html(ExampleForm({}), "name")

    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_it_keeps_what_was_typed():
    assert 'value="ruth@"' in html(ExampleForm({"email": "ruth@"}), "email")


def test_it_says_optional_in_words_and_required_in_none():
    assert "(optional)" in html(ExampleForm(), "email")
    assert "(optional)" not in html(ExampleForm(), "name")


def test_it_asks_a_group_with_a_legend_and_ties_the_error_to_it():
    drawn = html(ExampleForm({}), "how")

    assert "<fieldset aria-describedby=" in drawn
    assert "How would you like to be seen?" in drawn.split("<legend")[1].split("</legend>")[0]
    assert "You need a camera." in drawn


def test_it_offers_eleven_radio_buttons_and_a_way_not_to_answer():
    drawn = html(ExampleForm(), "pain")

    assert drawn.count('type="radio"') == 12
    assert "0: no pain" in drawn


def test_it_never_ticks_the_way_out_for_somebody():
    """A skipped answer and a declined one are two things: nothing is chosen until somebody chooses."""
    assert " checked" not in html(ExampleForm(), "pain")
    assert " checked" not in html(ExampleForm({"name": "Ruth"}), "pain")
    assert html(ExampleForm({"pain": ""}), "pain").count(" checked") == 1


def test_it_links_each_error_to_the_control_that_fixes_it():
    lines = fields.summary(AskForm({}))

    assert [(line.text, line.target) for line in lines] == [
        ("Say why in a few words.", "id_reason"),
        ("How: This field is required.", "id_how_0"),
        ("Start again from your visits.", ""),
    ]


def test_it_puts_the_errors_of_the_whole_form_first():
    form = AskForm({})
    form.add_error(None, "That time was just taken.")

    assert fields.summary(form)[0] == fields.SummaryLine("That time was just taken.")


def test_it_draws_no_summary_without_errors():
    template = engines["django"].from_string('{% include "forms/error_summary.html" with form=form only %}')

    assert template.render({"form": AskForm()}).strip() == ""
    assert 'tabindex="-1"' in template.render({"form": AskForm({})})


def test_it_escapes_what_people_type():
    assert "<script>" not in html(ExampleForm({"name": "<script>alert(1)</script>"}), "name")
