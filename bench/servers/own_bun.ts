// The runtime's own server: Bun.serve. Usage: bun own_bun.ts [PORT]
const server = Bun.serve({ hostname: "127.0.0.1", port: Number(Bun.argv[2] ?? 0), fetch: () => new Response("Hello, World!") });
console.log(`listening on http://127.0.0.1:${server.port}`);
