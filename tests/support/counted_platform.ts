import { type Platform, selectPlatform } from "../../src/io/select.ts";

/** This runtime's platform, whose accepted sockets count what their handlers are given. */
export interface CountedPlatform {
  readonly platform: Platform;
  /** Bytes so far, of all sockets. */
  readonly taken: () => number;
}

/** Makes one; nothing else of the platform is changed. */
export async function countedPlatform(): Promise<CountedPlatform> {
  const platform = await selectPlatform();
  const { engine } = platform;
  let taken = 0;
  const counted: Platform["engine"] = {
    name: engine.name,
    givesChunks: engine.givesChunks,
    connect: (options) => engine.connect(options),
    listen: (options, accept) =>
      engine.listen(options, (socket) => {
        accept(socket);
        const { handler } = socket;
        socket.handler = {
          data: (chunk) => {
            taken += chunk.length;
            handler.data(chunk);
          },
          drain: () => handler.drain(),
          end: () => handler.end(),
          close: (error) => handler.close(error),
        };
      }),
  };
  return { platform: { ...platform, engine: counted }, taken: () => taken };
}
