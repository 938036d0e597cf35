import type { FieldList, RequestHead } from "../../contract/head.ts";
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
    this.fields = new PackedFields(request.fields);
  }
}

class PackedFields implements FieldList {
  readonly #fields: readonly string[];

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  get count(): number {
    return this.#fields.length / 2;
  }

  name(index: number): string {
    return this.#fields[2 * index]!;
  }

  value(index: number): string {
    return this.#fields[2 * index + 1]!;
  }

  first(lowerName: string): string | null {
    return this.#values(lowerName)[0] ?? null;
  }

  joined(lowerName: string): string | null {
    const values = this.#values(lowerName);
    return values.length === 0 ? null : values.join(", ");
  }

  #values(lowerName: string): string[] {
    const values: string[] = [];
    for (let index = 0; index < this.count; index++) {
      if (this.name(index).toLowerCase() === lowerName) values.push(this.value(index));
    }
    return values;
  }
}
