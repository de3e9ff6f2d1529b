"""Every setting, read from the environment; one line a setting."""

import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
if (VAR_DIR / "secrets.env").exists():  # written by `make up`; real environment variables win
    environ.Env.read_env(VAR_DIR / "secrets.env")

# Process
DEBUG = env.bool("DEBUG", False)
BIND = env.str("BIND", "127.0.0.1")  # the address that `manage.py up` listens on
PORT = env.int("PORT", 8080)
WEB_WORKERS = env.int("WEB_WORKERS", 2)
SHUTDOWN_GRACE = env.int("SHUTDOWN_GRACE", 30)  # seconds that open streams get after SIGTERM
JOURNAL_DIR = Path(env.str("JOURNAL_DIR", str(VAR_DIR / "journal")))
MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", 32 * 1024 * 1024)
ALLOW_PRIVATE_UPSTREAMS = env.bool("ALLOW_PRIVATE_UPSTREAMS", True)  # models on the LAN; see routing/addresses.py

# Secrets
SECRET_KEY = env.str("SECRET_KEY")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS")  # Fernet keys; the first encrypts, all decrypt

# Web
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_COOKIES = env.bool("SECURE_COOKIES", False)
SESSION_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
ROOT_URLCONF = "gateway_platform.urls"
ASGI_APPLICATION = "gateway_platform.asgi.application"

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # first: it replaces runserver; 0.8 s and 19 MB to load
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",  # so that FORM_RENDERER finds Django's own widgets
    "allauth",
    "allauth.account",
    "channels",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",  # the docs page's assets, served from here
    "knox",
    "rest_framework",
    "gateway_platform",
    "tenants",
    "billing",
    "cache",
    "routing",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gateway_platform.navigation.navigation",
            ],
            "builtins": ["gateway_platform.templatetags.ui", "gateway_platform.templatetags.numbers"],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # widgets of our own lie in templates/

# Data
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://localhost/gateway")}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # ASGI: connections must not outlive their request
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", env.int("DATABASE_CONNECT_TIMEOUT", 5))
DATABASE_STATEMENT_TIMEOUT = env.int("DATABASE_STATEMENT_TIMEOUT", 30)  # seconds, of the web; 0: none
REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "tenants.accounts.ClosedSignupAdapter"

# Jobs
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "prepare-usage-partitions": {"task": "billing.tasks.prepare_partitions", "schedule": 3600.0},
    "delete-expired-responses": {"task": "routing.tasks.delete_expired_responses", "schedule": 3600.0},
}

# Language and time
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

# Assets: installed by npm, copied to static/vendor by `make assets`
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "tenants.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tenants.api.errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_PREFIX": "gw-api-", "TOKEN_TTL": None}  # a token holds as long as its maker said
SPECTACULAR_SETTINGS = {
    "TITLE": "Gateway Platform management API",
    "DESCRIPTION": "Everything that the admin pages do. Sign in there, or send `Authorization: Token …`.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1/(organizations/{organization}/)?",  # what stands before an object's name
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ContentLogging": "tenants.models.organization.ContentLogging",
        "Endpoint": "tenants.models.key.Endpoint",
        "KeyKind": "tenants.models.key.KeyKind",
        "ProviderKind": "routing.providers.registry.kind_choices",
        "Role": "tenants.models.people.Role",
        "TeamRole": "tenants.models.people.TeamRole",
        "Strategy": "routing.models.route.Strategy",
    },
}
