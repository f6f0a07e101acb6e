"""`tocsin channel`: how the ways out fare, and whether they take anything."""
