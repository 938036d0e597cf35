import { CORE_OPTIONS } from "./cores_table.ts";
import { ENGINE_OPTIONS } from "./engines_table.ts";
import { LIMIT_OPTIONS } from "./limits_table.ts";
import { LISTENER_OPTIONS } from "./listeners_table.ts";
import { LOG_OPTIONS } from "./log_table.ts";
import type { OptionTable, OptionValues } from "./option.ts";
import { PROXY_OPTIONS } from "./proxies_table.ts";
import { STATIC_FILE_OPTIONS } from "./static_table.ts";
import { TIMEOUT_OPTIONS } from "./timeouts_table.ts";

/** The options of `heddle serve`, in the order of its help: the one place that the help, `docs/options.md` and the `HEDDLE_*` environment are made from. */
export const SERVE_OPTIONS = {
  ...LISTENER_OPTIONS,
  ...PROXY_OPTIONS,
  ...CORE_OPTIONS,
  ...LIMIT_OPTIONS,
  ...TIMEOUT_OPTIONS,
  ...STATIC_FILE_OPTIONS,
  ...ENGINE_OPTIONS,
  ...LOG_OPTIONS,
} as const satisfies OptionTable;

/** An option of `heddle serve`, as `serve()` names it. */
export type ServeOptionName = keyof typeof SERVE_OPTIONS;

/** What the options of `heddle serve` came to. */
export type ServeOptionValues = OptionValues<typeof SERVE_OPTIONS>;
