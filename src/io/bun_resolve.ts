/** The slice of `Bun` that is needed here. */
export interface BunPlugins {
  plugin(options: { readonly name: string; setup(build: BunPluginBuilder): void }): void;
}

/** Of what a plugin gets. */
export interface BunPluginBuilder {
  module(specifier: string, load: () => Promise<{ readonly exports: Record<string, unknown>; readonly loader: "object" }>): void;
}

/**
 * Lets the modules that are imported from now on import these by name, wherever they lie: a compiled binary has no `node_modules` of its own.
 *
 * @param modules By specifier; each is loaded when it is first imported.
 */
export function provideBunModules(modules: Readonly<Record<string, () => Promise<Record<string, unknown>>>>): void {
  const { Bun } = globalThis as typeof globalThis & { readonly Bun: BunPlugins };
  Bun.plugin({
    name: "heddle",
    setup(build) {
      for (const [specifier, load] of Object.entries(modules)) {
        build.module(specifier, async () => ({ exports: await load(), loader: "object" }));
      }
    },
  });
}
