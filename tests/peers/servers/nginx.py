"""nginx: one process, a server block per peer; `client_auth` is ssl_verify_client, `extra` are directives.

Peers that are given the same port are virtual hosts, and set apart by a `server_name` in `extra`.
"""

from pathlib import Path

from servers.peer import Command, Peer

# Everything nginx would write elsewhere stays in the lab.
CONFIGURATION = """\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
  access_log off;
  default_type application/json;
  client_body_temp_path nginx-body;
  proxy_temp_path nginx-proxy;
  fastcgi_temp_path nginx-fastcgi;
  uwsgi_temp_path nginx-uwsgi;
  scgi_temp_path nginx-scgi;
{servers}}}
"""

SERVER = """\
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate}.crt;
    ssl_certificate_key {certificate}.key;
    ssl_protocols {protocols};
    ssl_verify_client {client_auth};
{directives}    location @denied {{ return 403 "denied"; }}
    location = /health {{ return 200 '{{"status":"UP"}}'; }}
    location = /guarded/health {{
      if ($ssl_client_verify != SUCCESS) {{ return 403 "no certificate"; }}
      return 200 '{{"status":"UP"}}';
    }}
  }}
"""


def prepare(directory: Path, ports: dict[Peer, int]) -> list[Command]:
    blocks = "".join(_serve(peer, port) for peer, port in ports.items())
    (directory / "nginx.conf").write_text(CONFIGURATION.format(servers=blocks))
    command = ["nginx", "-p", str(directory), "-c", "nginx.conf", "-e", "stderr"]
    return [Command("nginx", command, list(ports.values()))]


def _serve(peer: Peer, port: int) -> str:
    directives = list(peer.extra)
    if peer.trust:
        directives.append(f"ssl_client_certificate {peer.trust}.pem")
    lines = [line if line.endswith("}") else f"{line};" for line in directives]  # a block has no semicolon
    return SERVER.format(port=port, certificate=peer.certificate or "server-ec", protocols=" ".join(peer.versions),
                         client_auth=peer.client_auth, directives="".join(f"    {line}\n" for line in lines))
