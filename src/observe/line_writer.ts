import type { Clock } from "../contract/clock.ts";
import type { TextSink } from "../contract/output.ts";
import { errorSummary } from "./error_lines.ts";
import { logDate } from "./log_date.ts";

/** How long a line waits for others, in milliseconds: at 100,000 lines a second one write takes 500 of them. Nobody who reads along sees it. */
const COLLECT_MS = 5;
/** Letters that are written without waiting: a pipe's buffer on Linux. */
const ENOUGH = 65_536;
/**
 * Letters that are held while the sink takes none, such as a pipe whose reader has stopped; what comes after is dropped, and counted. Half a
 * second of 100,000 lines a second.
 */
const MOST_HELD = 8_388_608;

/** Until a failed write is tried again, with the lines of that time lost; and between two notices of what was lost. A second is soon for a person. */
const RETRY_MS = 1000;

/** A notice of lost lines that is with a writer: whether it came through. */
type Notice = (told: boolean) => void;

/**
 * Collects lines and writes many at once. It never blocks, and never fails: lines that the sink cannot take are dropped, counted and told of.
 * After a failed write it drops for a second and tries again, unless the sink's reader is gone for good (`EPIPE`).
 */
export class LineWriter {
  readonly #sink: TextSink;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #notices: LineWriter;
  #held = "";
  /** The notices among them, which are no lines of the log. */
  #notes: Notice[] = [];
  #armed = false;
  #writing: Promise<void> | null = null;
  #closed = false;
  /** The last write failed. */
  #failed = false;
  /** Until when lines are dropped then, by the clock. */
  #retryAtMs = 0;
  #dropped = 0;
  /** Of these lines somebody was told. */
  #told = 0;
  /** A notice is under way: until it has come through nobody is told of them. */
  #telling = false;
  #toldAtMs = -Infinity;
  /** Why the last one was lost. */
  #reason = "";

  /**
   * @param name The sink's, as a notice has it.
   * @param notices Takes the notices of lost lines; where it is left out this one does, once it takes lines again.
   */
  constructor(sink: TextSink, clock: Clock, name: string, notices?: LineWriter) {
    this.#sink = sink;
    this.#clock = clock;
    this.#name = name;
    this.#notices = notices ?? this;
  }

  /** Lines that were lost so far: the sink was closed, failed, or was too far behind. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a line, or several, each with its line feed. */
  write(line: string): void {
    if (!this.#takes) this.#dropped += countLines(line);
    else if (this.#held.length + line.length > MOST_HELD) {
      this.#lose(countLines(line), "its reader is too slow");
      if (this.#notices !== this) this.#tellInTime();
    } else this.#hold(line);
  }

  #hold(text: string): void {
    this.#held += text;
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

  /** Writes what is held. Fulfils when the sink has taken it, or has failed; for ever waiting if it takes none: race it against a deadline. */
  async flush(): Promise<void> {
    if (this.#writing === null) this.#write();
    while (this.#writing !== null) await this.#writing;
  }

  /** Tells at once how many lines were lost since it was told last, if any were. */
  tellLost(): void {
    const lines = this.#dropped - this.#told;
    if (lines === 0 || this.#telling || !this.#notices.#takes) return;
    const { ctime } = logDate(this.#clock.wallTime());
    const were = lines === 1 ? "line of the log was" : "lines of the log were";
    const notice = `${ctime} - *** WARNING *** ${lines} ${were} lost: write to ${this.#name}: ${this.#reason}\n`;
    if (this.#notices.#held.length + notice.length > MOST_HELD) return;
    this.#toldAtMs = this.#clock.now();
    this.#telling = true;
    this.#notices.#notes.push((told) => {
      this.#telling = false;
      if (told) this.#told += lines;
    });
    this.#notices.#hold(notice);
  }

  /** Lines are not dropped. */
  get #takes(): boolean {
    return !this.#failed || !this.#closed && this.#clock.now() >= this.#retryAtMs;
  }

  #write(): void {
    if (this.#held === "") return;
    const [text, notes] = [this.#held, this.#notes];
    this.#held = "";
    this.#notes = [];
    // A failed write may have left a part of a line behind: what comes now is none of it.
    this.#writing = this.#sink.write(this.#failed ? `\n${text}` : text).then(
      () => this.#written(notes),
      (error: unknown) => this.#fail(text, notes, error),
    );
  }

  #written(notes: readonly Notice[]): void {
    this.#writing = null;
    this.#failed = false;
    for (const note of notes) note(true);
    this.#tellInTime();
    if (this.#held !== "" && this.#writing === null) this.#write();
  }

  /** Every line of a failed write counts as lost, though some may have come through. */
  #fail(text: string, written: readonly Notice[], error: unknown): void {
    this.#writing = null;
    this.#failed = true;
    this.#closed = (error as { readonly code?: unknown } | null)?.code === "EPIPE";
    this.#retryAtMs = this.#clock.now() + RETRY_MS;
    const notes = [...written, ...this.#notes];
    this.#notes = [];
    this.#lose(countLines(text) + countLines(this.#held) - notes.length, errorSummary(error));
    this.#held = "";
    for (const note of notes) note(false);
    this.#tellInTime();
  }

  #lose(lines: number, reason: string): void {
    if (reason !== this.#reason) this.tellLost();
    this.#dropped += lines;
    this.#reason = reason;
  }

  #tellInTime(): void {
    if (this.#dropped > this.#told && this.#clock.now() - this.#toldAtMs >= RETRY_MS) this.tellLost();
  }
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
