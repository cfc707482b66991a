"""A peer that says markup wherever a peer can say anything: in its names, its authorities and its answers.

Run as a program it serves: hostile.py https|redis PORT, with what mint() has put into the working directory.
"""

import socket
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

SCRIPT = "<script>window.pwned=1</script>"
IMAGE = "<img src=x onerror=window.pwned=2>"
QUOTES = "\"'><svg onload=window.pwned=3>&lt;"
ENTITY = "&#60;script&#62;window.pwned=4&#60;/script&#62;"

BODY = f"<!doctype html><title>{SCRIPT}</title>{IMAGE}{QUOTES}"
HTTP = (f"HTTP/1.1 503 {IMAGE}\r\nContent-Type: text/html\r\nServer: {SCRIPT}\r\n"
        f"Location: javascript:window.pwned=5\r\nContent-Length: {len(BODY)}\r\nConnection: close\r\n\r\n{BODY}")
REDIS = f"-ERR {SCRIPT}{IMAGE}\r\n"
ANSWERS = {"https": HTTP, "redis": REDIS}


def mint(directory: Path) -> None:
    """Writes hostile.crt, its key, and hostile-ca.crt, whose name goes into the CertificateRequest."""
    import pki  # of tests/peers; the program below does without

    names = f"subjectAltName=DNS:localhost,DNS:{SCRIPT}"
    pki.issue(directory, "hostile-ca", escape(QUOTES), "ec", pki.CA, organisation=escape(ENTITY))
    pki.issue(directory, "hostile", escape(SCRIPT), "ec", [names], issuer="hostile-ca", organisation=escape(IMAGE))


def escape(name: str) -> str:
    """As openssl's -subj wants it, where a slash begins the next attribute."""
    return name.replace("/", "\\/")


def targets(https_port: int, redis_port: int) -> list[dict[str, Any]]:
    rows = (("hostile", "https", https_port), ("hostile-redis", "rediss", redis_port))
    return [{"name": name, "url": f"{scheme}://localhost:{port}", "addresses": [f"127.0.0.1:{port}"]}
            for name, scheme, port in rows]


def serve(kind: str, port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("hostile.crt", "hostile.key")
    context.load_verify_locations("hostile-ca.crt")
    context.verify_mode = ssl.CERT_OPTIONAL
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(context, connection, ANSWERS[kind]), daemon=True).start()


def answer(context: ssl.SSLContext, connection: socket.socket, text: str) -> None:
    connection.settimeout(10)
    try:
        with context.wrap_socket(connection, server_side=True) as stream:
            stream.recv(8192)
            stream.sendall(text.encode())
    except OSError:
        connection.close()  # whoever asked did not want to know


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
