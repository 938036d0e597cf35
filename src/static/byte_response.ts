/** Of responses that were made here. */
const CONTENTS = new WeakMap<Response, Uint8Array>();

/** A Response of bytes that nobody changes. */
export function byteResponse(content: Uint8Array, init: ResponseInit): Response {
  const response = new Response(content as BodyInit, init);
  CONTENTS.set(response, content);
  return response;
}

/** The bytes of a `byteResponse`, which a native one gives as a stream alone on Bun and Node; null for any other. */
export function contentOf(response: Response): Uint8Array | null {
  return CONTENTS.get(response) ?? null;
}
