"""The application: `create_app` wires the rooms together."""

from __future__ import annotations

from moderation import sparing  # noqa: F401 - first: it decides what libraries take along

# isort: split
import os

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from moderation import cli, db
from moderation.accounts import security
from moderation.accounts import views as accounts
from moderation.accounts.cli import user_cli
from moderation.audit import views as audit
from moderation.authors import views as authors
from moderation.comments import report_views as reports
from moderation.comments import views as comments
from moderation.demo.cli import demo_cli
from moderation.operations import tables as _operations  # noqa: F401 - Alembic must see it
from moderation.operations import views as operations
from moderation.operations.cli import backup_cli, restore_command
from moderation.operations.data_cli import data_cli
from moderation.operations.doctor_cli import doctor_command
from moderation.outbox import tables as _outbox  # noqa: F401 - Alembic must see it
from moderation.quality import look_views as looks
from moderation.quality import views as quality
from moderation.review import claim_views as claims
from moderation.review import decision_views as decisions
from moderation.review import explanation_views as explanations
from moderation.review import live_views as live
from moderation.review import map_views as score_map
from moderation.review import preference_views as preferences
from moderation.review import saved_views as saved
from moderation.review import views as review
from moderation.review.cli import labels_cli, near_cli
from moderation.scoring import serving
from moderation.scoring.scorer import Scorer
from moderation.settings import ROOT, Settings
from moderation.studio import desk_views as desk_settings
from moderation.studio import views as studio
from moderation.training.group import model_group
from moderation.web import (
    context,
    errors,
    guard,
    hosts,
    limits,
    logs,
    security_headers,
    templating,
)

# A comment of 10,000 characters is at most 40 kB of UTF-8, thrice that when form-encoded.
MAX_REQUEST_BYTES = 256 * 1024


def create_app(settings: Settings | None = None, scorer: Scorer | None = None) -> Flask:
    """The application. `settings` default to the environment's, `scorer` to the artefact's.

    Raises SettingsError when a setting is wrong.
    """
    settings = settings or Settings.read(os.environ)
    app = Flask(
        __name__,
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        WTF_CSRF_TIME_LIMIT=settings.session_hours * 3600,
        # The token is enough. Browsers that hide where they come from could send no comment.
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]

    context.init_app(app, settings)
    logs.init_app(app, settings.log_level, trust_proxy=settings.trusted_proxies > 0)
    hosts.init_app(app, settings)
    guard.init_app(app)  # first of all: who may not come in learns nothing else
    db.init_app(app)
    CSRFProtect(app)
    security_headers.init_app(app, settings)
    limits.init_app(app, settings)
    templating.init_app(app, settings.site_name)
    errors.init_app(app)
    serving.init_app(app, settings, scorer)
    security.init_app(app)

    desk = (review, saved, decisions, claims, live, preferences, explanations, score_map)
    around = (authors, quality, looks, studio, desk_settings)
    for room in (comments, reports, *desk, *around, accounts, audit, operations):
        app.register_blueprint(room.blueprint)
    for commands in (
        model_group,
        demo_cli,
        user_cli,
        labels_cli,
        near_cli,
        backup_cli,
        restore_command,
        data_cli,
        doctor_command,
    ):
        app.cli.add_command(commands)
    cli.init_app(app)
    return app
