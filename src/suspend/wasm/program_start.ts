import type { WasmProgram, YieldEnv } from "../../contract/app.ts";
import type { CoreContext } from "../../contract/engine.ts";
import { cgiPath } from "../../gateway/cgi_env.ts";
import { type InputSource, NO_INPUT } from "./input_source.ts";

/** What a program is run for. */
export interface ProgramStart {
  readonly request: CoreContext;
  readonly program: WasmProgram;
  /** Of which its environment is made. */
  readonly env: YieldEnv;
  readonly input: InputSource;
  /** Local redirects that led here. */
  readonly redirects: number;
}

/** A program's start for a path of its own choice (RFC 3875 section 6.2.2), as Apache httpd does it: by GET, without a body, with the fields that are not of one. */
export function redirected(start: ProgramStart, target: string): ProgramStart {
  const {
    CONTENT_LENGTH: _length,
    CONTENT_TYPE: _type,
    HTTP_TRANSFER_ENCODING: _transfer,
    HTTP_CONTENT_ENCODING: _encoding,
    HTTP_EXPECT: _expect,
    ...kept
  } = start.env;
  const isHead = kept.REQUEST_METHOD === "HEAD";
  const env: YieldEnv = {
    ...kept,
    ...cgiPath(target),
    REQUEST_URI: target,
    REQUEST_METHOD: isHead ? "HEAD" : "GET",
    REDIRECT_URL: kept.PATH_INFO,
  };
  return { ...start, env, input: NO_INPUT, redirects: start.redirects + 1 };
}
