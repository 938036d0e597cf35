/**
 * Reads an upload as it comes, and holds none of it: `heddle serve examples/upload.ts --limit-post 10gb`, then
 * `curl -T big.iso http://127.0.0.1:8080/`. A client that is faster than the app is held back by TCP.
 */
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method !== "PUT" && request.method !== "POST") {
      return new Response("PUT or POST a file\n", { status: 405, headers: { allow: "PUT, POST" } });
    }
    let bytes = 0;
    let chunks = 0;
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      chunks++;
    }
    return Response.json({ bytes, chunks });
  },
};
