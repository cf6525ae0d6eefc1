"""A real SAML identity provider (pysaml2) as a process: python -m tests.fakes.saml_idp <port> <folder>.

In the folder lie its key.pem and cert.pem and, when somebody first asks, sp.xml: the metadata of who asks. Whom it
knows is PUT to /users/<name> as JSON: {"attributes": {…}, "acr": "…", "name_id": "…"}.
"""

from __future__ import annotations

import html
import json
import sys
from base64 import b64encode
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA1, SIG_RSA_SHA256

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
SITE = f"http://127.0.0.1:{PORT}"
ASKS = '<input name="user" aria-label="user">'
USERS: dict[str, dict[str, object]] = {}


def config(**more: object) -> IdPConfig:
    return IdPConfig().load(
        {
            "entityid": f"{SITE}/metadata",
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "key_file": str(FOLDER / "key.pem"),
            "cert_file": str(FOLDER / "cert.pem"),
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(f"{SITE}/sso", BINDING_HTTP_REDIRECT)]},
                    "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                }
            },
            **more,
        }
    )


@cache
def server() -> Server:
    return Server(config=config(metadata={"local": [str(FOLDER / "sp.xml")]}))


def answer(asked: str, relay: str, user: str) -> str:
    """A page that posts a signed answer back, as a browser would."""
    request = server().parse_authn_request(asked, BINDING_HTTP_REDIRECT).message
    told = USERS[user]
    response = server().create_authn_response(
        identity=told["attributes"],
        in_response_to=request.id,
        destination=request.assertion_consumer_service_url,
        sp_entity_id=request.issuer.text,
        name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=str(told["name_id"])),
        authn={"class_ref": str(told["acr"]), "authn_auth": SITE},
        sign_assertion=True,
        sign_response=True,
        sign_alg=SIG_RSA_SHA1 if told.get("is_old") else SIG_RSA_SHA256,
        digest_alg=DIGEST_SHA256,
    )
    fields = {"SAMLResponse": b64encode(str(response).encode()).decode(), "RelayState": relay}
    return page(request.assertion_consumer_service_url, fields, "")


def page(to: str, fields: dict[str, str], more: str) -> str:
    inputs = "".join(f'<input type="hidden" name="{name}" value="{html.escape(one)}">' for name, one in fields.items())
    return f'<form method="post" action="{html.escape(to)}">{inputs}{more}<button>Continue</button></form>'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path == "/metadata":
            self._send(str(entity_descriptor(config())), "text/xml")
        else:
            asked = {name: value[0] for name, value in parse_qs(where.query).items()}
            self._send(page("/sso", {name: asked.get(name, "") for name in ("SAMLRequest", "RelayState")}, ASKS))

    def do_POST(self) -> None:
        told = {name: value[0] for name, value in parse_qs(self._body()).items()}
        self._send(answer(told["SAMLRequest"], told.get("RelayState", ""), told["user"]))

    def do_PUT(self) -> None:
        USERS[self.path.rpartition("/")[2]] = json.loads(self._body())
        self._send("")

    def _body(self) -> str:
        return self.rfile.read(int(self.headers["Content-Length"])).decode()

    def _send(self, text: str, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_said: object) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
