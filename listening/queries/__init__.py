"""The query language. `parsing` reads it, `tree` is what was read, `matching` holds posts against it."""
