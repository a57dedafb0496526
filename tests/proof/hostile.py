"""Posts of strangers that try to run, to cover, to tower or to end a stream, for any network."""

import tomllib
from dataclasses import dataclass
from typing import Any

from sandbox.wording import SLOT
from tests.proof.material import ROOT

NETWORKS = ("x", "reddit", "google", "rss")
RUN = "document.title='owned';window.owned=1"

OWN: dict[str, str] = {
    "script": f"</p><script>{RUN}</script><script src=//evil.example/a.js></script>",
    "image": f'"><img src=x onerror="{RUN}"><img src=//evil.example/pixel.gif>',
    "svg": f"<svg onload={RUN}><animate onbegin={RUN} dur=1s><a xlink:href=javascript:{RUN}>x",
    "template": f"<template><img src=x onerror={RUN}></template><noscript><p onclick={RUN}></noscript>",
    "frame": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe><iframe src=//evil.example></iframe>',
    "object": "<object data=//evil.example></object><embed src=//evil.example><portal src=//evil.example>",
    "get": '<div hx-get="/sign-out/" hx-trigger="load" hx-swap="outerHTML" hx-target="body">wait</div>',
    "post": '<div data-hx-post="/watchlists/new/" data-hx-trigger="revealed, load, every 1s">wait</div>',
    "on": f'<i hx-on:htmx:load="{RUN}" hx-on::load="{RUN}" data-hx-on-load="{RUN}">sigh</i>',
    "stream": '<div hx-ext="sse" sse-connect="//evil.example/s" sse-swap="mention">wait</div>',
    "oob": '<div id="lanes" hx-swap-oob="true">gone</div><div id="band" hx-swap-oob="innerHTML">gone</div>',
    "link": f"[here](javascript:{RUN}) <a href=' javascript:{RUN}'>here</a> <a href=data:text/html,x>x</a>",
    "lines": "x\n\ndata: <b>owned</b>\nid: 99999999\nevent: mention\n\nevent: reset\ndata: x\n\n",
    "returns": "x\r\revent: ended\rdata: x\r\r\u2028event: ended\u2029data: x\u0085event: close\n\n",
    "style": "<style>*{display:none!important}</style><link rel=stylesheet href=//evil.example/x.css>",
    "cover": '<div style="position:fixed;inset:0;z-index:99999;background:#fff">Sign in again <input></div>',
    "end": "</p></article></section></main></body></html><!-- <![CDATA[ <plaintext><textarea><title>",
    "form": f"<form action=//evil.example><input autofocus onfocus={RUN}><button>Go</button></form>",
    "base": "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example'>",
    "braces": "{{ 7*7 }} {% debug %} {% include '/etc/passwd' %} ${7*7} <%= 7*7 %> {{settings.SECRET_KEY}}",
    "turned": "\u202egnitirw siht si yaw hcihw\u202d \u2066\u2067\u2068 never closed \u200f\u200e\u061c",
    "marks": "Z" + "\u0351\u036b\u0343\u036a" * 500 + " waits",
    "tower": "Z" + "\u0301\u0302\u0308\u0323" * 500 + " waits",
    "emoji": "😤" * 10_000,
    "family": "👩\u200d👩\u200d👧\u200d👦" * 2_000,
    "wide": "W" * 1_000_000,
    "lines-many": "wait\n" * 5_000,
    "spaces": "wait" + "\u00a0\u2003\u3000" * 3_000 + "wait",
    "ligature": "﷽" * 3_000,
    "half": "half a letter \ud83d and \udc00, a hole \x00 and bells \x07\x08\x1b[31m \ufffe\uffff",
    "polyglot": f"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk={RUN} )//%0D%0A//</titLe/--!><sVg/oNloAd=x>",
    "long": "a nurse was rude and the wait was awful. " * 125_000,  # 5 MB
}
WITHOUT_XML = ("half", "returns")
"""What no feed can carry: these characters are not allowed in XML at all."""


LARGE = {"long": "x", "wide": "google"}


@dataclass(frozen=True)
class Hostile:
    name: str
    network: str
    text: str
    title: str = ""
    author: str = ""
    rating: int | None = None

    def as_asked(self) -> dict[str, Any]:
        """In the form in which the sandbox takes a post."""
        asked: dict[str, Any] = {"network": self.network, "text": self.text}
        given = {"title": self.title, "author": self.author, "rating": self.rating}
        return asked | {name: value for name, value in given.items() if value}


def everywhere() -> list[Hostile]:
    """Each of our own on every network, in its text, its title and its author's name."""
    return [
        Hostile(
            name=f"{name} on {network}",
            network=network,
            text=f"Northfield {network} {text}",
            title=f"Northfield {text[:300]}" if network in ("reddit", "rss") else "",
            author=text[:60].replace("\n", " "),
            rating=3 if network == "google" else None,
        )
        for name, text in OWN.items()
        for network in NETWORKS
        if fits(name, network)
    ]


def fits(name: str, network: str) -> bool:
    # Megabytes once: elsewhere they would only take time.
    return network == LARGE[name] if name in LARGE else network != "rss" or name not in WITHOUT_XML


def of_the_town() -> list[Hostile]:
    """The hostile posts that the sandbox mixes into its stream."""
    file = ROOT / "sandbox" / "corpus" / "hostile.toml"
    return [
        Hostile(
            name=f"{entry['id']} on {network}",
            network=network,
            text=f"Northfield {filled(entry['text'])}",
            title=filled(entry.get("title", "")) if network in ("reddit", "rss") else "",
            rating=entry.get("rating") if network == "google" else None,
        )
        for entry in tomllib.loads(file.read_text(encoding="utf-8"))["post"]
        for network in entry["networks"]
    ]


def filled(text: str) -> str:
    return SLOT.sub(lambda found: found[0][0] if not found[1] else "Northfield North", text)
