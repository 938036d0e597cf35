import type { WasiCall } from "../../app/wasi_calls.ts";
import { ERRNO } from "./errno.ts";
import type { Guest } from "./guest.ts";
import type { WasmFunction } from "./jspi.ts";
import { ProgramExit } from "./program_error.ts";

/** Ids of clocks. */
export const REALTIME = 0;
/** Ids of clocks. */
export const MONOTONIC = 1;

/** What the clocks tell apart: microseconds, for what a millisecond's fraction is good for. */
const RESOLUTION_NS = 1000n;

/** What `crypto.getRandomValues` gives at a time (Web Cryptography, section 10.1.1). */
const RANDOM_BYTES = 65_536;

/** A clock's nanoseconds; null for one that is not there. */
export function clockNs({ clock }: Guest, id: number): bigint | null {
  if (id === REALTIME) return BigInt(clock.wallTime()) * 1_000_000n;
  return id === MONOTONIC ? BigInt(Math.round(clock.now() * 1000)) * 1000n : null;
}

/** Arguments, environment, clocks, chance, the end, and giving way. */
export function processCalls(guest: Guest): Partial<Record<WasiCall, WasmFunction>> {
  const { memory, waits } = guest;
  const sizes = (strings: readonly Uint8Array[]) => (count: number, bytes: number) => {
    memory.setUint32(count, strings.length);
    memory.setUint32(bytes, strings.reduce((sum, { length }) => sum + length, 0));
    return ERRNO.SUCCESS;
  };
  const copies = (strings: readonly Uint8Array[]) => (pointers: number, into: number) => {
    let at = into >>> 0;
    strings.forEach((string, index) => {
      memory.setUint32((pointers >>> 0) + 4 * index, at);
      memory.bytes(at, string.length).set(string);
      at += string.length;
    });
    return ERRNO.SUCCESS;
  };
  return {
    args_sizes_get: sizes(guest.args),
    args_get: copies(guest.args),
    environ_sizes_get: sizes(guest.environment),
    environ_get: copies(guest.environment),
    clock_res_get(id: number, into: number) {
      if (clockNs(guest, id) === null) return ERRNO.EINVAL;
      memory.setUint64(into, RESOLUTION_NS);
      return ERRNO.SUCCESS;
    },
    clock_time_get(id: number, _precision: bigint, into: number) {
      const ns = clockNs(guest, id);
      if (ns === null) return ERRNO.EINVAL;
      memory.setUint64(into, ns);
      return ERRNO.SUCCESS;
    },
    random_get(into: number, length: number) {
      const bytes = memory.bytes(into, length);
      for (let at = 0; at < bytes.length; at += RANDOM_BYTES) crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES));
      return ERRNO.SUCCESS;
    },
    proc_exit(code: number) {
      throw new ProgramExit(code >>> 0);
    },
    sched_yield() {
      guest.output.flush();
      return waits.giveWay();
    },
  };
}
