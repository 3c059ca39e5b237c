"""ClickHouse's HTTP interface over chdb, as much of it as qryn speaks: clickhouse.py FOLDER.

Listens on a free port of 127.0.0.1 and prints it.
"""

import gzip
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from chdb import session

FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
INSERT = re.compile(r"\s*INSERT\b", re.IGNORECASE)


class Database:
    """One engine, one statement at a time."""

    def __init__(self, folder):
        self.session = session.Session(folder)
        self.turn = threading.Lock()

    def run(self, database, statement):
        form = "TabSeparated"
        # The rows of an INSERT follow the name of their form; a query's form comes last.
        asked = None if INSERT.match(statement) else FORMAT.search(statement)
        if asked:
            form, statement = asked.group(1), statement[: asked.start()]
        with self.turn:
            if database:
                self.session.query(f"USE `{database}`")
            found = self.session.query(statement, form)
            return form, (found.bytes() if found is not None else None) or b""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        body = b"".join(self.body())
        is_zipped = self.headers.get("Content-Encoding") == "gzip"
        self.answer(gzip.decompress(body) if is_zipped else body)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while length := int(self.rfile.readline(), 16):
            yield self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()

    def answer(self, body):
        asked = parse_qs(urlsplit(self.path).query)
        parts = [asked.get("query", [""])[0].encode(), body]
        statement = b"\n".join(filter(None, parts)).decode("utf-8", "surrogateescape").strip()
        if not statement:
            return self.reply(200, "text/plain", b"Ok.\n")
        try:
            form, found = self.server.database.run(asked.get("database", [None])[0], statement)
        except Exception as error:  # Whatever the engine raises is its answer.
            print(f"{error}\n{statement}", file=sys.stderr, flush=True)
            return self.reply(500, "text/plain", str(error).encode())
        is_json = form.startswith("JSON")
        self.reply(200, "application/json" if is_json else "text/plain", found)

    def reply(self, status, form, body):
        self.send_response(status)
        self.send_header("Content-Type", form)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
server.database = Database(sys.argv[1])
print(server.server_port, flush=True)
server.serve_forever()
