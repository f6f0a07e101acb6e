"""The canary on its way from tagged articles to the end of the line."""
