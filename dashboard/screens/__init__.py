"""Big screens that open by an address of their own: what each shows, when, and to whom it may be shown."""
