import { process } from "../io/node_process.ts";
import { readGrantedVariable } from "../io/deno_env.ts";

/** Reads a variable of the environment; on Deno one that may not be read is an unset one. */
export function environmentVariable(name: string): string | undefined {
  return process.versions.deno === undefined ? process.env[name] : readGrantedVariable(name);
}
