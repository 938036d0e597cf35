/**
 * Whether a path is one of a pattern's: `*` stands for any characters, slashes among them, `?` for one, and everything else for itself, as
 * fnmatch(3) has it without its flags. Goes back to the last star alone, so that it takes no more than length times length, whatever a client sends.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  for (let index = 0; index < path.length;) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at++;
      resumeAt = index;
    } else if (wanted === "?" || wanted !== undefined && wanted === path[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resumeAt;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
