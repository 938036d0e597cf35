/** One kind of harm that clients do to a server, at its full size, and what must hold. */
import type { RawClient } from "../tests/support/raw_client.ts";
import type { ServerState } from "../tests/support/server_state.ts";
import type { AppCounts } from "./app_counts.ts";
import type { ServerSettings } from "./settings.ts";

/** Data and a function: `cases/` has one a file. */
export interface Fault {
  /** As the command line names it. */
  readonly name: string;
  /** What must hold, for the one who reads the outcome. */
  readonly holds: string;
  /** How the server is started. */
  readonly settings: ServerSettings;
  /** Does the harm. @throws {Error} It could not be done. */
  run(scene: FaultScene): Promise<Finding>;
}

/** What came of it. */
export interface Finding {
  /** What was measured, in words. */
  readonly figures: string;
  /** What did not hold; empty if all did. */
  readonly broken: readonly string[];
}

/** A server in a process of its own, alone with its clients. */
export interface FaultScene {
  /** A connection, which is let go of at the end. */
  connect(): Promise<RawClient>;
  /** So many connections, some hundreds at a time: the kernel's accept queue is finite. */
  crowd(count: number): Promise<RawClient[]>;
  /** What the server says of itself. */
  state(): Promise<ServerState & AppCounts>;
  /** Waits until it has no connection and no request. @returns Whether that came within the time. */
  rest(limitMs: number): Promise<boolean>;
  /** Descriptors that it has open. */
  files(): number;
  /** Resident memory once its garbage is collected, in MB. */
  memory(): Promise<number>;
  /** What of that its heap has in use, in MB: V8 makes its young generation larger in steps of some 30 MB, however little is in it. */
  held(): Promise<number>;
  /** Most of `memory` while `run` runs, with a look each 250 ms. */
  peak<T>(run: () => Promise<T>): Promise<readonly [megabytes: number, result: T]>;
}
