"""What the private form says, in the two languages it speaks."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from alerts.private import Door


@dataclass(frozen=True)
class Words:
    code: str
    other: str  # the code of the other language
    other_name: str
    title: str
    at: str
    emergency: str
    lead: str
    happened: str
    happened_help: str
    reach: str
    reach_help: str
    when: str
    when_help: str
    trap: str
    send: str
    next_title: str
    next_lines: tuple[str, ...]
    erased: str
    missing: str
    stale: str
    thanks_title: str
    thanks: str
    call: str
    ends: dict[str, tuple[str, str]]  # title and sentence

    @property
    def erased_after(self) -> str:
        return self.erased.format(days=timedelta(days=settings.MURMUR_ANSWER_DAYS).days)


ENGLISH = Words(
    code="en",
    other="es",
    other_name="Español",
    title="Tell us in private",
    at="at",
    emergency="Is this an emergency? Call 911 now. Nobody reads this form around the clock.",
    lead="Tell us what went wrong. A person will read it and get back to you.",
    happened="What happened, and when?",
    happened_help="In your own words. Please leave out record numbers and birth dates: we do not need them.",
    reach="How can we reach you?",
    reach_help="A phone number or an e-mail address, and what we may call you.",
    when="When is a good time?",
    when_help="You may leave this empty.",
    trap="Leave this empty",
    send="Send in private",
    next_title="What happens with what you write",
    next_lines=(
        "It goes to the few people here who look into it. It is never posted, and no network sees it.",
        "It is stored encrypted. Whoever opens it is written down.",
        "This form works once. It sets no cookie and tells nobody that you were here.",
    ),
    erased="We erase it {days} days after we are done.",
    missing="Please say what happened, and how we can reach you.",
    stale="This page stood open for long. Nothing is lost: press the button once more.",
    thanks_title="Thank you. It has arrived.",
    thanks="A person will read it and get back to you. You can close this page now.",
    call="You can also call",
    ends={
        Door.USED: (
            "This form has been used",
            "What was written has arrived. To add to it, please call us.",
        ),
        Door.NONE: (
            "This link does not lead anywhere now",
            "It may have ended, or been copied in part. Please call us, or ask for a new one.",
        ),
        "often": (
            "Too many tries from here",
            "Please wait ten minutes, then open the link again. Or call us.",
        ),
        "large": (
            "That was too long",
            "Nothing was sent. Please go back and write less, or call us.",
        ),
    },
)

SPANISH = Words(
    code="es",
    other="en",
    other_name="English",
    title="Cuéntenos en privado",
    at="en",
    emergency="¿Es una emergencia? Llame al 911 ahora. Nadie lee este formulario las 24 horas.",
    lead="Cuéntenos qué salió mal. Una persona lo leerá y le responderá.",
    happened="¿Qué pasó, y cuándo?",
    happened_help="Con sus propias palabras. No ponga números de expediente ni fechas de nacimiento.",
    reach="¿Cómo podemos comunicarnos con usted?",
    reach_help="Un teléfono o un correo electrónico, y cómo prefiere que le llamemos.",
    when="¿A qué hora le conviene?",
    when_help="Puede dejarlo en blanco.",
    trap="Deje esto en blanco",
    send="Enviar en privado",
    next_title="Qué pasa con lo que usted escribe",
    next_lines=(
        "Llega a las pocas personas que se ocupan de estos casos. Nunca se publica, y ninguna red lo ve.",
        "Se guarda cifrado. Queda anotado quién lo abre.",
        "Este formulario funciona una sola vez. No usa cookies y no le dice a nadie que usted estuvo aquí.",
    ),
    erased="Lo borramos {days} días después de terminar.",
    missing="Por favor, díganos qué pasó y cómo podemos comunicarnos con usted.",
    stale="Esta página estuvo abierta mucho tiempo. No se perdió nada: pulse el botón otra vez.",
    thanks_title="Gracias. Ya lo recibimos.",
    thanks="Una persona lo leerá y le responderá. Ya puede cerrar esta página.",
    call="También puede llamar al",
    ends={
        Door.USED: (
            "Este formulario ya se usó",
            "Lo que se escribió ya llegó. Si quiere agregar algo, por favor llámenos.",
        ),
        Door.NONE: (
            "Este enlace ya no lleva a ninguna parte",
            "Quizá venció o se copió incompleto. Por favor llámenos, o pida uno nuevo.",
        ),
        "often": (
            "Demasiados intentos desde aquí",
            "Espere diez minutos y abra el enlace otra vez. O llámenos.",
        ),
        "large": (
            "Era demasiado largo",
            "No se envió nada. Por favor vuelva y escriba menos, o llámenos.",
        ),
    },
)

LANGUAGES = {words.code: words for words in (ENGLISH, SPANISH)}
