// Bun.serve with a Bun.file for each request, as its manual has it. Usage: bun static_bun.ts FOLDER
const folder = Bun.argv[2]!;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 75,
  fetch: (request) => new Response(Bun.file(folder + new URL(request.url).pathname)),
});
console.log(`listening on http://127.0.0.1:${server.port}`);
