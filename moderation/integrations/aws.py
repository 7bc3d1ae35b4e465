"""Speak to AWS as the server itself, with nothing but the standard library.

boto3 would do the same for 27 MB of memory in the worker, on a server that has 1 GiB.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from urllib.parse import urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

METADATA = "http://169.254.169.254"  # the same on every EC2 server
METADATA_TOKEN = "X-aws-ec2-metadata-token"  # noqa: S105 - the name of a header
TIMEOUT = 5  # seconds
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True)
class Server:
    """Who this server is, and what its role may sign with for the next hours."""

    instance: str
    region: str
    domain: str  # amazonaws.com, or another where AWS is another
    key_id: str
    secret: str
    token: str


def this_server(metadata: str = METADATA) -> Server:
    """Ask the metadata service (version 2: with a session). Raises OSError where there is none."""
    lives = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    session = _read(f"{metadata}/latest/api/token", lives, method="PUT")

    def tell(path: str) -> str:
        return _read(f"{metadata}/latest/meta-data/{path}", {METADATA_TOKEN: session})

    role = tell("iam/security-credentials/").split()[0]
    keys = json.loads(tell(f"iam/security-credentials/{role}"))
    return Server(
        instance=tell("instance-id"),
        region=tell("placement/region"),
        domain=tell("services/domain"),
        key_id=keys["AccessKeyId"],
        secret=keys["SecretAccessKey"],
        token=keys["Token"],
    )


def post(server: Server, service: str, form: dict[str, str], address: str = "") -> None:
    """Post a signed form to a service of AWS. Raises OSError unless it is taken."""
    address = address or f"https://{service}.{server.region}.{server.domain}/"
    body = urlencode(form).encode()
    headers = signed(server, service, address, body, datetime.now(UTC))
    _read(address, headers, body, method="POST")


def signed(server: Server, service: str, address: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of a POST of a form to an address without a query: AWS's Signature Version 4."""
    parts = urlsplit(address)
    day, second = at.strftime("%Y%m%d"), at.strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": FORM,
        "host": parts.netloc,
        "x-amz-date": second,
        "x-amz-security-token": server.token,
    }
    names = ";".join(headers)
    listed = "".join(f"{name}:{value}\n" for name, value in headers.items())
    asked = f"POST\n{parts.path or '/'}\n\n{listed}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{server.region}/{service}/aws4_request"
    digest = hashlib.sha256(asked.encode()).hexdigest()
    key = f"AWS4{server.secret}".encode()
    for word in scope.split("/"):
        key = _hmac(key, word)
    signature = _hmac(key, f"AWS4-HMAC-SHA256\n{second}\n{scope}\n{digest}").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={server.key_id}/{scope},"
        f" SignedHeaders={names}, Signature={signature}"
    )
    return headers


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _read(
    address: str, headers: dict[str, str], body: bytes | None = None, *, method: str = "GET"
) -> str:
    """The answer's body. No proxy: the metadata service is on this machine alone."""
    request = Request(address, body, headers, method=method)  # noqa: S310 - http or https, by us
    answer: HTTPResponse
    with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT) as answer:
        return answer.read().decode()
