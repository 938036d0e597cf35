import { LONGEST_MS } from "../../time_limit.ts";
import { after } from "../../waited.ts";
import { ERRNO } from "./errno.ts";
import type { Guest } from "./guest.ts";
import type { WasmFunction } from "./jspi.ts";
import { clockNs } from "./process_calls.ts";
import { STDERR, STDIN, STDOUT } from "./stream_calls.ts";

/** Sizes of what is subscribed to, and of what came of it (WASI preview 1, `subscription` and `event`). */
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;

/** As many as descriptors, and some. */
const MOST_SUBSCRIPTIONS = 1024;

const CLOCK = 0;
const READ = 1;
/** Bit of a clock's flags. */
const IS_ABSOLUTE = 1;

/** One thing that a program waits for. */
interface Subscription {
  readonly userdata: bigint;
  readonly type: number;
  /** What has come of it without waiting; null while nothing has. */
  readonly errno: number | null;
  /** Of a clock: milliseconds until it is due. */
  readonly ms: number;
  readonly fd: number;
}

/** `poll_oneoff`: sleeps, and waits for the body's next bytes and for room for the answer. It is a suspend in any case. */
export function pollCall(guest: Guest): WasmFunction {
  const { memory, waits, input, output } = guest;

  function read(pointer: number, index: number): Subscription {
    const { view } = memory;
    const at = (pointer >>> 0) + index * SUBSCRIPTION_BYTES;
    const userdata = view.getBigUint64(at, true);
    const type = view.getUint8(at + 8);
    if (type !== CLOCK) {
      const fd = view.getUint32(at + 16, true);
      return { userdata, type, errno: stateOf(fd, type), ms: Infinity, fd };
    }
    const now = clockNs(guest, view.getUint32(at + 16, true));
    if (now === null) return { userdata, type, errno: ERRNO.EINVAL, ms: 0, fd: -1 };
    const given = view.getBigUint64(at + 24, true);
    const isAbsolute = (view.getUint16(at + 40, true) & IS_ABSOLUTE) !== 0;
    return { userdata, type, errno: null, ms: Math.max(0, Number(isAbsolute ? given - now : given) / 1e6), fd: -1 };
  }

  /** Files, and the log, are always ready. */
  function stateOf(fd: number, type: number): number | null {
    if (fd === STDIN && type === READ) return input.ready ? ERRNO.SUCCESS : null;
    if (fd === STDOUT && type !== READ) return output.ready ? ERRNO.SUCCESS : null;
    return fd === STDERR || guest.files.get(fd)?.kind === "file" ? ERRNO.SUCCESS : ERRNO.EBADF;
  }

  function tell(events: number, told: readonly Subscription[], result: number): number {
    const { view } = memory;
    told.forEach(({ userdata, type, errno, fd }, index) => {
      const at = (events >>> 0) + index * EVENT_BYTES;
      memory.bytes(at, EVENT_BYTES).fill(0);
      view.setBigUint64(at, userdata, true);
      view.setUint16(at + 8, errno ?? ERRNO.SUCCESS, true);
      view.setUint8(at + 10, type);
      if (type !== CLOCK) view.setBigUint64(at + 16, BigInt(type === READ && fd === STDIN ? input.held : 1), true);
    });
    memory.setUint32(result, told.length);
    return ERRNO.SUCCESS;
  }

  /** Of descriptors those that are ready, or else the clocks that are due first. */
  function outcome(subscriptions: readonly Subscription[], ms: number): readonly Subscription[] {
    const ready = subscriptions.filter(({ fd, type, errno }) => errno !== null || (type !== CLOCK && stateOf(fd, type) !== null));
    return ready.length > 0 ? ready : subscriptions.filter((subscription) => subscription.type === CLOCK && subscription.ms === ms);
  }

  return (pointer: number, events: number, count: number, result: number) => {
    if (count >>> 0 === 0 || count >>> 0 > MOST_SUBSCRIPTIONS) return ERRNO.EINVAL;
    // Before it is asked whether there is room.
    output.flush();
    const subscriptions = Array.from({ length: count }, (_, index) => read(pointer, index));
    const ms = Math.min(...subscriptions.map((subscription) => subscription.ms));
    const streams = subscriptions.filter(({ type }) => type !== CLOCK);
    const mustWait = subscriptions.every(({ errno }) => errno === null);
    const over = () => tell(events, outcome(subscriptions, ms), result);
    if (!mustWait || ms === 0) return after(waits.giveWay(), over);
    const limitMs = Math.min(ms, LONGEST_MS);
    if (streams.length === 0) {
      over();
      return waits.sleep(limitMs);
    }
    const reads = streams.some(({ type }) => type === READ);
    const writes = streams.some(({ type }) => type !== READ);
    const wait = { input: reads ? input : null, output: writes ? output : null, timeoutMs: ms === Infinity ? 0 : limitMs };
    return after(waits.streams(wait), over);
  };
}
