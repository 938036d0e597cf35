import { ConfigError } from "../errors.ts";
import { SERVE_OPTIONS, type ServeOptionValues } from "./table.ts";

/** The limits of a head, in bytes and lines, as `serve()` takes them. */
export interface HeadLimits {
  readonly targetBytes: number;
  readonly fieldBytes: number;
  readonly fields: number;
  readonly headBytes: number;
}

/**
 * The limits of a head that the options name. Where the whole is shorter than a part is by default, that part is as long as the whole.
 *
 * @throws {ConfigError} A part was said to be longer than the whole.
 */
export function headLimitsOf(values: ServeOptionValues): HeadLimits {
  return {
    targetBytes: partOf(values, "limitTargetBytes"),
    fieldBytes: partOf(values, "limitFieldBytes"),
    fields: values.limitFieldCount,
    headBytes: values.limitHeadBytes,
  };
}

function partOf(values: ServeOptionValues, name: "limitTargetBytes" | "limitFieldBytes"): number {
  const { flag, unit, default: usual } = SERVE_OPTIONS[name];
  const bytes = values[name];
  const whole = values.limitHeadBytes;
  if (bytes <= whole) return bytes;
  if (bytes === unit.parse(usual)) return whole;
  throw new ConfigError(flag, `${flag} ${bytes}: longer than a whole head, --limit-head ${whole}; raise that too`);
}

/**
 * The longest body that an app may allow.
 *
 * @returns Undefined where it is as long as any body may be.
 * @throws {ConfigError} It is shorter than that.
 */
export function limitPostMaxOf({ limitPostBytes, limitPostMaxBytes }: ServeOptionValues): number | undefined {
  if (limitPostMaxBytes === null) return undefined;
  if (limitPostMaxBytes >= limitPostBytes) return limitPostMaxBytes;
  throw new ConfigError(
    "--limit-post-max",
    `--limit-post-max ${limitPostMaxBytes}: less than --limit-post ${limitPostBytes}, which holds for all; lower that`,
  );
}
