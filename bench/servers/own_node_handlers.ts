// The apps of ../apps as one writes them for node:http.
import type { IncomingMessage, ServerResponse } from "node:http";
import { fieldNames, SET_FIELDS } from "../apps/field_names.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const TEXT = "text/plain;charset=UTF-8";
const CHUNKS = 64;
const chunk = new Uint8Array(16_384);

/** By the app's name. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  hello: (_request, response) => greet(response),
  set_timeout: (_request, response) => void setTimeout(greet, 10, response),
  waiting: (request, response) => {
    if (request.url !== "/wait") greet(response);
  },
  json,
  fields,
  stream: (_request, response) => streamChunks(response, CHUNKS),
  upload,
};

const names = fieldNames();

function greet(response: ServerResponse): void {
  response.writeHead(200, { "content-type": TEXT, "content-length": 13 });
  response.end("Hello, World!");
}

function json(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
}

function fields(request: IncomingMessage, response: ServerResponse): void {
  let length = 0;
  for (const name of names) length += (request.headers[name] as string).length;
  const body = String(length);
  for (const [name, value] of SET_FIELDS) response.setHeader(name, value);
  response.setHeader("content-length", body.length);
  response.end(body);
}

function streamChunks(response: ServerResponse, left: number): void {
  while (left-- > 0) {
    if (!response.write(chunk)) {
      response.once("drain", () => streamChunks(response, left));
      return;
    }
  }
  response.end();
}

function upload(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => bytes += chunk.length);
  request.on("end", () => {
    const body = String(bytes);
    response.writeHead(200, { "content-type": TEXT, "content-length": body.length });
    response.end(body);
  });
}
