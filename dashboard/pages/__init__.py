"""One file per page; each has `page()`, which draws it whole from its URL."""
