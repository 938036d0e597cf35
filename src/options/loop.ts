import { ConfigError } from "../errors.ts";
import type { GivenOptions } from "./read.ts";
import type { SERVE_OPTIONS } from "./table.ts";

type Given = GivenOptions<typeof SERVE_OPTIONS>;

/** The short forms, and the loop engine that each names. */
const SHORT = { denoServe: "deno-serve", bunServe: "bun-serve", nodeHttp: "node-http" } as const;

/**
 * Writes `--deno-serve N` and its like out: `--loop deno-serve --async N`.
 *
 * @throws {ConfigError} Two of them are given, or `--loop` or `--async` beside one.
 */
export function expandLoop(given: Given): Given {
  const short = (Object.keys(SHORT) as (keyof typeof SHORT)[]).filter((name) => given[name] !== undefined);
  const name = short[0];
  if (name === undefined) return given;
  const { [name]: option, ...others } = given;
  const { source, texts } = option!;
  const other = short.length > 1 ? given[short[1]!] : given.loop ?? given.async;
  if (other !== undefined) {
    throw new ConfigError(source, `${source}: ${other.source} is given too; ${source} says loop and cores already`);
  }
  return { ...others, loop: { source, texts: [SHORT[name]] }, async: { source, texts } };
}
