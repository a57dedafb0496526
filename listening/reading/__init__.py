"""What is read from one post: tone, lane, severity, topics, language, identifiers. Pure, and explained.

`analysis` joins the readers; each of the others answers one question. Nothing here touches the database:
what an admin may change comes in as an argument.
"""
