"""The product's own settings in the installation that a measurement makes for itself; its browser speaks plain http."""

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR

SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
# Whoever is let in may do what they hold: nobody has signed in with a card.
FORLOPP_SIGN_IN = str(BASE_DIR / "tests" / "fixtures" / "sign_in.toml")
