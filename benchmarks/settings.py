"""The product's own settings in the installation that a measurement makes for itself; its browser speaks plain http."""

from config.settings import *  # noqa: F403

SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
