import process from "node:process";

/** The runtime that runs this test. */
export function runtimeName(): "deno" | "bun" | "node" {
  if ("Deno" in globalThis) return "deno";
  return "Bun" in globalThis ? "bun" : "node";
}

/** Its own version, such as `2.9.6`. */
export function runtimeVersion(): string {
  const name = runtimeName();
  return (name === "node" ? process.versions.node : process.versions[name]) ?? "";
}
