import type { CorePool } from "./pool.ts";
import type { CoreState } from "./state.ts";
import type { CoreRow, CoreTable } from "./table.ts";

/** What the cores did and do: numbers since the start, and the requests of this moment. Names are uWSGI's where it has one. */
export interface CoresSnapshot {
  readonly cores: readonly CoreSnapshot[];
  /** Cores that carry a request, or are lost. */
  readonly busy: number;
  /** Most cores busy at once so far. */
  readonly peakBusy: number;
  /** Requests in the wait queue now. */
  readonly queued: number;
  /** Connections that wait for a place in the wait queue now. */
  readonly stalled: number;
  /** How often a connection had to wait for such a place. */
  readonly stalls: number;
  /** Of all cores. */
  readonly requests: number;
  readonly switches: number;
  readonly exceptions: number;
  readonly offloadedRequests: number;
  readonly staticRequests: number;
  /** Bytes of answers, as accepted by the sockets. */
  readonly tx: number;
}

/** One core. */
export interface CoreSnapshot {
  /** From 0. */
  readonly id: number;
  readonly state: CoreState;
  /** Requests so far, the current one counted. */
  readonly requests: number;
  /** Switches of all its requests. */
  readonly switches: number;
  readonly exceptions: number;
  readonly offloadedRequests: number;
  readonly staticRequests: number;
  /** Bytes of answers, as accepted by the socket. */
  readonly tx: number;
  /** It carries a request (uWSGI `in_request`). */
  readonly inRequest: boolean;
  /** The request it carries (uWSGI `req_info`); null on an idle core. */
  readonly request: RequestSnapshot | null;
}

/** A request that has a core. */
export interface RequestSnapshot {
  readonly method: string;
  /** The first 128 bytes, as sent. */
  readonly target: string;
  /** Milliseconds since it got its core. */
  readonly ageMs: number;
  readonly switches: number;
}

/** Reads all cores; costs about a microsecond a core. */
export function snapshotCores(table: CoreTable, pool: CorePool, nowMs: number): CoresSnapshot {
  const totals = { requests: 0, switches: 0, exceptions: 0, offloadedRequests: 0, staticRequests: 0, tx: 0 };
  const cores: CoreSnapshot[] = [];
  for (let core = 0; core < table.count; core++) {
    const snapshot = snapshotCore(table.row(core), nowMs);
    totals.requests += snapshot.requests;
    totals.switches += snapshot.switches;
    totals.exceptions += snapshot.exceptions;
    totals.offloadedRequests += snapshot.offloadedRequests;
    totals.staticRequests += snapshot.staticRequests;
    totals.tx += snapshot.tx;
    cores.push(snapshot);
  }
  const { busy, peakBusy, queued, stalled, stalls } = pool;
  return { cores, busy, peakBusy, queued, stalled, stalls, ...totals };
}

function snapshotCore(row: CoreRow, nowMs: number): CoreSnapshot {
  const inRequest = row.state !== "idle";
  return {
    id: row.core,
    state: row.state,
    requests: row.requests,
    switches: row.totalSwitches,
    exceptions: row.exceptions,
    offloadedRequests: row.offloaded,
    staticRequests: row.statics,
    tx: row.bytes,
    inRequest,
    request: inRequest ? { method: row.method, target: row.target, ageMs: nowMs - row.startedMs, switches: row.switches } : null,
  };
}
