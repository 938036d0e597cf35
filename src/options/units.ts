import { ConfigError } from "../errors.ts";
import { nearestName } from "./nearest.ts";
import type { Unit } from "./option.ts";

const MS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** For a TLS handshake, ms: as long as Node's own servers give it. */
export const LONGEST_HANDSHAKE_MS = 120_000;

/** Powers of 1024, as uWSGI and nginx count. */
const BYTES_PER: Readonly<Record<string, number>> = {
  b: 1,
  k: 2 ** 10,
  kb: 2 ** 10,
  kib: 2 ** 10,
  m: 2 ** 20,
  mb: 2 ** 20,
  mib: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
  gib: 2 ** 30,
};

/** A whole number within bounds, both included. */
export function count(least: number, most: number): Unit<number> {
  return {
    placeholder: "N",
    spelling: `${least} to ${most}`,
    parse(text) {
      if (!/^\d{1,15}$/.test(text)) throw new ConfigError(null, `not a whole number from ${least} to ${most}`);
      const value = Number(text);
      if (value < least || value > most) throw new ConfigError(null, `not from ${least} to ${most}`);
      return value;
    },
  };
}

/**
 * A duration, in milliseconds; fractions of a millisecond are rounded up.
 *
 * @param bare The unit of a number without one: uWSGI's options count seconds.
 * @param most In milliseconds; so is `least`.
 */
export function duration(bare: "s" | "ms", most: number, least: number = 0): Unit<number> {
  const examples = bare === "s" ? "30, 500ms, 30s, 5m" : "2, 2ms, 1s";
  return {
    placeholder: bare === "s" ? "SECONDS" : "MS",
    spelling: `${bare === "s" ? "seconds" : "milliseconds"}, or with a unit (ms, s, m, h, d): ${examples}`,
    parse(text) {
      const [, digits, unit = bare] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/i.exec(text) ?? [];
      if (digits === undefined) throw new ConfigError(null, `not a duration, such as ${examples}`);
      const ms = Math.ceil(Number(digits) * MS_PER[unit.toLowerCase()]);
      if (ms < least) throw new ConfigError(null, `shorter than ${least}ms`);
      if (ms > most) throw new ConfigError(null, `longer than ${most}ms`);
      return ms;
    },
  };
}

/** A size, in bytes; 0 is no limit, as in uWSGI, and reads as the largest whole number there is. */
export const SIZE_LIMIT: Unit<number> = {
  placeholder: "BYTES",
  spelling: "bytes, or with a unit of 1024 (kb, mb, gb): 1048576, 64kb, 1.5mb; 0 for no limit",
  parse(text) {
    const bytes = parseSize(text);
    if (bytes === 0) return Number.MAX_SAFE_INTEGER;
    if (bytes > Number.MAX_SAFE_INTEGER) throw new ConfigError(null, "too large; 0 is no limit");
    return bytes;
  },
};

/** A size within bounds, in bytes, both included. */
export function size(least: number, most: number): Unit<number> {
  const bounds = `from ${formatSize(least)} to ${formatSize(most)}`;
  return {
    placeholder: "BYTES",
    spelling: `bytes, or with a unit of 1024 (kb, mb, gb), ${bounds}: 8192, 64kb`,
    parse(text) {
      const bytes = parseSize(text);
      if (bytes < least || bytes > most) throw new ConfigError(null, `not ${bounds}`);
      return bytes;
    },
  };
}

function parseSize(text: string): number {
  const [, digits, unit = "b"] = /^(\d{1,15}(?:\.\d{1,3})?)([kmg](?:i?b)?|b)?$/i.exec(text) ?? [];
  if (digits === undefined) throw new ConfigError(null, "not a size, such as 1048576, 64kb, 1mb");
  const bytes = Number(digits) * BYTES_PER[unit.toLowerCase()];
  if (!Number.isInteger(bytes)) throw new ConfigError(null, "not a whole number of bytes");
  return bytes;
}

function formatSize(bytes: number): string {
  const unit = ["gb", "mb", "kb"].find((name) => bytes > 0 && bytes % BYTES_PER[name] === 0);
  return unit === undefined ? `${bytes}` : `${bytes / BYTES_PER[unit]}${unit}`;
}

/** One of some names. */
export function choice<Name extends string>(...names: readonly Name[]): Unit<Name> {
  return {
    placeholder: "NAME",
    spelling: `one of ${names.join(", ")}`,
    parse(text) {
      const found = names.find((name) => name === text);
      if (found !== undefined) return found;
      const nearest = nearestName(text, names);
      throw new ConfigError(null, `not one of ${names.join(", ")}${nearest === null ? "" : `; did you mean "${nearest}"?`}`);
    },
  };
}

/** A switch: on where its flag stands alone. */
export const SWITCH: Unit<boolean> = {
  placeholder: "",
  alone: "yes",
  spelling: "yes, if it stands alone, or no",
  parse(text) {
    if (text === "yes" || text === "no") return text === "yes";
    throw new ConfigError(null, "not yes or no");
  },
};

/** Permission bits, in octal as chmod takes them. */
export const MODE: Unit<number> = {
  placeholder: "MODE",
  spelling: "octal, as chmod takes them: 660, 0666",
  parse(text) {
    if (!/^(?:0o?)?[0-7]{3}$/.test(text)) throw new ConfigError(null, "not octal permission bits, such as 660 or 0666");
    return Number.parseInt(text.slice(-3), 8);
  },
};
