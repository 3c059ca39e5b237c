"""Settings of Bugsink for the tests. $BUGSINK_DIR is where it keeps what it is sent, $BUGSINK_URL
where it answers, $BUGSINK_MAX how many events it takes in five minutes."""

import os
import pathlib

from bugsink.settings.default import *

folder = pathlib.Path(os.environ["BUGSINK_DIR"])

ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES["default"]["NAME"] = folder / "db.sqlite3"
SECRET_KEY = "of no use to anybody: the server is there for one test, on this machine"
SENTRY_DSN = None
# An event is kept before it is answered.
SNAPPEA = {"TASK_ALWAYS_EAGER": True}
BUGSINK = {
    "BASE_URL": os.environ.get("BUGSINK_URL", "http://127.0.0.1"),
    "INGEST_STORE_BASE_DIR": str(folder / "ingestion"),
    "MAX_EVENTS_PER_PROJECT_PER_5_MINUTES": int(os.environ.get("BUGSINK_MAX", "1000")),
    "PHONEHOME": False,
    "SINGLE_TEAM": True,
    "SINGLE_USER": True,
    "USER_REGISTRATION": "CB_NOBODY",
    # By Sentry's schema. What does not match is answered 200 all the same, and not kept.
    "VALIDATE_ON_DIGEST": "strict",
}
