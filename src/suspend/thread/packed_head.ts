import type { FieldList, RequestHead } from "../../contract/head.ts";
import { PairFields } from "../../http/pair_fields.ts";
import type { PackedRequest } from "../worker/protocol.ts";

/** A request's head as its thread has it. The body's framing was taken off elsewhere. */
export class PackedHead implements RequestHead {
  readonly method: string;
  readonly target: string;
  readonly targetScheme: "http" | "https" | null;
  readonly minor: 0 | 1;
  readonly protocol: string;
  readonly bytes: number;
  readonly authority: string;
  readonly path: string;
  readonly framing: RequestHead["framing"];
  readonly expectsContinue: boolean;
  readonly keepAlive: boolean;
  readonly fields: FieldList;

  constructor(request: PackedRequest) {
    const { body } = request;
    this.method = request.method;
    this.target = request.target;
    this.targetScheme = request.targetScheme;
    this.minor = request.minor;
    this.protocol = request.protocol;
    this.bytes = request.headBytes;
    this.authority = request.authority;
    this.path = request.path;
    this.framing = body === null ? { kind: "none" } : body.length === null ? { kind: "chunked" } : { kind: "length", bytes: body.length };
    this.expectsContinue = request.expectsContinue;
    this.keepAlive = request.keepAlive;
    this.fields = new PairFields(request.fields);
  }
}
