"""The canary: articles of our own, to see whether the line works."""
