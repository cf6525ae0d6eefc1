"""Django's settings; whatever differs between installations comes from config.environment."""

from urllib.parse import urlsplit

from config import environment, logs

BASE_DIR = environment.BASE_DIR
env = environment.read()

# ── the house ────────────────────────────────────────────────────────────────────────────────────────────────────
FORLOPP_DEMO = env.is_demo
FORLOPP_PRACTICE = env.is_practice
# Where staff of this installation practise, when IT has started a practice world beside it.
FORLOPP_PRACTICE_URL = env.values.get("FORLOPP_PRACTICE_URL", "")
FORLOPP_PORT = env.port
FORLOPP_VAR = env.var
# Where open inboxes listen. Behind a proxy it is a path of the web's own; without one the browser asks the port itself.
FORLOPP_LIVE_PORT = env.port + 5
FORLOPP_LIVE_URL = f":{FORLOPP_LIVE_PORT}/handelser/" if env.is_demo else "/handelser/"
FORLOPP_LIVE_ORIGINS = [f"http://{host}:{FORLOPP_LIVE_PORT}" for host in env.hosts if env.is_demo and "*" not in host]
FORLOPP_POLL_SECONDS = 10
FORLOPP_BPMN_DIR = BASE_DIR / "bpmn"
FORLOPP_MUNICIPALITY_CODE = env.text("FORLOPP_MUNICIPALITY_CODE", "1880")
FORLOPP_MUNICIPALITY_NAME = env.text("FORLOPP_MUNICIPALITY_NAME", "Örebro")
# How it looks: one colour for light ground, one for dark (empty: made from the first), and the file of a logotype.
FORLOPP_COLOUR = env.text("FORLOPP_COLOUR", "#0b5563")
FORLOPP_COLOUR_DARK = env.text("FORLOPP_COLOUR_DARK", "")
FORLOPP_LOGO = env.text("FORLOPP_LOGO", "")
FORLOPP_ACCESSIBILITY_CONTACT = env.text("FORLOPP_ACCESSIBILITY_CONTACT", "")

# The access log: where each seal is told outside the database, units that work at night, rows drawn per unit and month.
FORLOPP_LOG_HEADS = env.text("FORLOPP_LOG_HEADS", "")
FORLOPP_NIGHT_UNITS = env.words("FORLOPP_NIGHT_UNITS", "")
FORLOPP_LOG_SAMPLE = env.number("FORLOPP_LOG_SAMPLE", 10)

# How long a person stays open to who has opened them in an emergency.
FORLOPP_EMERGENCY_MINUTES = env.number("FORLOPP_EMERGENCY_MINUTES", 60)

# How long a code on paper to Min plan lets in, if nobody uses it.
FORLOPP_PLAN_CODE_DAYS = env.number("FORLOPP_PLAN_CODE_DAYS", 14)

# How long things are kept: a person without ärenden, the access log (five at least), files as they came, copies of all.
FORLOPP_PERSON_YEARS = env.number("FORLOPP_PERSON_YEARS", 10)
FORLOPP_LOG_YEARS = max(5, env.number("FORLOPP_LOG_YEARS", 5))
FORLOPP_RAW_DAYS = env.number("FORLOPP_RAW_DAYS", 365)
FORLOPP_BACKUP_DAYS = env.number("FORLOPP_BACKUP_DAYS", 90)
# Where copies are put, and who takes those of PostgreSQL when it is not the role that runs the product.
FORLOPP_BACKUP = env.text("FORLOPP_BACKUP", "")
FORLOPP_BACKUP_URL = env.told("FORLOPP_BACKUP_URL") or ""

# Files of tasks: where they lie, how large and how many a task may have, and the virus scanner (clamd) that sees them.
FORLOPP_FILES = env.var / env.text("FORLOPP_FILES", "files")
FORLOPP_FILE_MEGABYTES = env.number("FORLOPP_FILE_MEGABYTES", 20)
FORLOPP_FILES_PER_TASK = env.number("FORLOPP_FILES_PER_TASK", 20)
FORLOPP_CLAMD = env.text("FORLOPP_CLAMD", "")

# Notices by e-mail: "smtp" where a server is told, "file" where nothing leaves the machine, else none.
SMTP_URL = env.text("FORLOPP_SMTP_URL", "")
FORLOPP_MAIL = "smtp" if SMTP_URL else "file" if env.is_demo else ""
FORLOPP_ADDRESS = env.address
DEFAULT_FROM_EMAIL = env.text("FORLOPP_MAIL_FROM", f"forlopp@{urlsplit(env.address).hostname or 'localhost'}")
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = env.var / "mail"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if SMTP_URL else 'filebased'}.EmailBackend"
if SMTP_URL:
    globals().update(environment.mail(SMTP_URL))

# What encrypts columns (web/secrecy.py): the first does, the others read what they once encrypted.
FORLOPP_DATA_KEYS = env.secret("FORLOPP_DATA_KEYS")

# Notices to browsers (web push), by the push services that IT has named. Practice mode reaches nobody.
FORLOPP_VAPID_KEY = "" if env.is_practice else env.secret("FORLOPP_VAPID_KEY")
PUSH_SERVICES = "fcm.googleapis.com,updates.push.services.mozilla.com,push.apple.com,notify.windows.com"
FORLOPP_PUSH_SERVICES = env.words("FORLOPP_PUSH_SERVICES", PUSH_SERVICES if env.is_demo else "")
# On this machine only, and on any port: for the tests.
FORLOPP_PUSH_LOOPBACK = False

# Which systems we speak with: integrations.toml, and where its { env = … } look.
FORLOPP_INTEGRATIONS = environment.file(env, "integrations.toml")
FORLOPP_INTEGRATIONS_TOLD: dict[str, dict[str, object]] = {}
FORLOPP_TOLD = env.told
# Where simulators answer in the demo: three have a port of their own, the rest share one and have a path each.
FORLOPP_SIMULATORS = {
    name: f"http://127.0.0.1:{env.port + steps}"
    for name, steps in {"region": 2, "hemtjanst": 3, "medicingivare": 4, "ovriga": 6}.items()
}

# Who may sign in, and how: sign_in.toml.
FORLOPP_SIGN_IN = environment.file(env, "sign_in.toml")
FORLOPP_SIGN_IN_TOLD: dict[str, object] = {}

# Who may read /metrics; without it only this machine, past the proxy.
FORLOPP_METRICS_TOKEN = env.told("FORLOPP_METRICS_TOKEN") or ""
# Traces (OpenTelemetry): its own library reads the OTEL_ variables, and is not loaded when none says where to send.
FORLOPP_TRACING = bool(
    env.values.get("OTEL_EXPORTER_OTLP_ENDPOINT") or env.values.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
)

PREFECT_API_URL = env.text("PREFECT_API_URL", f"http://127.0.0.1:{env.port + 1}/api")
PREFECT_API_AUTH_STRING = env.secret("FORLOPP_PREFECT_AUTH")

# Webhooks to other systems: networks of our own where receivers may be (else the internet), and how long events stay.
FORLOPP_WEBHOOKS = env.text("FORLOPP_WEBHOOKS", "on")
FORLOPP_WEBHOOK_NETWORKS = env.words("FORLOPP_WEBHOOK_NETWORKS", "")
FORLOPP_EVENT_DAYS = env.number("FORLOPP_EVENT_DAYS", 30)

# ── Django ───────────────────────────────────────────────────────────────────────────────────────────────────────
SECRET_KEY = env.secret("FORLOPP_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = env.hosts
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DATABASES = {"default": environment.database(env.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["people.backends.StaffBackend"]
SESSION_ENGINE = "people.sessions"
MESSAGE_STORAGE = "web.messages.Storage"
# django-allauth carries what is said with identity providers; who they are and what they give is in sign_in.toml.
ACCOUNT_ADAPTER = "people.signin.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "people.signin.adapters.SocialAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# What is guessed is counted in our own tables (people.services.attempts), for all processes.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "people.signin.factors.FactorAdapter"
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_REAUTHENTICATION_REQUIRED = False
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.is_demo
LOGIN_URL = "/logga-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/logga-in/"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "config.apps.HouseConfig",
    "web.apps.WebConfig",
    "people.apps.PeopleConfig",
    "workflows.apps.WorkflowsConfig",
    "tasks.apps.TasksConfig",
    "integrations.apps.IntegrationsConfig",
    "api.apps.ApiConfig",
    "audit.apps.AuditConfig",
    "disposal.apps.DisposalConfig",
    "workbench.apps.WorkbenchConfig",
    "followup.apps.FollowupConfig",
    "plan.apps.PlanConfig",
]

# No LocaleMiddleware: everyone reads Swedish, and an English browser must not turn the decimal comma into an error.
MIDDLEWARE = [
    "config.middleware.Observed",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.OnlyEncrypted",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.Compressed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "people.sessions.Middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "web.jinja.environment",
            "context_processors": ["web.jinja.forms"],
            "menu": "tasks.menu.menu",
            "emergencies": "people.selectors.emergencies",
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "people.passwords.Guessable"},
]

# ── Swedish ──────────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "sv"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
USE_I18N = True

# ── static files ─────────────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
# Straight from the source folders: nothing to collect, nothing that can be stale.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# ── cookies, headers, limits ─────────────────────────────────────────────────────────────────────────────────────
# The demo speaks plain HTTP on loopback. In production a proxy on the same machine speaks HTTPS and gunicorn takes
# the scheme from it, so no header that a browser can send is trusted here.
# `__Host-`: a browser keeps it only if it came over HTTPS, for this host alone and all of it; the demo has no HTTPS.
_cookies = "ovning_{}" if env.is_practice else "forlopp_{}" if env.is_demo else "__Host-forlopp_{}"
SESSION_COOKIE_NAME = _cookies.format(f"session_{env.port}")
# How long a session lasts sign_in.toml says, and its row; a browser keeps its key for a day.
SESSION_COOKIE_AGE = (8 if env.is_demo else 24) * 60 * 60
SESSION_COOKIE_SECURE = not env.is_demo
# A person's own, never a session of staff: people/own.py.
FORLOPP_PLAN_COOKIE = _cookies.format(f"plan_{env.port}")
# A screen on a wall, which is no staff either: followup/services/screens.py.
FORLOPP_SCREEN_COOKIE = _cookies.format(f"skarm_{env.port}")
FORLOPP_DEVICE_COOKIE = _cookies.format(f"webblasare_{env.port}")
CSRF_COOKIE_NAME = _cookies.format(f"csrf_{env.port}")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.not_ours"
CSRF_COOKIE_SECURE = not env.is_demo
SECURE_SSL_REDIRECT = not env.is_demo
SECURE_HSTS_SECONDS = 0 if env.is_demo else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# What machines call is refused without HTTPS rather than led on: their secret would go in the clear unnoticed.
FORLOPP_MACHINES = r"^(api/|scim/|integrationer/(region/soap|medicingivare/|notis/(rapport/|svar)))"
SECURE_REDIRECT_EXEMPT = [r"^halsa(/lever|/redo)?$", r"^metrics$", FORLOPP_MACHINES]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# ── logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────
LOGGING_CONFIG = "config.logs.begin"
LOGGING = logs.configuration(as_json=not env.is_demo)

# ── practice mode ────────────────────────────────────────────────────────────────────────────────────────────────
# Nothing of it is loaded in the real world: a clock that is not there cannot be moved.
if FORLOPP_PRACTICE:
    from practice import clock, isolation

    clock.install(FORLOPP_VAR)
    isolation.only_this_machine()
    INSTALLED_APPS.append("practice.apps.PracticeConfig")
    FORLOPP_COLOUR, FORLOPP_COLOUR_DARK = "#7a1f7a", "#f0a6f0"
    FORLOPP_PRACTICE_URL = ""
    # Days may pass in a minute; nobody is to be logged out by that.
    SESSION_COOKIE_AGE = 10 * 365 * 24 * 60 * 60
    SESSION_EXPIRE_AT_BROWSER_CLOSE = True
    LOGOUT_REDIRECT_URL = "/demo/"
