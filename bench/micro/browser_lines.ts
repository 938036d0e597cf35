import { readFileSync } from "node:fs";

/** The head of the workload `browser-head`, request line first. */
export const BROWSER_LINES: readonly string[] = readFileSync(new URL("../load/browser_head.txt", import.meta.url), "utf8")
  .trimEnd().split("\n");
