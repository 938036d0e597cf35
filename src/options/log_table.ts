import type { OptionTable } from "./option.ts";
import { choice, SWITCH } from "./units.ts";

/** What is written of requests. */
export const LOG_OPTIONS = {
  harakiriVerbose: {
    flag: "--harakiri-verbose",
    group: "Log",
    unit: SWITCH,
    default: "no",
    repeatable: false,
    help: "Log what every core is at when a request is past its --harakiri",
  },
  logFormat: {
    flag: "--log-format",
    group: "Log",
    unit: choice("uwsgi", "combined", "common", "json", "none"),
    default: "uwsgi",
    repeatable: false,
    help: "A line a request, on stdout: as uWSGI writes it, in Apache's combined or common format, as JSON, or none",
  },
} as const satisfies OptionTable;
