// hello.ts for Node 20, which strips no types.
export default { fetch: () => new Response("Hello, World!") };
