// Counts what comes, chunk by chunk.
export default {
  async fetch(request: Request): Promise<Response> {
    let bytes = 0;
    const reader = request.body!.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) bytes += read.value.length;
    return new Response(String(bytes));
  },
};
