import { ConfigError } from "../errors.ts";
import { mergeServeOptions } from "./listeners.ts";
import type { OptionTable } from "./option.ts";
import { type GivenOption, type GivenOptions, readOptions } from "./read.ts";
import { SERVE_OPTIONS } from "./table.ts";
import { SWITCH } from "./units.ts";

const OWN_OPTIONS = {
  spa: {
    flag: "--spa",
    group: "Folder",
    unit: SWITCH,
    default: "no",
    repeatable: false,
    help: "Answer a browser's navigation to what is no file by index.html: short for --static-fallback index.html",
  },
  cors: {
    flag: "--cors",
    group: "Folder",
    unit: SWITCH,
    default: "no",
    repeatable: false,
    help: "Let pages of all origins read the files: short for --static-cors",
  },
  quiet: {
    flag: "--quiet",
    group: "Folder",
    unit: SWITCH,
    default: "no",
    repeatable: false,
    help: "Log no requests: short for --log-format none",
  },
} as const satisfies OptionTable;

/** The options of `heddle static`: short forms of its own, and all of `heddle serve`. */
export const STATIC_COMMAND_OPTIONS = { ...OWN_OPTIONS, ...SERVE_OPTIONS } as const satisfies OptionTable;

type Given = GivenOptions<typeof SERVE_OPTIONS>;

/**
 * Writes `heddle static DIR` out: as `heddle serve --static-map /=DIR --static-listing`, with the long forms of its own options.
 *
 * @param operands The folder; the current one if there is none.
 * @param variables Of `heddle serve`; its own options have none.
 * @throws {ConfigError} There are several folders, a short form has a wrong value, or stands beside its long one.
 */
export function expandStatic(
  operands: readonly string[],
  { spa, cors, quiet, ...options }: GivenOptions<typeof STATIC_COMMAND_OPTIONS>,
  variables: Given,
): Given {
  const [folder = ".", ...others] = operands;
  if (others.length > 0) {
    const names = operands.map((text) => JSON.stringify(text)).join(" and ");
    throw new ConfigError("DIR", `static: one folder, and not ${names}; heddle serve takes several, by --static-map /PREFIX=DIR`);
  }
  const isOn = readOptions(OWN_OPTIONS, { spa, cors, quiet });
  const merged = mergeServeOptions(options, variables);
  return {
    staticListing: { source: "--static-listing", texts: ["yes"] },
    ...merged,
    staticMap: { source: "DIR", texts: [`/=${folder}`, ...merged.staticMap?.texts ?? []] },
    ...(isOn.spa && short(spa!, "staticFallback", "index.html", options)),
    ...(isOn.cors && short(cors!, "staticCors", "yes", options)),
    ...(isOn.quiet && short(quiet!, "logFormat", "none", options)),
  };
}

function short({ source }: GivenOption, name: keyof typeof SERVE_OPTIONS, text: string, options: Given): Given {
  if (options[name] !== undefined) throw new ConfigError(source, `${source}: ${options[name].source} is given too; it says the same thing`);
  return { [name]: { source, texts: [text] } };
}
