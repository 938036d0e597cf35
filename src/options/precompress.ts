import type { OptionTable } from "./option.ts";
import { choice, count, size, SWITCH } from "./units.ts";

/** The options of `heddle precompress`. */
export const PRECOMPRESS_OPTIONS = {
  codings: {
    flag: "--coding",
    group: "Files",
    unit: choice("br", "zstd", "gzip"),
    default: null,
    otherwise: "each that the runtime can write",
    repeatable: true,
    help: "Write files of this coding: .br, .zst, .gz",
  },
  minSize: {
    flag: "--min-size",
    group: "Files",
    unit: size(0, 2 ** 40),
    default: "1kb",
    repeatable: false,
    help: "Leave smaller files alone: with its head such an answer is one packet in any case",
  },
  dotfiles: {
    flag: "--dotfiles",
    group: "Files",
    unit: SWITCH,
    default: "no",
    repeatable: false,
    help: "Take names that begin with a dot, too; .well-known at the top is taken without it",
  },
  jobs: {
    flag: "--jobs",
    group: "Files",
    unit: count(1, 1024),
    default: null,
    otherwise: "one for each processor",
    repeatable: false,
    help: "Compress so many files at once, each in a thread of its own",
  },
  quiet: {
    flag: "--quiet",
    group: "Files",
    unit: SWITCH,
    default: "no",
    repeatable: false,
    help: "No progress bar and no report; what fails is told all the same",
  },
} as const satisfies OptionTable;
