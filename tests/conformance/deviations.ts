/** What an engine does otherwise than the contract says, on one runtime. */
export interface Deviation {
  readonly runtime: "deno" | "bun" | "node";
  readonly engine: "deno" | "bun" | "node" | "memory";
  /** What is different and what it means for a user; a sentence or two for `docs/runtimes.md`. */
  readonly reason: string;
  /** Names of the conformance cases that do not hold; empty where no case can see it. */
  readonly tests: readonly string[];
}

/** Every gap that is known; `docs/runtimes.md` is made from it. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    runtime: "deno",
    engine: "deno",
    reason:
      "Deno.Conn cannot send RST: a connection that is given up is closed, so its peer gets what the kernel had already taken and then FIN. " +
      "`--io node` resets.",
    tests: ["abort() resets: the peer sees ECONNRESET"],
  },
  {
    runtime: "deno",
    engine: "deno",
    reason: "Deno.listen takes no backlog for a Unix socket (it is 1,024), and its close removes whatever file is at the path then, " +
      "also one that another process has put there meanwhile.",
    tests: [],
  },
];
