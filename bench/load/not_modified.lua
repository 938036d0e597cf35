wrk.headers["If-Modified-Since"] = "Thu, 01 Jan 2026 00:00:00 GMT"
