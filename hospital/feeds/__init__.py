"""How the hospital tells us how it is running: by a signed post, a file, an address we ask, or a calendar.

Each way reads what came into entries with their places (`payload`, `sheet`, `calendar`); `schema` checks each
entry on its own; `hospital.reporting` stores what is good. A bad entry is answered with its place and what is
wrong there, and stops no neighbour.
"""
