"""All settings. Values come from the environment (see `docs/operator`); the defaults run on one machine."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from keqiao.config.cluster import cluster_settings
from keqiao.config.database import database_settings
from keqiao.config.env import env_bool, env_int, env_str, env_url
from keqiao.config.models import model_setting
from keqiao.config.proxies import proxies_in
from keqiao.config.secret import secret_key

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(env_str("KEQIAO_DATA", str(PACKAGE.parent.parent / "data"))).resolve()

DEBUG = env_bool("KEQIAO_DEBUG", default=False)
SECRET_KEY = secret_key(DATA)
ALLOWED_HOSTS = env_str("KEQIAO_HOSTS", "*").split(",")
PUBLIC_URL = env_url("KEQIAO_URL", "http://localhost:8000")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
PROXIES = proxies_in(env_str("KEQIAO_PROXIES", ""))
if PROXIES:  # `config.proxies` leaves this header only to requests that came through one of them
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
KEQIAO_RATE = env_int("KEQIAO_RATE", 60)
SITE_NAME = "科桥 Keqiao"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "procrastinate.contrib.django",
    "keqiao.kernel",
    "keqiao.parties",
    "keqiao.exchange",
    "keqiao.matching",
    "keqiao.projects",
    "keqiao.observatory",
    "keqiao.notices",
    "keqiao.web",
    "keqiao.api",
]

MIDDLEWARE = [
    "keqiao.config.proxies.Forwarded",
    "django.middleware.security.SecurityMiddleware",
    "keqiao.web.static_files.StaticFiles",
    "keqiao.api.middleware.Problems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "keqiao.web.middleware.ContentSecurityPolicy",
    "keqiao.web.middleware.PlainAddresses",
    "keqiao.web.parts.LanguageOfParts",
    "keqiao.web.limits.Limits",
    "keqiao.web.middleware.Refusals",
]

ROOT_URLCONF = "keqiao.config.urls"
ASGI_APPLICATION = "keqiao.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],  # before the apps: allauth's pages look like the rest
        "OPTIONS": {
            # cotton and template-partials both rewrite loaders; named here in the one order that works
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "keqiao.web.context.shell",
            ],
        },
    }
]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # counters of rate limits are small and many
    }
}
DATABASES = {"default": database_settings(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "keqiao.parties.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "keqiao.parties.accounts.JoinForm",
    "change_password": "keqiao.parties.accounts.ChangedPasswordForm",
    "reset_password_from_key": "keqiao.parties.accounts.NewPasswordForm",
    "confirm_email_verification_code": "keqiao.parties.accounts.MailedCodeForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "keqiao.parties.second_factor.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "keqiao.parties.second_factor.AppForm",
    "authenticate": "keqiao.parties.second_factor.SecondStepForm",
    "reauthenticate": "keqiao.parties.second_factor.SecondProofForm",
    "add_webauthn": "keqiao.parties.second_factor.PasskeyForm",
    "edit_webauthn": "keqiao.parties.second_factor.KeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a phone may be half a minute off (RFC 6238, 5.2)
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = env_str("KEQIAO_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "media"
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "png", "webp", "gz", "zip", "woff", "woff2", "map")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},  # uploads are nobody else's
    },
    "staticfiles": {"BACKEND": "keqiao.config.static.CompressedFiles"},
}
WHITENOISE_MAX_AGE = 3600
KEQIAO_UPLOAD_LIMIT = env_int("KEQIAO_UPLOAD_LIMIT", 20 * 2**20)
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 2**20

INDEX_PATH = DATA / "index"
INDEX_CLUSTER = cluster_settings()  # instead of the folder, where QDRANT_URL is set
ENCODER = model_setting("KEQIAO_ENCODER")  # meaning beside words; by default none
RERANKER = model_setting("KEQIAO_RERANKER")  # a second look at the first candidates
WRITER = model_setting("KEQIAO_WRITER", folders=False)  # helps the need coach, when somebody asks for it

# Without a host nothing is sent: mails are kept in the outbox, and sign-up codes are printed by the server.
EMAIL_HOST = env_str("SMTP_HOST", "")
EMAIL_PORT = env_int("SMTP_PORT", 25)
EMAIL_HOST_USER = env_str("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env_str("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env_bool("SMTP_TLS", default=False)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = "keqiao.notices.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = env_str("KEQIAO_FROM", "科桥 <keqiao@localhost>")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("KEQIAO_LOG_LEVEL", "WARNING")},
}
