"""The form: drawn from the types of `RunConfig`, so it knows no setting by name."""
