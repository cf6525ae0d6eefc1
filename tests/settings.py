"""The product's own settings, in an installation that exists only while the tests run."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_var = Path(tempfile.mkdtemp(prefix="forlopp-test-"))
_made_by = os.getpid()


@atexit.register
def _remove() -> None:
    # A child that a test forked is not the one to clean up.
    if os.getpid() == _made_by:
        shutil.rmtree(_var, ignore_errors=True)


# The processes of one run share what the first of them makes: the one that starts the others says where.
TESTS_SHARE = Path(os.environ.setdefault("FORLOPP_TESTS_SHARE", str(_var)))
TESTS_SHARE_IS_OURS = _var == TESTS_SHARE

# Before config.settings is imported: it reads the environment once. Whoever runs the tests may choose the database.
os.environ.update(
    FORLOPP_MODE="production",
    FORLOPP_PORT="18000",
    FORLOPP_VAR=str(_var),
    FORLOPP_SECRET_KEY="only-for-tests-" + "x" * 40,
    FORLOPP_PREFECT_AUTH="forlopp:only-for-tests",
    FORLOPP_WEBHOOK_SECRETS="only-for-tests",
    FORLOPP_DATA_KEYS="prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
    FORLOPP_VAPID_KEY="c2VjcmV0LWtleS1vbmx5LWZvci10ZXN0cy0xMjM0NTY",
    FORLOPP_SIGN_IN=str(Path(__file__).parent / "fixtures" / "sign_in.toml"),
    # Nobody listens there: what a test wants answered it answers.
    REGION_URL="http://127.0.0.1:18002",
    HEMTJANST_URL="http://127.0.0.1:18003",
    MEDICINGIVARE_URL="http://127.0.0.1:18004",
    # Playwright runs an event loop in the thread of the tests, which Django takes for asynchronous code.
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_var}/forlopp.sqlite3"

from config.settings import *  # noqa: E402, F403
from config.settings import (  # noqa: E402
    CSRF_COOKIE_NAME,
    DATABASES,
    FORLOPP_DEVICE_COOKIE,
    FORLOPP_PLAN_COOKIE,
    FORLOPP_SCREEN_COOKIE,
    SESSION_COOKIE_NAME,
)

SECURE_SSL_REDIRECT = False
# Pages ask, often: nobody tells them but in the tests of that.
FORLOPP_LIVE_URL = ""
FORLOPP_POLL_SECONDS = 1
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
# The browser of the tests speaks no HTTPS.
SESSION_COOKIE_NAME = SESSION_COOKIE_NAME.removeprefix("__Host-")
CSRF_COOKIE_NAME = CSRF_COOKIE_NAME.removeprefix("__Host-")
FORLOPP_DEVICE_COOKIE = FORLOPP_DEVICE_COOKIE.removeprefix("__Host-")
FORLOPP_PLAN_COOKIE = FORLOPP_PLAN_COOKIE.removeprefix("__Host-")
FORLOPP_SCREEN_COOKIE = FORLOPP_SCREEN_COOKIE.removeprefix("__Host-")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A power cut is nothing to a database that nobody needs tomorrow; the crash tests run installations of their own.
_options = DATABASES["default"]["OPTIONS"]
if DATABASES["default"]["ENGINE"] == "config.sqlite":
    # A file, as in production: the in-memory database has other rules about who may read while another writes.
    DATABASES["default"]["TEST"] = {"NAME": str(_var / "test.sqlite3")}
    _init = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    DATABASES["default"]["OPTIONS"] = {**_options, "init_command": _init}
else:
    # Its own, so that two who run the tests on one server do not take each other's database.
    DATABASES["default"]["TEST"] = {"NAME": f"test_forlopp_{_made_by}"}
    DATABASES["default"]["OPTIONS"] = {**_options, "options": "-c synchronous_commit=off"}
