/** Where a binary of Bun's has its modules. */
const BINARY_ROOT = "/$bunfs/root/";

/**
 * Finds the module in which a thread begins: `thread` in a folder of `src`. In a binary of Bun's all modules are one, beside which threads' modules have the
 * places that they had below `src` (1.4.5).
 *
 * @param folder Of `src`: `cli`, `watchdog`.
 * @param here The URL of a module in another folder of `src`. In the npm package, whose modules are joined, it is one that is imported dynamically alone: these
 * are in such a folder too.
 */
export function threadUrl(folder: string, here: string): URL {
  const inBinary = here.indexOf(BINARY_ROOT);
  if (inBinary >= 0) return new URL(`${here.slice(0, inBinary)}${BINARY_ROOT}${folder}/thread.js`);
  return new URL(`../${folder}/thread.${here.endsWith(".ts") ? "ts" : "js"}`, here);
}
