"""Parts of pages: each file draws one thing from data it is given."""
