import type { Clock } from "../contract/clock.ts";
import type { Observer, RequestName } from "../contract/observer.ts";

/** Between two lines of one kind: a flood of requests must not fill a disk. */
const TELL_EVERY_MS = 1000;

/** A kind of line, and how many are left out since the last one. */
class Throttle {
  #nextMs = -Infinity;
  #omitted = 0;

  /** @returns Null to say nothing now; else how many were left out. */
  pass(nowMs: number): number | null {
    if (nowMs < this.#nextMs) {
      this.#omitted++;
      return null;
    }
    this.#nextMs = nowMs + TELL_EVERY_MS;
    const omitted = this.#omitted;
    this.#omitted = 0;
    return omitted;
  }
}

/** Tells what keeps files from being served, each kind at most once a second. */
export class StaticTroubles {
  readonly #observer: Observer;
  readonly #clock: Clock;
  readonly #descriptors = new Throttle();
  readonly #unreadable = new Throttle();

  constructor(observer: Observer, clock: Clock) {
    this.#observer = observer;
    this.#clock = clock;
  }

  /** Tells of it if the process, or the system, has no descriptors left. @returns Whether that is what failed. */
  noDescriptors(error: unknown): boolean {
    const code = (error as { readonly code?: unknown } | null)?.code;
    if (code !== "EMFILE" && code !== "ENFILE") return false;
    const whose = code === "EMFILE" ? "this process (ulimit -n)" : "the system (fs.file-max)";
    this.#tell(
      this.#descriptors,
      `a static file was answered with 503: ${whose} has no descriptors left; raise that, or lower --connections`,
    );
    return true;
  }

  /** Tells of a file that the system does not let heddle read. */
  unreadable({ method, target }: RequestName): void {
    this.#tell(this.#unreadable, `${method} ${target} was answered with 403: heddle's user may not read that file`);
  }

  #tell(throttle: Throttle, message: string): void {
    const omitted = throttle.pass(this.#clock.now());
    if (omitted === null) return;
    this.#observer.warning?.(omitted === 0 ? message : `${message} (and ${omitted} more times since the last such line)`);
  }
}
