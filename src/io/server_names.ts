/** Which certificate is for which server name (SNI, RFC 6066 section 3). */
export class ServerNames {
  readonly #exact = new Map<string, number>();
  /** By what follows the star: `.example.com`. */
  readonly #wildcards = new Map<string, number>();

  /** @param hosts The DNS names of each certificate, as `*.example.com` or whole. Of two that have the same one the first keeps it. */
  constructor(hosts: readonly (readonly string[])[]) {
    hosts.forEach((names, index) => names.forEach((name) => this.#add(name.toLowerCase(), index)));
  }

  /**
   * The certificate for a client: one that has the very name, or else one whose star stands for the name's first label (RFC 9525 section 6.3).
   *
   * @param name As the client wrote it; empty if it named none.
   * @returns Its place; 0, the first one's, where none has that name.
   */
  find(name: string): number {
    const wanted = name.toLowerCase();
    const dot = wanted.indexOf(".");
    return this.#exact.get(wanted) ?? (dot > 0 ? this.#wildcards.get(wanted.slice(dot)) : undefined) ?? 0;
  }

  /** Whether a certificate would be found by none of its names: it has none, or those before it have them. */
  isLost(hosts: readonly string[], index: number): boolean {
    return index > 0 && !hosts.some((host) => {
      const name = host.toLowerCase();
      return (name.startsWith("*.") ? this.#wildcards.get(name.slice(1)) : this.#exact.get(name)) === index;
    });
  }

  #add(name: string, index: number): void {
    const [names, key] = name.startsWith("*.") ? [this.#wildcards, name.slice(1)] : [this.#exact, name];
    if (!names.has(key)) names.set(key, index);
  }
}
