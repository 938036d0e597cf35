/**
 * Binds a Unix socket under the umask of its mode, which is set for this one call: so there is no moment in which the file is more open than it
 * should be.
 *
 * @param mode Undefined for what the umask leaves.
 * @param setUmask Gives the one before; null where it may not be set.
 */
export function withUmask<Bound>(mode: number | undefined, setUmask: (mask: number) => number | null, bind: () => Bound): Bound {
  const before = mode === undefined ? null : setUmask(0o777 & ~mode);
  try {
    return bind();
  } finally {
    if (before !== null) setUmask(before);
  }
}
