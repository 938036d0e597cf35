// A wait in heddle's timer wheel; set_timeout.ts is the same for the own servers.
import { sleep } from "heddle";

export default {
  async fetch(): Promise<Response> {
    await sleep(10);
    return new Response("Hello, World!");
  },
};
