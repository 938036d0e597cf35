import * as module from "node:module";

/** Of `node:module`, since Node 22.15. */
interface SyncHooks {
  registerHooks?(hooks: { resolve(specifier: string, context: unknown, next: Resolve): ResolvedModule }): void;
}

type Resolve = (specifier: string, context: unknown) => ResolvedModule;

interface ResolvedModule {
  readonly url: string;
  readonly format?: string | null;
  readonly shortCircuit?: boolean;
}

/**
 * Lets the modules that are imported from now on import these by name, wherever they lie: an app's `heddle` is then the one that runs it,
 * and no second copy that knows nothing of its cores. Does nothing on Node 20, which has no such hooks: there the app's own `node_modules` serve.
 *
 * @param urls By specifier.
 */
export function provideNodeModules(urls: Readonly<Record<string, string>>): void {
  (module as SyncHooks).registerHooks?.({
    resolve: (specifier, context, next) =>
      Object.hasOwn(urls, specifier) ? { url: urls[specifier], shortCircuit: true } : next(specifier, context),
  });
}
