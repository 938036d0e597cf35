import type { AnswerParts, Reply } from "../contract/engine.ts";
import { listFields } from "./fields.ts";
import { LightResponse } from "./light_response.ts";
import { takeStatic } from "./native_response.ts";

/** What the wire needs of a Response. */
export type ResponseParts = AnswerParts;

/**
 * Takes a Response apart; its body counts as used from here on, or once the stream is read. A light Response's string or bytes come as they
 * are, with no stream made. A native Response's do so on Deno; Bun and Node do not tell whether a body is a string or endless: there it is
 * always a stream.
 *
 * @throws {TypeError} It is no Response, it is `Response.error()`, or its body was used already: an empty answer would hide that.
 */
export function readResponse(response: Response): ResponseParts {
  const parts = LightResponse.is(response) ? LightResponse.read(response) : readNative(response);
  if (parts.status === 0) throw new TypeError("send a response: it is Response.error(), which stands for a failed fetch");
  return parts;
}

/** Answers by a Response; one that cannot be read fails the request. */
export function respondBy(reply: Pick<Reply, "send" | "fail">, response: Response): void {
  let parts: ResponseParts;
  try {
    parts = readResponse(response);
  } catch (error) {
    reply.fail(error);
    return;
  }
  reply.send(parts);
}

/**
 * The native Response that stands for a light one, for what takes no other (Bun's `HTMLRewriter`); it is always the same one, and from here
 * on both share one body and one store of headers. Any other Response is given back as it is.
 *
 * @throws {TypeError} The body was used already.
 */
export function nativeResponse(response: Response): Response {
  return LightResponse.is(response) ? LightResponse.native(response) : response;
}

/** Responses of other makers pass (undici's from npm, another realm's): they have the same members. */
function readNative(response: Response | null | undefined): ResponseParts {
  if (typeof response?.status !== "number" || typeof response.headers?.forEach !== "function" || typeof response.text !== "function") {
    throw new TypeError(`send a response: the app gave ${describe(response)}, not a Response`);
  }
  const { status, statusText } = response;
  const fields = listFields(response.headers);
  // Before `body` is touched, which makes a stream; that of a spent body is used, and of a null body null.
  const body = takeStatic(response) ?? response.body;
  if (body instanceof ReadableStream && (response.bodyUsed || body.locked)) {
    throw new TypeError("send a response: its body was used already, or its stream is locked");
  }
  return { status, statusText, fields, body };
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? "a string" : String(value);
  return `an object of class ${value.constructor?.name ?? "null"}`;
}
