import type { BodySource } from "../contract/body.ts";
import { BodyStream, type StreamContent } from "./body_stream.ts";
import { natives } from "./natives.ts";
import { readAll } from "./read_all.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A native object that has taken a body over. */
type Holder = Request | Response;

/**
 * The body of a request or a response: one state, whoever reads it. While it is a string, bytes or a `BodySource` it is read directly;
 * `.stream` makes a stream of it; what only a native object can do (foreign streams, blobs, forms, tee) makes it a native object's, for
 * good.
 */
export class Body {
  #content: StreamContent | null;
  #used = false;
  #stream: BodyStream | null = null;
  #holder: Holder | null = null;

  /** @param content Null where there is no body: it reads as empty and never counts as used. */
  constructor(content: StreamContent | null) {
    this.#content = content;
  }

  /** The body of a native object, which stays its only keeper. */
  static of(holder: Holder): Body {
    const body = new Body(null);
    body.#holder = holder;
    return body;
  }

  /** A body that was used. */
  static spent(): Body {
    const body = new Body("");
    body.#used = true;
    return body;
  }

  /** Whether it was read from (`bodyUsed`). */
  get used(): boolean {
    if (this.#holder !== null) return this.#holder.bodyUsed;
    return this.#used || (this.#stream !== null && BodyStream.disturbed(this.#stream));
  }

  /** Whether reading it would throw: it was read from, or somebody holds its stream. */
  get unusable(): boolean {
    if (this.#holder !== null) return this.#holder.bodyUsed || this.#holder.body?.locked === true;
    return this.used || this.#stream?.locked === true;
  }

  /** The stream (`body`); null if there is no body. After a read it is locked. */
  get stream(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#holder !== null) return this.#holder.body;
    if (this.#content === null) return null;
    if (this.#stream === null) {
      this.#stream = new BodyStream(this, this.#content);
      if (this.#used) this.#lock();
    }
    return this.#stream as ReadableStream<Uint8Array<ArrayBuffer>>;
  }

  #lock(): void {
    this.#stream?.getReader();
  }

  /** Makes it used, for whoever reads the content itself. */
  #take(what: string): StreamContent | null {
    if (this.unusable) throw unusable(what);
    if (this.#content === null) return null;
    this.#used = true;
    this.#lock();
    return this.#content;
  }

  /** From here on `holder`, which was made of this body's stream, keeps it. */
  adopt(holder: Holder): void {
    this.#holder = holder;
  }

  /**
   * A second body with the same bytes. A string or bytes are shared out without a stream.
   *
   * @throws {TypeError} It was read from, or its stream is locked.
   */
  clone(): Body {
    if (this.unusable) throw unusable("clone a body");
    if (this.#holder === null) {
      const content = this.#content;
      if (content === null || typeof content === "string") return new Body(content);
      if (content instanceof Uint8Array) return new Body(content.slice());
      this.#holder = new (natives().Response)(this.stream);
    }
    return Body.of(this.#holder.clone());
  }

  /**
   * Gives the body to whoever sends it: a string or bytes as they are, anything else as its stream, unlocked.
   *
   * @throws {TypeError} It was read from, or its stream is locked.
   */
  release(): string | Uint8Array | ReadableStream<Uint8Array> | null {
    if (this.unusable) throw unusable("send a body");
    const content = this.#content;
    if (this.#holder !== null || (content !== null && !isStatic(content))) return this.stream;
    return this.#take("send a body") as string | Uint8Array | null;
  }

  /** As `Body.text()` of the Fetch standard. */
  async text(): Promise<string> {
    return await this.#text();
  }

  /** As `Body.json()`; a null body is a SyntaxError, as an empty text is. */
  async json(): Promise<unknown> {
    const text = this.#text();
    return JSON.parse(typeof text === "string" ? text : await text);
  }

  /** No promise where the body is in already: of the three that `json` would take, one is left. */
  #text(): string | Promise<string> {
    if (this.#holder !== null) return this.#holder.text();
    const content = this.#take("read a body as text");
    if (typeof content === "string") return wellFormed(content);
    if (content === null) return "";
    const bytes = (content instanceof Uint8Array ? null : content.takeWhole()) ?? bytesOf(content);
    return bytes instanceof Uint8Array ? decoder.decode(bytes) : bytes.then((all) => decoder.decode(all));
  }

  /** As `Body.bytes()`, on runtimes without it too. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    // Not bytes() of the holder: Node has it from 22 on.
    if (this.#holder !== null) return new Uint8Array(await this.#holder.arrayBuffer());
    return await bytesOf(this.#take("read a body as bytes"));
  }

  /** As `Body.arrayBuffer()`. */
  async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.#holder !== null) return this.#holder.arrayBuffer();
    const bytes = await bytesOf(this.#take("read a body as an ArrayBuffer"));
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  }

  /** As `Body.blob()`. @param type The value of `content-type`, or null. */
  async blob(type: string | null): Promise<Blob> {
    return (await this.#native(type, "read a body as a Blob")).blob();
  }

  /** As `Body.formData()`; the runtime's own reader of forms does it. @param type The value of `content-type`, or null. */
  async formData(type: string | null): Promise<FormData> {
    return (await this.#native(type, "read a body as a form")).formData();
  }

  /** As `Body.textStream()`. */
  textStream(): ReadableStream<string> {
    if (this.unusable) throw unusable("read a body as a stream of text");
    const stream = this.stream ?? new Body("").stream!;
    return stream.pipeThrough(new TextDecoderStream());
  }

  /** A native Response with the bytes and the type: what reads forms and blobs goes by its `content-type`. */
  async #native(type: string | null, what: string): Promise<Response> {
    const bytes = this.#holder !== null ? await this.bytes() : await optionalBytesOf(this.#take(what));
    return new (natives().Response)(bytes, type === null ? undefined : { headers: { "content-type": type } });
  }
}

function unusable(what: string): TypeError {
  return new TypeError(`${what}: it was used already, or its stream is locked`);
}

function isStatic(content: StreamContent): content is string | Uint8Array {
  return typeof content === "string" || content instanceof Uint8Array;
}

/** As if it had been encoded and decoded: lone surrogates are replaced, and a byte order mark falls away. */
function wellFormed(text: string): string {
  return (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).toWellFormed();
}

async function optionalBytesOf(content: StreamContent | null): Promise<Uint8Array<ArrayBuffer> | null> {
  return content === null ? null : await bytesOf(content);
}

function bytesOf(content: StreamContent | null): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> {
  if (content === null) return new Uint8Array();
  if (typeof content === "string") return encoder.encode(content);
  return content instanceof Uint8Array ? content as Uint8Array<ArrayBuffer> : readAll(content as BodySource);
}
