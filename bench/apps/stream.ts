// 1 MiB in 64 chunks of 16 KiB, each given when it is asked for. It is the same one: what making a chunk costs is the app's.
const CHUNKS = 64;
const chunk = new Uint8Array(16_384);

export default {
  fetch(): Response {
    let left = CHUNKS;
    return new Response(
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(chunk);
          else controller.close();
        },
      }),
    );
  },
};
