# switch.ts for uWSGI, whose --http-socket has no keep-alive. A generator, since uWSGI (2.0.21) never comes back to a request that calls
# suspend() before its first yield.
import uwsgi


def application(env, start_response):
    start_response("200 OK", [("content-type", "text/plain"), ("content-length", "13"), ("connection", "close")])
    yield b""
    for _ in range(1000):
        uwsgi.suspend()
    yield b"Hello, World!"
