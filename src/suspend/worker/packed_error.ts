import { BrokenError, ClosedError, HarakiriError, OverloadError, ProtocolError } from "../../errors.ts";

/** An error on its way between threads: a clone would lose its class, and an app may throw what cannot be cloned. */
export interface PackedError {
  /** A `code` of heddle's own, else null. */
  readonly code: string | null;
  /** Of a ProtocolError, else 0. */
  readonly status: number;
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  /** Null where it has none, or at the end of a long chain. */
  readonly cause: PackedError | null;
}

/** Causes of causes that go along: as many as the log tells. */
const MOST_CAUSES = 4;

const CLASSES = {
  HEDDLE_BROKEN: BrokenError,
  HEDDLE_CLOSED: ClosedError,
  HEDDLE_HARAKIRI: HarakiriError,
  HEDDLE_OVERLOAD: OverloadError,
} as const;

/** Packs whatever was thrown; never throws. */
export function packError(error: unknown): PackedError {
  return packWithCauses(error, MOST_CAUSES);
}

function packWithCauses(error: unknown, causes: number): PackedError {
  try {
    if (!(error instanceof Error)) return packed(typeof error === "string" ? error : `thrown: ${String(error)}`);
    const { name, message, stack, cause } = error;
    const code = (error as { code?: unknown }).code;
    const status = error instanceof ProtocolError ? error.status : 0;
    return {
      code: typeof code === "string" && code.startsWith("HEDDLE_") ? code : null,
      status,
      name: String(name),
      message: String(message),
      stack: typeof stack === "string" ? stack : null,
      cause: cause === undefined || causes === 0 ? null : packWithCauses(cause, causes - 1),
    };
  } catch {
    // An object whose getters throw.
    return packed("thrown: a value that cannot be read");
  }
}

function packed(message: string): PackedError {
  return { code: null, status: 0, name: "Error", message, stack: null, cause: null };
}

/** The error again: one of heddle's own is of its class, any other an `Error` with its name and stack. */
export function unpackError({ code, status, name, message, stack, cause }: PackedError): Error {
  const error = create(code, status, message);
  if (error.name !== name) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  if (cause !== null) Object.defineProperty(error, "cause", { value: unpackError(cause), configurable: true, writable: true });
  Object.defineProperty(error, "stack", { value: stack ?? `${name}: ${message}`, configurable: true, writable: true });
  return error;
}

function create(code: string | null, status: number, message: string): Error {
  if (code === "HEDDLE_PROTOCOL") return new ProtocolError(status, message);
  if (code !== null && Object.hasOwn(CLASSES, code)) return new CLASSES[code as keyof typeof CLASSES](message);
  return new Error(message);
}
