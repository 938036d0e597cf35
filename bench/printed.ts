/** What a process prints on both streams. It is read from the start on, since a full pipe would hold the process up. */
export class Printed {
  #text = "";
  #open = 2;
  #heard = () => {};

  constructor({ stdout, stderr }: Deno.ChildProcess) {
    for (const stream of [stdout, stderr]) void this.#read(stream);
  }

  /** What no match has taken yet. */
  get text(): string {
    return this.#text;
  }

  /**
   * Waits for a text, and takes all up to its end. One wait at a time.
   *
   * @returns Null if both streams ended, or the time was up, without it.
   */
  match(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray | null> {
    return new Promise((resolve) => {
      const settle = (found: RegExpExecArray | null) => {
        clearTimeout(timer);
        this.#heard = () => {};
        resolve(found);
      };
      const timer = setTimeout(settle, timeoutMs, null);
      this.#heard = () => {
        const found = pattern.exec(this.#text);
        if (found !== null) this.#text = this.#text.slice(found.index + found[0].length);
        if (found !== null || this.#open === 0) settle(found);
      };
      this.#heard();
    });
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      this.#text += piece;
      this.#heard();
    }
    this.#open--;
    this.#heard();
  }
}
