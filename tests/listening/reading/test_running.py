"""What posts say of how the hospital is running. All of them are invented."""

import pytest

from hospital.models import Service
from listening.reading import running

OUT: list[tuple[str, str]] = [
    ("line is out the door at North tonight", "ed_wait"),
    ("six hours and counting, been here since noon", "ed_wait"),
    ("hay gente en el piso y llevamos siete horas", "ed_wait"),
    ("is North on divert? scanner says divert", "divert"),
    ("three ambulances being turned away right now", "divert"),
    ("las ambulancias desviadas otra noche mas", "divert"),
    ("they told us no beds until morning", "beds"),
    ("no hay camas, mi mamá sigue en una silla", "beds"),
    ("Called four times, the phone line is dead", "phones"),
    ("your phones are down?? just a busy signal", "phones"),
    ("el teléfono suena y suena", "phones"),
    ("portal down for anyone else?", "portal"),
    ("MyChart won't load again", "portal"),
    ("can't log in to the Northfield portal", "portal"),
    ("the portal has been a white page since yesterday", "portal"),
    ("el portal no abre desde ayer", "portal"),
    ("se cayó la página, no funciona", "portal"),
    ("parking garage full, circling for forty minutes", "parking"),
    ("el estacionamiento está lleno", "parking"),
]

ABOUT: list[tuple[str, str]] = [
    ("How long is the wait in your ER right now?", "ed_wait"),
    ("On hold for fifty minutes with the nurse line", "phones"),
    ("The portal shows me somebody named Marguerite", "portal"),
    ("thirty dollars for the parking garage", "parking"),
    ("roads are iced over, is the clinic open?", "weather"),
    ("nieve por todas partes, ¿abren la clínica?", "weather"),
    ("all the computers are down at the desk", "downtime"),
]

LOOK_ALIKES = [
    "portal vein thrombosis, great care from the liver team",
    "your careers portal is down",
    "my phone died in the lobby",
    "charged my phone and called a cab",
    "garage sale for the children's ward on Sunday",
    "they were parking the bus for ninety minutes",
    "arrested for drug diversion at another hospital",
    "Ed Sheeran on the radio, can't wait",
    "bed bugs in the motel next door",
    "the nurse brought ice chips and sat down with me",
    "calm down, the results come on paper",
    "visiting hours changed again",
    "a perfect storm of good people",
    "Turned down the hall and found the chapel",
    "horas de visita de nueve a ocho",
    "Thank you to everybody on the fourth floor",
]

SILENCED = [
    "portal is not down for me",
    "the portal is back up, thanks",
    "portal was down last week",
    "el portal ya funciona",
    "portal works fine here",
    "In and out of the ER, no line, seen right away",
    "the garage was full last month",
]


class SaidTests:
    @pytest.mark.parametrize(("text", "kind"), OUT)
    def test_what_does_not_work_is_heard(self, text: str, kind: str) -> None:
        assert kind in {each.kind for each in running.read(text) if each.is_out}, running.read(text)

    @pytest.mark.parametrize(("text", "kind"), ABOUT)
    def test_what_it_speaks_of_is_heard_without_an_alarm(self, text: str, kind: str) -> None:
        assert kind in {each.kind for each in running.read(text)}

    @pytest.mark.parametrize("text", LOOK_ALIKES)
    def test_a_look_alike_says_nothing(self, text: str) -> None:
        assert running.read(text) == ()

    @pytest.mark.parametrize("text", SILENCED)
    def test_what_is_past_or_works_raises_nothing(self, text: str) -> None:
        assert [each for each in running.read(text) if each.is_out] == []

    def test_only_the_way_in_matters_of_a_long_post(self) -> None:
        assert running.read("x " * running.LONGEST + "portal down") == ()

    def test_it_says_why(self) -> None:
        [said] = [each for each in running.read("so the Portal is DOWN") if each.kind == "portal"]
        assert said.words == "portal is down"


class ReadingTests:
    """The lane and the topics speak where the post has no words of its own for any kind."""

    def test_the_lane_or_a_topic_is_enough(self) -> None:
        [by_lane] = running.read("Somebody help us here", lane="in_building")
        [by_topic] = running.read("Nobody called our name", topics=["waiting"])
        assert (by_lane.kind, by_topic.kind) == ("ed_wait", "ed_wait")
        assert not by_lane.is_out
        assert by_topic.words == "topic: waiting"

    @pytest.mark.parametrize(
        "text", ["Four weeks for an appointment", "portal down again", "esperé meses por una cita"]
    )
    def test_not_where_it_is_about_something_else(self, text: str) -> None:
        said = running.read(text, lane="access_wait", topics=["waiting"])
        assert "ed_wait" not in {each.kind for each in said}

    def test_kinds_are_those_of_the_services(self) -> None:
        assert {kind.name for kind in running.listed().kinds} == set(Service.Kind.values)
