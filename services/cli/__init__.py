"""`tocsin`, the command line: the only importer of every service."""
