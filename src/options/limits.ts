import { ConfigError } from "../errors.ts";
import type { ServeOptionValues } from "./table.ts";

/** The limits of a head, in bytes and lines, as `serve()` takes them. */
export interface HeadLimits {
  readonly targetBytes: number;
  readonly fieldBytes: number;
  readonly fields: number;
  readonly headBytes: number;
}

/**
 * The limits of a head that the options name.
 *
 * @throws {ConfigError} A part may be longer than the whole.
 */
export function headLimitsOf(values: ServeOptionValues): HeadLimits {
  const { limitTargetBytes, limitFieldBytes, limitFieldCount, limitHeadBytes } = values;
  const parts = [["--limit-target", limitTargetBytes], ["--limit-field", limitFieldBytes]] as const;
  for (const [flag, bytes] of parts) {
    if (bytes > limitHeadBytes) {
      throw new ConfigError(flag, `${flag} ${bytes}: longer than a whole head, --limit-head ${limitHeadBytes}; raise that too`);
    }
  }
  return { targetBytes: limitTargetBytes, fieldBytes: limitFieldBytes, fields: limitFieldCount, headBytes: limitHeadBytes };
}
