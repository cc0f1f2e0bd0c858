"""Invented people, visits and answers for the style guide. English only: nobody but developers reads it."""

from __future__ import annotations

from typing import Any

from django import forms

DAYS: list[dict[str, Any]] = [
    {"weekday": "Tue", "date": "Dec 1", "count": "7 times", "href": "?day=1", "is_current": True},
    {"weekday": "Wed", "date": "Dec 2", "count": "5 times", "href": "?day=2"},
    {"weekday": "Thu", "date": "Dec 3", "count": "6 times", "href": "?day=3"},
    {"weekday": "Fri", "date": "Dec 4", "count": "Full"},
]

SLOTS: list[dict[str, Any]] = [
    {
        "heading": "Morning",
        "slots": [
            {"value": "0900", "label": "9:00 am"},
            {"value": "0930", "label": "9:30 am"},
            {"value": "1030", "label": "10:30 am", "is_checked": True},
            {"value": "1115", "label": "11:15 am"},
        ],
    },
    {
        "heading": "Afternoon",
        "slots": [
            {"value": "1300", "label": "1:00 pm"},
            {"value": "1430", "label": "2:30 pm"},
            {"value": "1515", "label": "3:15 pm"},
        ],
    },
]

STEPS: list[dict[str, Any]] = [
    {"label": "Choose a time", "is_done": True},
    {"label": "How are you feeling?", "hint": "5 questions, about 2 minutes", "is_current": True},
    {"label": "Test your camera", "hint": "Any time before the visit", "href": "?camera"},
]

LINES: list[dict[str, Any]] = [
    {"icon": "stethoscope", "text": "Dr. Elena Okafor, breast cancer team"},
    {"icon": "users", "text": "Marcus (your son) can join from his own phone"},
    {
        "icon": "map-pin",
        "text": "You told us you will be in",
        "strong": "Ohio.",
        "href": "?change",
        "link": "Change where you will be",
    },
]

VISIT: dict[str, Any] = {
    "title": "Your next visit",
    "tag": {"text": "Video", "tone": "brand", "icon": "video"},
    "month": "Dec",
    "day": "1",
    "date": "Tuesday, December 1",
    "time": "10:30 am, Ohio time",
    "length": "About 30 minutes",
    "lines": LINES,
    "steps": STEPS,
    "note": {
        "icon": "door-open",
        "text": "You can join from 10:15 am. No app to install. If video does not work, we will call you.",
    },
}

ACTIONS = [
    {"label": "Change the time", "href": "?time", "kind": "is-quiet"},
    {"label": "Cancel this visit", "href": "?cancel", "kind": "is-quiet"},
]

COUNTS = [
    {"number": 2, "label": "waiting now"},
    {"number": 1, "label": "need a call back"},
    {"number": 6, "label": "visits today"},
]

COLUMNS = ["Time", "Patient", "Visit", "Location", "Pain, last 6", "Distress, last 6", "Status", ""]

REASONS = [
    {
        "text": "A follow-up after treatment works well by video.",
        "source": "Model of care, section 1.3",
        "href": "https://example.org/model",
    },
    {"text": "You will be in Ohio, where Dr. Okafor may practice.", "source": "Ohio Revised Code 4743.09"},
    {"text": "You said that video works best for you."},
]

ANSWERS: list[dict[str, Any]] = [
    {"key": "Visit", "value": "Follow-up by video", "href": "?visit"},
    {"key": "Time", "value": "Tuesday, December 1, 10:30 am, Ohio time", "href": "?time"},
    {"key": "Where you will be", "value": "Ohio", "href": "?where"},
    {"key": "With", "value": "Dr. Elena Okafor"},
]

SUMMARY: dict[str, Any] = {
    "title": "Your visit",
    "who": "Ruth Delgado",
    "when": "Tuesday, December 1, 10:30 am, Ohio time",
    "sections": [
        {"title": "What we talked about", "lines": ["How you sleep", "Tingling in your fingers"]},
        {"title": "What to do next", "lines": ["Blood test on December 8", "Call us if the tingling gets worse"]},
    ],
}

CHECKS: list[dict[str, Any]] = [
    {"icon": "camera", "title": "Camera", "text": "We can see you.", "tag": {"text": "Works", "tone": "ok"}},
    {
        "icon": "mic",
        "title": "Microphone",
        "text": "We hear nothing yet.",
        "fix": "Press “Allow” at the top of this window, or ask us to call you.",
        "tag": {"text": "Needs you", "tone": "warn"},
    },
]

PEOPLE = [{"name": "You", "id": "tile-you"}, {"name": "Dr. Okafor", "id": "tile-doctor"}]

_DAY: tuple[tuple[Any, ...], ...] = (
    ("9:00 am", "30 min", "Ruth Delgado", "71 · Breast, stage II", "video", "Follow-up", ("Ohio, covered", "ok"),
     [2, 3, 3, 2, 2, 1], [5, 4, 4, 3, 3, 2], ("Done, summary sent", ""), None),
    ("9:45 am", "30 min", "Samuel Whitfield", "66 · Lung, stage IIIA", "video", "Symptom review", ("Ohio, covered", "ok"),
     [3, 4, 4, 6, 7, 7], [3, 3, 5, 6, 6, 7], ("Waiting 4 min", "brand"), ("Start visit", "is-small")),
    ("10:30 am", "30 min", "Aiko Tanaka", "58 · Breast, stage I", "video", "Genetic results", ("Kentucky, check rule", "warn"),
     [1, 1, 0, 1, 2, 1], [6, 6, 7, 5, 6, 5], ("Waiting 1 min", "brand"), ("Review rule", "")),
    ("11:15 am", "45 min", "Bernard Kowalczyk", "79 · Prostate, metastatic", "hospital", "Infusion check", ("In clinic", ""),
     [5, 5, 6, 5, 4, 4], [2, 2, 3, 2, 2, 2], ("Questions done", "ok"), ("Open chart", "")),
    ("1:00 pm", "30 min", "Grace Amoah-Lindqvist", "44 · Colon, stage III", "video", "Oral chemo check", ("Ohio, covered", "ok"),
     [2, 2, None, 8, 8, 9], [3, 3, 4, 6, 8, 8], ("Call back today", "urgent"), ("Call patient", "")),
    ("2:30 pm", "30 min", "Peter Novak", "69 · New patient", "video", "First visit", ("Location not given", "warn"),
     [], [], ("Questions not started", ""), ("Send reminder", "")),
)  # fmt: skip


def day_rows() -> list[dict[str, Any]]:
    """The rows of the clinician's day, as a presenter would prepare them for `staff_table`."""
    rows = []
    for time, length, name, about, icon, visit, location, pain, distress, status, action in _DAY:
        cells: list[dict[str, Any]] = [
            {"strong": time, "sub": length},
            {"strong": name, "sub": about, "href": "?patient"},
            {"text": visit, "icon": icon, "label": "Visit"},
            {"tag": {"text": location[0], "tone": location[1]}, "label": "Location"},
            {"trend": {"values": pain, "label": "Pain"}, "label": "Pain, last 6"},
            {"trend": {"values": distress, "label": "Distress"}, "label": "Distress, last 6"},
            {"tag": {"text": status[0], "tone": status[1]}, "is_wide": True},
        ]
        button = {"label": action[0], "href": "?go", "kind": action[1], "about": f"for {name}"} if action else None
        cells.append({"action": button, "is_wide": True} if button else {})
        rows.append({"cells": cells, "is_current": name == "Samuel Whitfield"})
    return rows


class ExampleForm(forms.Form):
    """Every kind of field once."""

    name = forms.CharField(
        label="Your name",
        help_text="As on your insurance card.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(label="Email", required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    birth_month = forms.IntegerField(label="Month", widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    birth_day = forms.IntegerField(label="Day", widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    birth_year = forms.IntegerField(label="Year", widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    state = forms.ChoiceField(
        label="Where will you be?",
        help_text="The state you will be in during the visit.",
        choices=[("", "Choose a state"), ("OH", "Ohio"), ("KY", "Kentucky")],
    )
    how = forms.ChoiceField(
        label="How would you like to be seen?",
        choices=[("video", "By video"), ("audio", "By phone"), ("in_person", "In the clinic")],
        widget=forms.RadioSelect,
    )
    signs = forms.MultipleChoiceField(
        label="Do you have any of these now?",
        help_text="Choose all that fit.",
        choices=[("fever", "A fever of 100.4 or more"), ("breath", "Trouble breathing at rest")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    pain = forms.ChoiceField(
        label="How bad is your pain today?",
        help_text="Pick the number that feels closest. There is no wrong answer.",
        choices=[*((str(n), str(n)) for n in range(11)), ("", "I would rather talk about this with a nurse")],
        widget=forms.RadioSelect(attrs={"data-scale": "1", "data-low": "0: no pain", "data-high": "10: worst pain"}),
        required=False,
    )
    more = forms.CharField(label="Anything else?", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label="A helper may join this visit", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].widget.hints = {
            "video": "You see each other. You need a camera.",
            "audio": "We call you. Any phone works.",
        }


class PainForm(forms.Form):
    """The one question of the booking example."""

    pain = ExampleForm.base_fields["pain"]
