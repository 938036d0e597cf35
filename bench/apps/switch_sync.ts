import { suspendSync } from "heddle";

export default {
  fetch() {
    for (let count = 0; count < 1000; count++) suspendSync();
    return new Response("done");
  },
};
