"""`tocsin source`: what is read, how it stands, and how to add to it."""
