"""Property tests without a deadline: it would measure how busy the machine is."""

import tests.strategies  # noqa: F401 - loads the profile
