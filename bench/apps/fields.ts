// Reads 50 fields and sets 10; servers/own_node_handlers.ts does the same with node:http.
import { fieldNames, SET_FIELDS } from "./field_names.ts";

const names = fieldNames();

export default {
  fetch(request: Request): Response {
    const { headers } = request;
    let length = 0;
    for (const name of names) length += headers.get(name)!.length;
    const response = new Response(String(length));
    for (const [name, value] of SET_FIELDS) response.headers.set(name, value);
    return response;
  },
};
