// What came in goes out: 1 KiB parsed, and made again.
export default { fetch: async (request: Request) => Response.json(await request.json()) };
