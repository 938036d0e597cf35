import { findJspi } from "../../src/suspend/wasm/jspi.ts";
import type { CliServer } from "./cli_server.ts";
import { parseAnswer, type ParsedAnswer } from "./parse_answer.ts";
import { until } from "./served.ts";
import { testUnless } from "./test_unless.ts";
import { NO_COMPILER } from "./wasm_program.ts";

/** For a test of programs. */
export const LIMIT_MS = 60_000;

/** How programs are run. */
export interface Way {
  readonly engine: "wasm" | "worker";
  readonly args: readonly string[];
}

/** The first is the runtime's own choice: Node 20 has no JSPI. */
const WAYS: readonly Way[] = findJspi() === null
  ? [{ engine: "worker", args: [] }]
  : [{ engine: "wasm", args: [] }, { engine: "worker", args: ["--suspend", "worker"] }];

/** Runs a test where programs can be built, in each way in which they can be run. */
export function wasmTest(name: string, run: (way: Way) => Promise<void>, no: string | null = NO_COMPILER): void {
  for (const way of WAYS) testUnless(no, `${name} (${way.engine})`, () => run(way), LIMIT_MS);
}

/** Sends a request to a program, and gives all that came before the connection's end. */
export async function exchange({ connect }: CliServer, line: string, ...fields: string[]): Promise<string> {
  const client = await connect();
  client.send([`${line} HTTP/1.1`, "Host: a", "Connection: close", ...fields, "", ""].join("\r\n"));
  await until(() => client.ended || client.closed, LIMIT_MS);
  return client.text;
}

/** Asks a program for a path. */
export async function get(server: CliServer, target: string): Promise<ParsedAnswer> {
  return parseAnswer(await exchange(server, `GET ${target}`));
}
