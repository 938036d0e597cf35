import { installLightGlobals } from "../http/globals.ts";
import type { RuntimeName } from "../io/runtime.ts";

/**
 * Makes the runtime ready for an app: an app's `import "heddle"` gets this very heddle, and the light Request and Response take the
 * place of the global ones if that is asked for. Deno takes the names from the import map of `deno.json`.
 */
export async function prepareRuntime(runtime: RuntimeName, globals: "light" | "native"): Promise<void> {
  if (runtime === "bun") {
    const { provideBunModules } = await import("../io/bun_resolve.ts");
    provideBunModules({
      heddle: () => import("../../mod.ts"),
      "heddle/hono": () => import("../entry/hono.ts"),
      "heddle/static": () => import("../entry/static.ts"),
    });
  }
  if (runtime === "node") await provideToNode();
  if (globals === "light") installLightGlobals();
}

async function provideToNode(): Promise<void> {
  const { provideNodeModules } = await import("../io/node_resolve.ts");
  // The emit for Node 20 keeps the tree, but ends its files in .js.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  provideNodeModules({
    heddle: new URL(`../../mod.${extension}`, import.meta.url).href,
    "heddle/hono": new URL(`../entry/hono.${extension}`, import.meta.url).href,
    "heddle/static": new URL(`../entry/static.${extension}`, import.meta.url).href,
  });
}
