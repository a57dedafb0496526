from django.test import SimpleTestCase

from listening.reading import languages

SHORT = {
    "en": ["thank you", "is the ER open", "my mom fell", "Wait times?? who do i call", "Where are you all"],
    "es": [
        "muchas gracias",
        "¿dónde está?",
        "mi mamá se cayó",
        "nadie contesta",
        "Pésimo, nunca más",
    ],
    "fr": [
        "merci beaucoup",
        "personne ne répond",
        "c'est trop long",
        "où est-elle",
        "Rien depuis hier",
    ],
    "vi": ["cảm ơn bác sĩ", "mẹ tôi bị ngã", "Đợi lâu quá", "không ai trả lời"],
}
LONG = {
    "de": "Wir haben vier Stunden gewartet und niemand hat uns gesagt, warum es so lange dauert.",
    "pt": "A enfermeira foi muito atenciosa com a minha mãe e explicou tudo com calma.",
    "tl": "Ang tagal ng paghihintay namin sa ospital at walang sumasagot sa telepono.",
    "pl": "Czekaliśmy cztery godziny i nikt nam nic nie powiedział, a dziecko płakało.",
}
UNKNOWN = ["", "ok", "12:40", "@NorthfieldHlth https://t.example/a", "Northfield Main", "😡😡😡", "no", "la"]


class ReadTests(SimpleTestCase):
    def test_short_posts_are_known_by_their_small_words(self) -> None:
        for language, texts in SHORT.items():
            for text in texts:
                with self.subTest(text):
                    self.assertEqual(languages.read(text), language)

    def test_other_languages_are_left_to_their_letters(self) -> None:
        for language, text in LONG.items():
            with self.subTest(language):
                self.assertEqual(languages.read(text), language)

    def test_where_nothing_tells_nothing_is_said(self) -> None:
        for text in UNKNOWN:
            with self.subTest(text):
                self.assertEqual(languages.read(text), "")

    def test_names_and_links_are_of_no_language(self) -> None:
        text = "nadie contesta https://northfield.example/the-and-of-you @the_and_of #what_you_have"
        self.assertEqual(languages.read(text), "es")

    def test_the_networks_word_counts(self) -> None:
        for said, read in (("es", "es"), ("PT_br", "pt-br"), ("und", "en"), ("!", "en")):
            self.assertEqual(languages.read("the wait was long and nobody told us", said), read)
