import type { YieldEnv } from "../../contract/app.ts";
import { writeLatin1 } from "../../http/latin1.ts";
import { VERSION } from "../../version.ts";

/** What a program learns besides of its server (RFC 3875 section 4.1). */
const SERVER = [["GATEWAY_INTERFACE", "CGI/1.1"], ["SERVER_SOFTWARE", `heddle/${VERSION}`]] as const;

/**
 * The variables of a program's environment, each `NAME=value` with a NUL at its end: those of the request alone, and none of heddle's own. Values are
 * bytes, a character each, as they came.
 */
export function guestEnvironment(env: YieldEnv): Uint8Array[] {
  const variables: Uint8Array[] = SERVER.map(([name, value]) => variable(name, value));
  for (const name in env) {
    const value = env[name];
    // The others are heddle's calls and objects, whose names have a dot.
    if (typeof value === "string" && !name.includes(".")) variables.push(variable(name, value));
  }
  return variables;
}

/** Whether a value would be cut short: a C string ends at its first NUL, and a path may hold one, `%00`. */
export function holdsNul(env: YieldEnv): boolean {
  return typeof env.PATH_INFO === "string" && env.PATH_INFO.includes("\0");
}

function variable(name: string, value: string): Uint8Array {
  const text = `${name}=${value}\0`;
  const bytes = new Uint8Array(text.length);
  writeLatin1(text, bytes, 0);
  return bytes;
}
