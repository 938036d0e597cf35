import type { Field } from "../contract/head.ts";

/** The content type of a string. */
export const TEXT_TYPE: string = "text/plain;charset=UTF-8";

/** The content type of `Response.json`. */
export const JSON_TYPE: string = "application/json";

// The fields of most responses. They are told from others by being these very arrays, so nobody changes them.

/** Of a response without a body, to which nothing was added. */
export const NO_FIELDS: readonly Field[] = [];

/** Of a string. */
export const TEXT_FIELDS: readonly Field[] = [["content-type", TEXT_TYPE]];

/** Of `Response.json`. */
export const JSON_FIELDS: readonly Field[] = [["content-type", JSON_TYPE]];
