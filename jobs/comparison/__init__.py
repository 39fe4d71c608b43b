"""What several runs have in common and where they differ. Pure: pages and command line show it."""
