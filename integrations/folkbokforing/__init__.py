"""The population register: who has died, moved, changed name or been protected, for the persons we already know."""
