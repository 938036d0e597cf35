// What the runtimes' own servers answer too: thirteen bytes of text.
export default { fetch: () => new Response("Hello, World!") };
