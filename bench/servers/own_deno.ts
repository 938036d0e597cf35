// The runtime's own server: Deno.serve. Usage: deno run -A own_deno.ts [PORT]
Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0] ?? 0),
  onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
}, () => new Response("Hello, World!"));
