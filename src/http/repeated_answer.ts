import type { RepeatedFields } from "../contract/engine.ts";
import type { AnswerHead } from "./answer_head.ts";
import type { Field } from "../contract/head.ts";
import type { Piece } from "./writer.ts";

/** What is kept of an answer that is given again and again (`RepeatedFields`). */
export class RepeatedAnswer {
  /** Checked. */
  readonly head: Readonly<AnswerHead>;
  /** All of it as it was last sent; null before it was. */
  whole: RepeatedWhole | null = null;

  constructor(head: Readonly<AnswerHead>) {
    this.head = head;
  }
}

/** Head and body in one piece, for as long as their date is the one of now. */
export interface RepeatedWhole {
  readonly date: string;
  readonly piece: Piece;
  readonly headFields: number;
  readonly headBytes: number;
}

/** Whether fields are of an answer that is given again and again. */
export function isRepeated(fields: Iterable<Field>): fields is RepeatedFields {
  return "kept" in fields;
}

/** What is kept of an answer. @param makeHead Called where nothing is kept yet. */
export function repeatedAnswer(fields: RepeatedFields, makeHead: () => Readonly<AnswerHead>): RepeatedAnswer {
  const { kept } = fields;
  if (kept instanceof RepeatedAnswer) return kept;
  const made = new RepeatedAnswer(makeHead());
  fields.kept = made;
  return made;
}
