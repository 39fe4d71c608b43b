"""What a profile is measured by: one file a thing that is measured."""
