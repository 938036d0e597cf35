import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { CODINGS } from "../static/codings.ts";

/** A content coding that files are compressed with. */
export type CodingName = "br" | "zstd" | "gzip";

/** Of `node:zlib`, on Node since 22.15; Node 20 has none of it. */
interface Zstd {
  readonly createZstdCompress?: (
    options: { readonly params: Readonly<Record<number, number>>; readonly pledgedSrcSize: number },
  ) => Transform;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number; readonly ZSTD_c_windowLog?: number };
}

/** The last level whose window is no larger than browsers take. */
const ZSTD_LEVEL = 19;

/** 8 MiB: past it a browser may refuse (RFC 9659 section 3). */
const ZSTD_WINDOW_BITS = 23;

/** The codings that this runtime can write, the best first, as `CODINGS`. */
export function availableCodings(): readonly CodingName[] {
  const { createZstdCompress } = zlib as Zstd;
  return CODINGS.map(({ name }) => name as CodingName).filter((name) => name !== "zstd" || createZstdCompress !== undefined);
}

/** The ending of a compressed file's name. */
export function endingOf(coding: CodingName): string {
  return CODINGS.find(({ name }) => name === coding)!.ending;
}

/**
 * Makes a compressor: as small as it gets, since it is done once.
 *
 * @param size Of what is to be compressed, in bytes.
 */
export function createEncoder(coding: CodingName, size: number): Transform {
  switch (coding) {
    case "br": {
      const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = zlib.constants;
      // A size hint is of 32 bits; it only chooses tables.
      const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: Math.min(size, 2 ** 30) };
      return zlib.createBrotliCompress({ params });
    }
    case "gzip":
      return zlib.createGzip({ level: 9, memLevel: 9 });
    case "zstd": {
      const { createZstdCompress, constants: { ZSTD_c_compressionLevel = 100, ZSTD_c_windowLog = 101 } } = zlib as Zstd;
      if (createZstdCompress === undefined) throw new Error("this runtime has no zstd");
      return createZstdCompress({
        params: { [ZSTD_c_compressionLevel]: ZSTD_LEVEL, [ZSTD_c_windowLog]: ZSTD_WINDOW_BITS },
        pledgedSrcSize: size,
      });
    }
  }
}
