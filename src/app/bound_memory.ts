/**
 * Sets the bound of a WebAssembly module's memory, which is the program's own: nothing else stops its `memory.grow` short of 4 GiB. With the bound
 * in the module itself an instance reserves less address space too (Deno 2.9: 0.13 MB for 4 GB).
 */

/** Bytes of a page of WebAssembly's memory. */
const PAGE_BYTES = 65_536;

/** Magic number and version. */
const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;

/** Bits of a memory's limits (WebAssembly 3.0, section 5.3.9, and threads). */
const HAS_MAX = 1;
const SHARED = 2;
const WIDE = 4;

/** Reads a module's bytes in order. */
class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new RangeError("it is cut short");
    return this.bytes[this.at++]!;
  }

  /** An unsigned LEB128 number. */
  number(): number {
    let value = 0;
    for (let shift = 1; shift < 2 ** 49; shift *= 128) {
      const byte = this.byte();
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
    throw new RangeError("it has a number that is too long");
  }
}

/**
 * Gives a module's bytes with the bound in its memory, where that is not lower already.
 *
 * @param most Bytes; a whole number of pages.
 * @throws {RangeError} The bytes are no module's, it has several memories, or one that is shared, or larger from the start; the message says which.
 */
export function boundMemory(bytes: Uint8Array, most: number): Uint8Array {
  const reader = new Reader(bytes, HEADER_BYTES);
  while (reader.at < bytes.length) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (end > bytes.length) throw new RangeError("it is cut short");
    if (id === MEMORY_SECTION) {
      const section = boundSection(reader, most / PAGE_BYTES);
      return joined(bytes.subarray(0, start), [id, ...leb(section.length), ...section], bytes.subarray(end));
    }
    reader.at = end;
  }
  return bytes;
}

function boundSection(reader: Reader, mostPages: number): number[] {
  const count = reader.number();
  // Each would have the bound for itself.
  if (count > 1) throw new RangeError(`it has ${count} memories, and a WASI program has one`);
  const section = leb(count);
  for (let index = 0; index < count; index++) {
    const flags = reader.byte();
    if ((flags & SHARED) !== 0) throw new RangeError("its memory is shared, as that of threads is, which WASI preview 1 has not");
    if (flags > (HAS_MAX | WIDE)) throw new RangeError("its memory is of an unknown kind");
    const least = reader.number();
    const most = (flags & HAS_MAX) === 0 ? mostPages : Math.min(reader.number(), mostPages);
    if (least > mostPages) {
      const wanted = Math.ceil(least * PAGE_BYTES / 2 ** 20);
      throw new RangeError(`it wants ${wanted} MB of memory from the start; give --wasm-memory ${wanted} or more`);
    }
    section.push(flags | HAS_MAX, ...leb(least), ...leb(most));
  }
  return section;
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return [...bytes, value];
}

function joined(before: Uint8Array, section: readonly number[], after: Uint8Array): Uint8Array {
  const all = new Uint8Array(before.length + section.length + after.length);
  all.set(before);
  all.set(section, before.length);
  all.set(after, before.length + section.length);
  return all;
}
