"""Bugsink in one process, so that killing it kills all of it: bugsink_serve.py PORT KEY TOKEN.

It has one project, which KEY opens for events; TOKEN reads what it keeps.
"""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "bugsink_conf"

from bugsink.wsgi import application
from bsmain.models import AuthToken
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from projects.models import Project
from teams.models import Team

port, key, token = sys.argv[1:]
if not Project.objects.exists():
    team = Team.objects.create(name="tests")
    Project.objects.create(team=team, name="tests", sentry_key=key)
    AuthToken.create_full_access(token=token)

server = ThreadedWSGIServer(("127.0.0.1", int(port)), WSGIRequestHandler)
server.set_app(application)
server.serve_forever()
