// 1,000 switches a request; switch.py is the same for uWSGI.
import { suspend } from "heddle";

export default {
  async fetch(): Promise<Response> {
    for (let i = 0; i < 1000; i++) await suspend();
    return new Response("Hello, World!");
  },
};
