import type { Clock } from "../contract/clock.ts";
import type { TextSink } from "../contract/output.ts";

/** How long a line waits for others, in milliseconds: at 100,000 lines a second one write takes 500 of them. Nobody who reads along sees it. */
const COLLECT_MS = 5;
/** Letters that are written without waiting: a pipe's buffer on Linux. */
const ENOUGH = 65_536;
/**
 * Letters that are held while the sink takes none, such as a pipe whose reader has stopped; what comes after is dropped, and counted. Half a
 * second of 100,000 lines a second.
 */
const MOST_HELD = 8_388_608;

/**
 * Collects lines and writes many at once. It never blocks, and never fails: lines that the sink cannot take are dropped and counted.
 */
export class LineWriter {
  readonly #sink: TextSink;
  readonly #clock: Clock;
  #held = "";
  #armed = false;
  #writing: Promise<void> | null = null;
  #broken = false;
  #dropped = 0;

  constructor(sink: TextSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Lines that were lost so far: the sink was closed, or too far behind. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line, or several, each with its line feed. */
  write(line: string): void {
    if (this.#broken || this.#held.length + line.length > MOST_HELD) {
      this.#dropped++;
      return;
    }
    this.#held += line;
    if (this.#writing !== null) return;
    if (this.#held.length >= ENOUGH) this.#write();
    else if (!this.#armed) {
      this.#armed = true;
      this.#clock.setTimer(COLLECT_MS, () => {
        this.#armed = false;
        if (this.#writing === null) this.#write();
      }, true);
    }
  }

  /** Writes what is held. Fulfils when the sink has taken it, or is closed; for ever waiting if it takes none: race it against a deadline. */
  async flush(): Promise<void> {
    if (this.#writing === null) this.#write();
    while (this.#writing !== null) await this.#writing;
  }

  #write(): void {
    if (this.#held === "") return;
    const text = this.#held;
    this.#held = "";
    this.#writing = this.#sink.write(text).then(
      () => this.#written(),
      () => this.#break(text),
    );
  }

  #written(): void {
    this.#writing = null;
    if (this.#held !== "") this.#write();
  }

  /** Every line of a failed write counts as lost, though some may have come through. */
  #break(text: string): void {
    this.#broken = true;
    this.#writing = null;
    this.#dropped += countLines(text) + countLines(this.#held);
    this.#held = "";
  }
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
