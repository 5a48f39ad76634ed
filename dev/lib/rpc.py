"""Talk to a running Odoo the way its web client does."""

import http.cookiejar
import json
import urllib.error
import urllib.request

from .say import Fail


class RpcError(Exception):
    """What the server answered instead of a result: the message a user would see."""


class Session:
    """A user logged in over HTTP."""

    def __init__(self, address, database, login, password):
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        parameters = {"db": database, "login": login, "password": password}
        try:
            info = self.post("/web/session/authenticate", parameters)
        except RpcError as error:
            raise Fail(f"{login} could not log in: {error}") from error
        self.uid = info["uid"]
        self.context = info.get("user_context") or {}

    def post(self, path, parameters):
        request = urllib.request.Request(
            self.address + path,
            data=json.dumps({"jsonrpc": "2.0", "params": parameters}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self.opener.open(request, timeout=120) as answer:
            content = json.load(answer)
        if "error" in content:
            data = content["error"].get("data") or {}
            message = data.get("message") or content["error"].get("message")
            raise RpcError(" ".join(str(message).split()))
        return content.get("result")

    def get(self, path):
        """Return (content type, body) of a page."""
        try:
            with self.opener.open(self.address + path, timeout=120) as answer:
                return answer.headers.get_content_type(), answer.read()
        except urllib.error.HTTPError as error:
            raise RpcError(f"{path} answered {error.code}") from error

    def call(self, model, method, *args, context=None, **kwargs):
        kwargs["context"] = {**self.context, **(context or {})}
        return self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def read(self, model, record_id, *fields):
        return self.call(model, "read", [record_id], list(fields))[0]

    def search(self, model, domain, *fields, **options):
        return self.call(model, "search_read", domain, list(fields), **options)
