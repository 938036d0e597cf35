/** The port to whoever watches: logs, statistics, a dashboard. Each method is optional, and costs nothing where it is missing. */
import type { Address } from "./socket.ts";

/** What became of one request. */
export interface RequestRecord {
  readonly remote: Address;
  readonly method: string;
  /** As sent; latin1, checked to hold no controls. */
  readonly target: string;
  /** Such as `HTTP/1.1`. */
  readonly protocol: string;
  /** Of the answer; 0 if none left. */
  readonly status: number;
  /** Field lines and bytes of the request's head. */
  readonly requestFields: number;
  readonly requestHeadBytes: number;
  /** Bytes of the answer's body and of its head, as accepted by the socket. */
  readonly bodyBytes: number;
  readonly headBytes: number;
  /** Field lines of the answer. */
  readonly fields: number;
  /** When its core took it: milliseconds since the epoch. */
  readonly startedAt: number;
  /** From then until the socket took the last byte of the answer. */
  readonly durationMs: number;
  readonly switches: number;
  /** -1 if it was refused before it had a core. */
  readonly core: number;
  /** The client went before the end of its answer. */
  readonly aborted: boolean;
  /** The value of a request's field, or null; for `referer` and `user-agent`. */
  field(lowerName: string): string | null;
}

/** Which request an error belongs to. */
export interface RequestName {
  readonly method: string;
  readonly target: string;
  readonly core: number;
}

/** A core that carries a request. */
export interface BusyCore extends RequestName {
  /** What it does: `running`, `ready`, `waiting`, `sleeping`, `sending` or `lost`. */
  readonly state: string;
  /** Milliseconds since the request got it. */
  readonly ageMs: number;
  readonly switches: number;
}

/** A request that was given up, as it was in that moment. */
export interface HarakiriRecord extends BusyCore {
  readonly remote: Address;
  /** Its deadline: milliseconds from the moment in which it got its core. */
  readonly limitMs: number;
  /** What became of its client: 504 was answered, or the connection was reset, as a head had left, or it had gone before. */
  readonly outcome: "answered" | "reset" | "gone";
  /** All cores that carry a request, this one among them; about a microsecond a core. */
  cores(): readonly BusyCore[];
}

/** Hears of what happens. A method must not throw. */
export interface Observer {
  /** A request ended. */
  request?(record: RequestRecord): void;
  /** An app threw or rejected, in its handler, its body's stream or `waitUntil`; `request` is null where it is not known. */
  appError?(error: unknown, request: RequestName | null): void;
  /** A program of a request wrote a line to its standard error; without its end, at most 4096 bytes of it. */
  programLine?(line: string, request: RequestName): void;
  /** A peer's bytes were refused: the answer's status and why. */
  refused?(status: number, reason: string, remote: Address): void;
  /** The wait queue is full; at most once a second, with how many requests had to wait outside of it since the last time. */
  queueFull?(stalled: number): void;
  /** A request was past its deadline (uWSGI `--harakiri`). */
  harakiri?(record: HarakiriRecord): void;
  /** Something works less well than it could, and what to change (uWSGI's `*** DANGER ***` and `*** WARNING ***` lines). */
  warning?(message: string): void;
}
