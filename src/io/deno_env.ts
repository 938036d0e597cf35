/** The slice of `Deno` that is needed here. */
export interface DenoEnvironment {
  readonly env: { get(name: string): string | undefined };
  readonly permissions: {
    querySync(descriptor: { readonly name: "env"; readonly variable: string }): { readonly state: string };
  };
}

/**
 * Reads an environment variable on Deno, if the process may: asking first, since a read without the permission stops a process that has a
 * terminal with a question, and throws in any other.
 */
export function readGrantedVariable(name: string): string | undefined {
  const { Deno } = globalThis as typeof globalThis & { readonly Deno: DenoEnvironment };
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted" ? Deno.env.get(name) : undefined;
}
