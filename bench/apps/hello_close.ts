// hello.ts for Bun.serve, which ends a connection that is to be closed, but does not tell its client by itself.
export default { fetch: () => new Response("Hello, World!", { headers: { connection: "close" } }) };
