"""The parts of the Data page: what there is, a file that is read, a table that is looked at."""
