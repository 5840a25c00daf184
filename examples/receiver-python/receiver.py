"""Receives callbacks of Flightroster: checks the signature over the raw body, and prints one line a fact."""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["FLIGHTROSTER_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300
# The newest fact known of each member; a real receiver keeps it where its members are.
newest = {}


def is_signed(headers, body):
    """Standard Webhooks: HMAC over id, time and body; several signatures while a secret changes."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given)


def receive(callback):
    data = callback["data"]
    if "member" not in data:
        print(callback["type"], flush=True)
        return
    key = (data["roster"], data["member"]["id"])
    if data["sequence"] <= newest.get(key, 0):
        return
    newest[key] = data["sequence"]
    print(callback["type"], *key, flush=True)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        good = is_signed(self.headers, body)
        if good:
            receive(json.loads(body))
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), Handler)
print("listening", flush=True)
server.serve_forever()
