from django.test import SimpleTestCase

from listening.reading import lanes, sentiment
from listening.reading.lanes import Lane
from tests.timing import seconds


def read(text: str, rating: int | None = None, thread: tuple[str, ...] = ()) -> Lane:
    return lanes.read(text, sentiment.read(text, rating=rating), rating=rating, thread=thread)


SAFETY_POSTS = [
    ("I can't do this anymore. Tonight, roof of the Fairlea garage. I have the pills with me.", "self_harm"),
    ("nobody would miss me. took the whole bottle an hour ago", "self_harm"),
    ("ya no quiero vivir, quiero morir esta noche", "self_harm"),
    ("I’m going to end my life and Fairlea knows why", "self_harm"),
    ("tomorrow at shift change I'm coming to the east entrance with my rifle. they'll listen then", "threat"),
    ("there's a bomb in the south tower, you have one hour", "threat"),
    ("voy a matar al doctor que la atendió", "threat"),
    ("chest hurting down my left arm since 4am, should I go in or wait till my appointment", "emergency"),
    ("my baby is turning blue and the nurse line has me on hold", "emergency"),
    ("mi hija no puede respirar bien y la línea de fairlea no contesta, ayuda", "emergency"),
    ("dad won't wake up, what do I do", "emergency"),
    ("sitting in your ER with my mom, six hours now", "in_building"),
    ("we are in your waiting room right now and nobody has looked at him", "in_building"),
    ("estoy en urgencias desde las 5 y nadie me atiende", "in_building"),
]

BENIGN = [
    "this wait is killing me lol 😂 3 hrs in the ER",
    "They killed it! 10/10 labor and delivery team",
    "dying to try the new cafe at Fairlea",
    "the tacos at the Fairlea cafeteria are to die for",
    "almost had a heart attack when I saw the bill",
    "Suicide prevention walk on Sunday, meet at the Fairlea garage",
    "Breaking: active shooter drill planned at Fairlea, news about it at nine",
    "Now hiring: nurse educator, CPR class provided, not breathing heavily required",
    "flu shot clinic at Fairlea on Friday",
    "bomb-ass nurses on 4 West",
    "I read an article about a man with a gun in another state",
    "that playlist is killing it",
    "me muero de risa con el cirujano",
    "got killed by the level boss again, won't wake up before respawn",
]

OF_A_HOSPITAL = [
    "Children's ward food: pale. not beige, pale",
    "which entrance is nearest to the eye clinic at Fairlea? the map has five",
    "won a bid on a Fairlea No. 6 plane, the old blade needs a new edge",
    "the portal logged me out in the middle of the form. again. I know my address by heart now",
    "the table in the exam room at Fairlea wasn't wiped, I sat beside it",
    "I'm hard of hearing and she sighed. I will not be back for the hearing test.",
    "the roads are slow with black ice, our clinics open at ten",
    "mi sobrina le tiene miedo a la jirafa del mural, qué risa",
]
"""Things, places and questions; words of danger, and nobody in any."""


class SafetyTests(SimpleTestCase):
    def test_it_hears_each_safety_lane_and_says_why(self) -> None:
        for text, expected in SAFETY_POSTS:
            lane = read(text)
            self.assertEqual(lane.name, expected, text)
            self.assertEqual(lane.level, "P1" if expected == "in_building" else "P0", text)
            self.assertIn("'", lane.reasons[0], text)

    def test_tone_and_stars_do_not_silence_it(self) -> None:
        self.assertEqual(read("Love you all, thanks! I want to die.", rating=5).name, "self_harm")

    def test_it_is_not_alarmed_by_look_alikes(self) -> None:
        for text in BENIGN:
            self.assertNotIn(read(text).name, lanes.SAFETY, text)

    def test_what_is_said_of_a_hospital_all_day_reaches_nobody_at_once(self) -> None:
        for text in OF_A_HOSPITAL:
            with self.subTest(text):
                self.assertNotIn(read(text).level, ("P0", "P1"))

    def test_a_farewell_is_read_with_what_came_before(self) -> None:
        text = "thank you all for trying. goodbye."
        self.assertNotIn(read(text).name, lanes.SAFETY)
        self.assertEqual(read(text, thread=("no reason left",)).name, "self_harm")

    def test_the_alarm_of_an_earlier_post_is_not_its_own(self) -> None:
        self.assertEqual(read("thanks for the ride", thread=("I want to die",)).name, "praise")

    def test_words_far_apart_do_not_make_an_alarm(self) -> None:
        far = "I can't do this anymore, the parking. " + "The lobby was fine. " * 60 + "See you tonight."
        self.assertNotIn(read(far).name, lanes.SAFETY)

    def test_an_alarm_deep_in_a_long_post_is_heard(self) -> None:
        self.assertEqual(read("The lobby was fine. " * 150 + "I want to die.").name, "self_harm")

    def test_the_thread_completes_a_post_but_never_a_threat(self) -> None:
        thread = ("I have a rifle and I know where that nurse parks",)
        self.assertNotIn(read("see you at the entrance", thread=thread).name, lanes.SAFETY)

    def test_noise_never_hides_what_must_not_wait(self) -> None:
        tone = sentiment.read("")
        spoken = lanes.read("I want to die", tone, noise="looks like an advert")
        advert = lanes.read("Scrubs, half price today!", tone, noise="looks like an advert")
        self.assertEqual((spoken.name, advert.name), ("self_harm", "noise"))
        self.assertEqual((advert.level, advert.reasons), ("P4", ("looks like an advert",)))

    def test_reasons_describe_the_post_and_not_its_author(self) -> None:
        for text, _ in SAFETY_POSTS:
            said = " ".join(read(text).reasons).lower()
            for word in ("suicidal", "mentally", "dangerous person", "abuser"):
                self.assertNotIn(word, said)


INCIDENTS = [
    ("my neighbour's toddler has fresh burns again, they sent her home with him", "abuse"),
    ("an orderly slapped my grandmother", "abuse"),
    ("a clerk posted my chart on snapchat", "privacy_incident"),
    ("I got another patient's results in the portal", "privacy_incident"),
    ("the infusion pump you sent home kept over-dosing my dad", "device_event"),
    ("le salieron ampollas con la medicina nueva", "device_event"),
    ("the ramp is solid ice, just saw a woman go down", "safety_event"),
    ("they gave my aunt the wrong medication", "safety_event"),
    ("portal down for anyone else?", "safety_event"),
    ("their screens are off and ambulances are being sent away. cyber attack?", "safety_event"),
    ("fairlea hides measles cases in its ER waiting room", "safety_event"),
    ("they refused an interpreter for my deaf mother", "civil_rights"),
]


class IncidentTests(SimpleTestCase):
    def test_each_is_seen_within_the_quarter_hour(self) -> None:
        for text, expected in INCIDENTS:
            with self.subTest(text):
                lane = read(text)
                self.assertEqual((lane.name, lane.level), (expected, "P1"), lane)

    def test_whoever_asks_as_a_reporter_or_speaks_as_staff_is_known_by_it(self) -> None:
        self.assertEqual(read("I'm a reporter with the Courier, who can comment on the ER?").name, "media")
        staff = read("I work at Fairlea and they gave a patient the wrong medication")
        self.assertEqual((staff.name, staff.level), ("staff_voice", "P1"))


class OrdinaryTests(SimpleTestCase):
    def test_it_tells_the_ordinary_lanes_apart(self) -> None:
        cases = [
            (
                "charged twice, 4th call, nobody answers. I want this handled in writing",
                None,
                "billing",
                "P2",
            ),
            ("3 hours in the ER, so rude at the desk", None, "staff_conduct", "P2"),
            ("Great, another 6 hour wait. Thanks a lot.", None, "access_wait", "P2"),
            ("this wait is killing me lol 😂 3 hrs in the ER", None, "access_wait", "P3"),
            ("Charged me the wrong copay, still no refund", None, "billing", "P2"),
            ("I love it here", 1, "complaint", "P3"),
            ("Huge thanks to the 4 West nurses ❤️", None, "praise", "P3"),
            ("gracias a todo el equipo", None, "praise", "P3"),
            ("does anyone know if the garage is open on Sunday", None, "question", "P3"),
            ("is Dr. Alder taking new patients?", None, "question", "P3"),
            ("", 1, "complaint", "P2"),
            ("", 5, "praise", "P3"),
            ("Fairlea West Clinic, 4 pm", None, "other", "P4"),
            ("", None, "other", "P4"),
        ]
        for text, rating, name, level in cases:
            lane = read(text, rating)
            self.assertEqual((lane.name, lane.level), (name, level), (text, lane))

    def test_the_worst_statement_decides_whatever_stands_beside_it(self) -> None:
        kind = "The garden is lovely. The volunteers were kind. Parking was easy. " * 5
        self.assertEqual(read(kind + "They gave my mother the wrong medication.", rating=5).level, "P1")

    def test_a_grave_reading_lifts_a_complaint_and_pages_nobody(self) -> None:
        lane = lanes.read("Rude at the desk", sentiment.read("Rude at the desk"), criticality=1.0)
        self.assertEqual((lane.name, lane.severity, lane.level), ("staff_conduct", 69, "P2"))

    def test_every_level_is_within_the_bounds_of_its_lane(self) -> None:
        for text in (*BENIGN, *(text for text, _ in (*SAFETY_POSTS, *INCIDENTS))):
            lane = read(text)
            most, least = lanes.KINDS[lane.name].levels
            self.assertTrue(most <= lane.level <= least, (text, lane))

    def test_severity_stays_within_its_bounds(self) -> None:
        for text in ("awful terrible horrible worst " * 50, "love " * 50, *BENIGN):
            for rating in (None, 1, 5):
                self.assertTrue(0 <= read(text, rating).severity <= 100)

    def test_a_huge_post_is_read_quickly(self) -> None:
        self.assertLess(seconds(lambda: read("rude 😂 chest " * 5000)), 1.0)
