/** What the bench measures, and against whom. Types only, and free of any runtime: the files of `workloads/` are data. */

/** What a contestant runs on. `node20` is measured by how it starts alone; uWSGI and nginx are there to be compared with. */
export type BenchRuntime = "node" | "node20" | "bun" | "deno" | "uwsgi" | "nginx";

/** A program that takes part; as a server it prints a line with its address. */
export interface Contestant {
  /** Unique among a workload's contestants of one runtime. */
  readonly name: string;
  /** What it is measured as: the raw socket is the limit, the runtime's own server the peer, a variant is heddle by other options. */
  readonly role: "raw" | "own" | "heddle" | "variant" | "other";
  readonly runtime: BenchRuntime;
  /** What follows the runtime's executable, from the checkout's root. */
  readonly command: readonly string[];
  /** What must be there first, besides the runtime; see `prepare.ts`. */
  readonly needs?: "packages" | "npm" | "certificate" | "site" | "site and packages";
  /** Idle connections that are held open beside the load. */
  readonly idle?: number;
}

/** The figure that a workload's contestants are compared by; less is better. */
export interface Figure {
  /** As it stands in the table's head: `CPU a request`. */
  readonly name: string;
  readonly unit: "us" | "ms" | "bytes";
}

/** What issue 4 asks for: a ratio to, or a difference from, another contestant's median of the same run, or the median itself. */
export interface Target {
  readonly runtime: BenchRuntime;
  readonly contestant: string;
  readonly kind: "ratio" | "difference" | "value";
  /** Which contestant it is held against; null for a `value`. */
  readonly to: { readonly runtime: BenchRuntime; readonly name: string } | null;
  /** Met if the result is this or less. */
  readonly most: number;
}

/** How wrk loads the server. */
export interface LoadPlan {
  readonly kind: "load";
  readonly connections: number;
  /**
   * What is asked for.
   *
   * @default "/"
   */
  readonly path?: string;
  /** A file of `load/`, which makes requests other than `GET /`. */
  readonly script?: string;
  /** The figure is a request's cost divided by this; for what a request does many times. */
  readonly timesARequest?: number;
}

/** Spawns the program, and waits for its line "listening on". */
export interface StartPlan {
  readonly kind: "start";
}

/** Holds connections open, and looks at the server's resident memory. */
export interface MemoryPlan {
  readonly kind: "memory";
  readonly connections: number;
  /** Requested on each connection: one that is answered leaves it idle, one that never is has it wait. */
  readonly path: "/" | "/wait";
}

/** Loads the server again and again, and looks at its resident memory in between. */
export interface MemoryAfterPlan {
  readonly kind: "memory-after";
  /** Requests, and then connections with a request on each, after which memory is first looked at. */
  readonly firstRequests: number;
  readonly firstConnections: number;
  /** Requests after which it is looked at again. */
  readonly requests: number;
  /** Connections, a request on each, after which it is looked at for the last time. */
  readonly connections: number;
}

/** Sends requests at a fixed rate. */
export interface LatencyPlan {
  readonly kind: "latency";
  readonly connections: number;
  /** The part of what the runtime's slowest contestant can do: 0 to 1. */
  readonly load: number;
}

/** Counts what the JavaScript heap allocates under wrk's load. */
export interface GarbagePlan {
  readonly kind: "garbage";
}

/** How a workload is measured. */
export type Plan = LoadPlan | StartPlan | MemoryPlan | MemoryAfterPlan | LatencyPlan | GarbagePlan;

/** One row of issue 4's table. */
export interface Workload {
  readonly name: string;
  /** One sentence: what the figure shows. */
  readonly shows: string;
  readonly figure: Figure;
  readonly plan: Plan;
  /** @default 5 */
  readonly rounds?: number;
  readonly contestants: readonly Contestant[];
  readonly targets: readonly Target[];
}

/** What one round of one contestant gave. */
export interface Round {
  /** In the unit of the workload's figure. */
  readonly figure: number;
  /** What the figure was made of, in the same unit, by what the table's columns say. */
  readonly readings?: Readonly<Record<string, number>>;
  /** Null where no requests are counted. */
  readonly traffic: Traffic | null;
}

/** What the load saw. */
export interface Traffic {
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** The figure of all workloads that wrk loads: user and system time of the server, from /proc. */
export const CPU_A_REQUEST: Figure = { name: "CPU a request", unit: "us" };

/** Connections that wrk keeps open, unless a workload is about something else. */
export const CONNECTIONS = 64;
