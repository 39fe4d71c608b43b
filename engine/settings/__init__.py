"""From words or forms to a `RunConfig`, and what is wrong with it. No torch."""
