"""Embedded Tomcat on JSSE: one JVM, a connector per peer; `client_auth` is certificateVerification.

Without trust the connector has no truststore, which means the JDK's own CAs.
"""

from pathlib import Path

from pki import PKCS12_PASSWORD
from servers.peer import Command, Peer

SOURCE = Path(__file__).resolve().parent.parent / "tomcat" / "TomcatPeer.java"
CLASSPATH = "/usr/share/java/tomcat10-embed-core.jar"
# A short life: the quick compiler and the small collector.
JVM = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Djava.security.egd=file:/dev/urandom"]
# Tomcat copies each connector's key into a keystore in memory, which would hash ten thousand times.
QUICK_COPIES = ["-Dkeystore.pkcs12.keyPbeIterationCount=1"]


def prepare(directory: Path, ports: dict[Peer, int]) -> list[Command]:
    listeners = [_describe(peer, port) for peer, port in ports.items()]
    (directory / "tomcat-listeners").write_text("\n".join(listeners) + "\n")
    program = [str(SOURCE), "tomcat-listeners", PKCS12_PASSWORD]
    return [Command("tomcat", ["java", *JVM, *QUICK_COPIES, "-cp", CLASSPATH, *program], list(ports.values()))]


def _describe(peer: Peer, port: int) -> str:
    keystore = f"{peer.certificate or 'server-rsa'}.p12"
    return " ".join([str(port), peer.client_auth, "+".join(peer.versions), peer.trust or "-", keystore])
