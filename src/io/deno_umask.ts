/** The slice of `Deno` that the umask is set by. */
export interface DenoUmask {
  /** @returns The one before. */
  umask(mask: number): number;
  readonly permissions: { querySync(descriptor: { readonly name: "sys"; readonly kind: "umask" }): { readonly state: string } };
}

/** @returns The one before; null where it may not be set: to try would stop the process with a question. */
export function setDenoUmask(deno: DenoUmask, mask: number): number | null {
  return deno.permissions.querySync({ name: "sys", kind: "umask" }).state === "granted" ? deno.umask(mask) : null;
}
