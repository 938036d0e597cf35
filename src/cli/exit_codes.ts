/** How the process ends, by name. Part of the contract: they do not change. */
export const EXIT_CODES = {
  ok: 0,
  app: 1,
  usage: 2,
  listen: 3,
  bug: 70,
  replace: 75,
} as const;

/** What each code means, for the docs. */
export const EXIT_CODE_MEANINGS: ReadonlyArray<readonly [code: string, meaning: string]> = [
  [
    String(EXIT_CODES.ok),
    "It stopped gracefully on SIGTERM or SIGINT, or printed its help or version. Its last line says how many requests were lost.",
  ],
  [
    String(EXIT_CODES.app),
    "The app could not be loaded (no such file, no handler, it threw), or threw an exception that belongs to no request; `heddle precompress` could not compress some files.",
  ],
  [String(EXIT_CODES.usage), "An option, a variable of the environment or a command is wrong, or cannot be had on this runtime."],
  [String(EXIT_CODES.listen), "It could not listen: the address is in use, not one of this machine, or not allowed."],
  [String(EXIT_CODES.bug), "A bug in heddle (EX_SOFTWARE of sysexits.h)."],
  [
    String(EXIT_CODES.replace),
    "It stopped gracefully, to be started anew: more cores were lost than --harakiri-lost allows (EX_TEMPFAIL of sysexits.h).",
  ],
  [
    "137",
    "Ended by SIGKILL: by heddle's own watchdog, where a handler blocked the event loop past a request's --harakiri, as its last line on stderr " +
    "says; else by someone else.",
  ],
  ["128 + N", "Ended at once by a second signal, of number N: 130 after SIGINT, 143 after SIGTERM."],
];
