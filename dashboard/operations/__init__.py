"""How the hospital is running, as it is seen and set up: tiles, their pages, services and feeds."""
