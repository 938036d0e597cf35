// "/wait" is never answered: what its request holds is what the bench looks at.
export default {
  fetch(request: Request): Response | Promise<Response> {
    if (request.url.endsWith("/wait")) return new Promise(() => {});
    return new Response("Hello, World!");
  },
};
