import type { YieldEnv } from "../contract/app.ts";
import type { BodySource } from "../contract/body.ts";
import type { RequestHead } from "../contract/head.ts";
import type { Address } from "../contract/socket.ts";
import { withoutQuery } from "../without_query.ts";

/** What an environ is made from. */
export interface CgiRequest {
  readonly head: RequestHead;
  readonly scheme: "http" | "https";
  readonly local: Address;
  readonly remote: Address;
  /** Null where there is none. */
  readonly body: BodySource | null;
  readonly core: number;
}

/** A request's body in an environ: `read()` gives a chunk, null at the end, at once where the bytes are in already. */
export interface CgiInput extends AsyncIterable<Uint8Array> {
  read(): Uint8Array | null | Promise<Uint8Array | null>;
}

/**
 * Makes the environ of PEP 3333 (after RFC 3875) from a request's head.
 *
 * PATH_INFO is percent-decoded once, as latin1 bytes, as PEP 3333 has it; a "%" that starts no escape stays. A field whose name has an underscore is
 * left out: it would be taken for the one with a dash (nginx `underscores_in_headers` has the same reason); so is
 * `Proxy`, which HTTP_PROXY would hand to the app's own HTTP client. Duplicates are joined by ", ", cookies by "; ".
 */
export function cgiEnv(request: CgiRequest): YieldEnv {
  const { head, local, remote, body } = request;
  const env: YieldEnv = {
    REQUEST_METHOD: head.method,
    REQUEST_URI: head.target,
    SCRIPT_NAME: "",
    ...cgiPath(head.path),
    SERVER_PROTOCOL: head.protocol,
    SERVER_NAME: local.transport === "tcp" ? local.hostname : local.path,
    SERVER_PORT: local.transport === "tcp" ? String(local.port) : "",
    REMOTE_ADDR: remote.transport === "tcp" ? remote.hostname : "",
    REMOTE_PORT: remote.transport === "tcp" ? String(remote.port) : "",
    REQUEST_SCHEME: request.scheme,
    "wsgi.url_scheme": request.scheme,
    "wsgi.input": inputOf(body),
    "heddle.core": request.core,
  };
  if (request.scheme === "https") env.HTTPS = "on";
  addFields(env, head);
  return env;
}

/** A path and its query, each in its variable. @param path As sent. */
export function cgiPath(path: string): { readonly PATH_INFO: string; readonly QUERY_STRING: string } {
  const bare = withoutQuery(path);
  return { PATH_INFO: decodePath(bare), QUERY_STRING: path.slice(bare.length + 1) };
}

function addFields(env: YieldEnv, head: RequestHead): void {
  const { fields } = head;
  for (let index = 0; index < fields.count; index++) {
    const name = fields.name(index);
    if (name.includes("_")) continue;
    const upper = name.toUpperCase().replaceAll("-", "_");
    if (upper === "PROXY") continue;
    const key = upper === "CONTENT_TYPE" || upper === "CONTENT_LENGTH" ? upper : `HTTP_${upper}`;
    const before = env[key];
    const value = fields.value(index);
    env[key] = typeof before === "string" ? before + (upper === "COOKIE" ? "; " : ", ") + value : value;
  }
}

function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

function inputOf(body: BodySource | null): CgiInput {
  return {
    read: () => body === null ? null : body.read(),
    async *[Symbol.asyncIterator]() {
      if (body === null) return;
      for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) yield chunk;
    },
  };
}
