"""The server stacks. Each module has one public function, prepare(), for a set of peers.

A stack's prepare(directory, ports) is given the lab's directory (certificates and trust lie there, and its own
configuration goes there) and the port of each of its peers. It returns the commands that will serve them.
"""

from servers import go, haproxy, nginx, redis, tomcat

STACKS = {
    "tomcat": tomcat.prepare,
    "go": go.prepare,
    "redis": redis.prepare,
    "nginx": nginx.prepare,
    "haproxy": haproxy.prepare,
}
