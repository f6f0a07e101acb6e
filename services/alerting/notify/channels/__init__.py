"""The ways out: one file a channel, its configuration model in it. `installation.py` lists them."""
