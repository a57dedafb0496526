"""How a draft reads, apart from what it may say (`alerts.gate`): its length as the network counts it, how
hard it is to read, its plain words, its tone beside the post, and how like the last replies it is. Pure.
"""
