import type { AnswerParts } from "../contract/engine.ts";

/** A head that waits for its first chunk. */
export type PendingHead = Omit<AnswerParts, "body">;

/**
 * Takes the head that an app gives before its chunks.
 *
 * @param hasHead One was given already.
 * @throws {TypeError} That, or the status is not one that an answer may have.
 */
export function pendingHead(hasHead: boolean, status: number, statusText: string, fields: PendingHead["fields"]): PendingHead {
  if (hasHead) throw new TypeError("start an answer: its head was given already");
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`start an answer: status ${status} is not one from 200 to 599`);
  }
  return { status, statusText, fields };
}

/** The head of an answer that is to start. @throws {TypeError} The app gave none. */
export function headToStart(head: PendingHead | null): PendingHead {
  if (head === null) throw new TypeError("send a chunk: the head was not given; call startResponse(status, fields) first");
  return head;
}
