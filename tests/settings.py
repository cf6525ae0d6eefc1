"""The product's own settings, in an installation that exists only while the tests run."""

import os
import tempfile
from pathlib import Path

# Before config.settings is imported: it reads the environment once. Whoever runs the tests may choose the database.
_var = Path(tempfile.mkdtemp(prefix="forlopp-test-"))
os.environ.update(
    FORLOPP_MODE="production",
    FORLOPP_PORT="18000",
    FORLOPP_VAR=str(_var),
    FORLOPP_SECRET_KEY="only-for-tests-" + "x" * 40,
    FORLOPP_PREFECT_AUTH="forlopp:only-for-tests",
    FORLOPP_WEBHOOK_SECRETS="only-for-tests",
)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_var}/forlopp.sqlite3"

from config.settings import *  # noqa: E402, F403

SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in production: the in-memory database has other rules about who may read while another writes.
    DATABASES["default"]["TEST"] = {"NAME": str(_var / "test.sqlite3")}  # noqa: F405
