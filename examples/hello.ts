/** The least there is: `heddle serve examples/hello.ts`, then `curl http://127.0.0.1:8080/`. */
export default {
  fetch(_request: Request): Response {
    return new Response("Hello, World!\n");
  },
};
