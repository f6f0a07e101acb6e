"""`tocsin doctor`: what is the matter with an installation, and what to do."""
