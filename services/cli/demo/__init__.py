"""`tocsin demo`: the main job on this machine, in a minute, on a broker of its own."""
