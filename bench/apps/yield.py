# yield.ts for uWSGI, whose --http-socket has no keep-alive.
def application(env, start_response):
    start_response("200 OK", [("content-type", "text/plain"), ("content-length", "1600"), ("connection", "close")])
    for _ in range(100):
        yield b"0123456789abcde\n"
