// sleep.ts with what every runtime has.
export default {
  async fetch(): Promise<Response> {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return new Response("Hello, World!");
  },
};
