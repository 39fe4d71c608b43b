"""The parts of the Compare page: one file a view of the same runs."""
