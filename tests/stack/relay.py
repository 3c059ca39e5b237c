"""Judges what is sent to Sentry: reads an event or a transaction a line, answers a line of JSON.

Relay's own normaliser, Sentry's front door, corrects what it is given; its corrections are
faults. An event is checked against Sentry's schema, too, which knows of no transactions.
"""

import json
import pathlib
import sys

import api
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from sentry_relay.processing import StoreNormalizer

SCHEMA = pathlib.Path(api.__path__[0], "event.schema.json")

events = Draft7Validator(json.loads(SCHEMA.read_text()))
# As Sentry has it set up.
relay = StoreNormalizer(
    project_id=1,
    key_id="key",
    protocol_version="7",
    enable_trimming=True,
    max_secs_in_future=60,
    max_secs_in_past=30 * 24 * 60 * 60,
)


def faults(sent):
    kept = relay.normalize_event(dict(sent))
    yield from (f"{name}: {kept[name]}" for name in ("errors", "_meta") if kept.get(name))
    if sent.get("type") != "transaction" and (fault := best_match(events.iter_errors(sent))):
        yield f"{fault.json_path}: {fault.message}"


def judge(sent):
    try:
        return list(faults(sent))
    except Exception as error:  # Whatever the normaliser raises is its verdict.
        # Its first line; a stack follows.
        return [f"{type(error).__name__}: {error}".split("\n")[0]]


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))), flush=True)
