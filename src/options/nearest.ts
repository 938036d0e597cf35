/**
 * Finds the name that was most likely meant: by the least number of letters left out, put in, changed or swapped; a name that is the
 * other's beginning up to a hyphen (`log` and `log-format`) is nearer than two letters, and not as near as one.
 *
 * @returns Null if none is near: more than half of the letters differ.
 */
export function nearestName(wrong: string, names: Iterable<string>): string | null {
  // No name is this long: a longer text is no slip, and the table below grows with its square.
  if (wrong.length > 64) return null;
  let nearest: string | null = null;
  let least = Infinity;
  for (const name of names) {
    const begins = name.startsWith(`${wrong}-`) || wrong.startsWith(`${name}-`);
    const distance = Math.min(begins ? 1.5 : Infinity, editDistance(wrong.toLowerCase(), name.toLowerCase()));
    if (distance < least && distance * 2 <= Math.max(wrong.length, name.length)) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** Damerau and Levenshtein's distance, in its restricted form: no letter is moved twice. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1;
      let distance = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + changed);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) distance = Math.min(distance, beforeLast[column - 2] + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length];
}
