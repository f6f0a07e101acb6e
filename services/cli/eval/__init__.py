"""`tocsin eval`: how well articles are tagged that people have labelled."""
