"""Bringing the made-up world into the database: the same rows and journal entries as the verbs would write, in bulk."""
