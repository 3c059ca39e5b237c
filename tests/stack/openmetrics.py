"""Judges expositions: reads "FORMAT LENGTH\n" and as many bytes, answers one line of JSON."""

import json
import sys

from prometheus_client import parser as text
from prometheus_client.openmetrics import parser as openmetrics

PARSERS = {
    "openmetrics": openmetrics.text_string_to_metric_families,
    "text": text.text_string_to_metric_families,
}


def sample(found):
    exemplar = getattr(found, "exemplar", None)
    return {
        "name": found.name,
        "labels": found.labels,
        "value": repr(float(found.value)),
        "exemplar": exemplar.labels if exemplar else None,
    }


def family(found):
    return {
        "name": found.name,
        "kind": found.type,
        "help": found.documentation,
        "unit": found.unit,
        "samples": [sample(each) for each in found.samples],
    }


def judge(parse, exposition):
    try:
        return {"families": [family(each) for each in parse(exposition.decode("utf-8"))]}
    except Exception as error:  # Whatever the parser raises is its verdict.
        return {"error": f"{type(error).__name__}: {error}"}


for header in sys.stdin.buffer:
    form, length = header.split()
    exposition = sys.stdin.buffer.read(int(length))
    print(json.dumps(judge(PARSERS[form.decode()], exposition)), flush=True)
