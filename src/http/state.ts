/**
 * Both sides of an exchange, as h11 has them. A missing cell is an event that cannot come in that state: for the receiving side a bug, for the
 * sending side a misuse.
 *
 * The client's side:
 * - `idle`: between two requests, or in a head.
 * - `body`: a head was read; its body is being read.
 * - `done`: a request is in, whole.
 * - `failed`: the client broke the protocol or passed a limit; nothing more is read.
 * - `closed`: nothing more will come.
 */
export type ClientState = "idle" | "body" | "done" | "failed" | "closed";

/** What happens on the client's side. */
export type ClientEvent = "head" | "end" | "fail" | "next" | "close";

/** The client's transitions. */
export const CLIENT_TRANSITIONS: Readonly<Record<ClientState, Partial<Record<ClientEvent, ClientState>>>> = {
  idle: { head: "body", fail: "failed", close: "closed" },
  body: { end: "done", fail: "failed", close: "closed" },
  done: { next: "idle", close: "closed" },
  failed: { close: "closed" },
  closed: {},
};

/**
 * Our side:
 * - `idle`: no request is to be answered.
 * - `owing`: a request's head was read; its answer was not begun.
 * - `sending`: the answer's head was sent; its body is being sent.
 * - `done`: the answer is complete.
 */
export type ServerState = "idle" | "owing" | "sending" | "done";

/** What happens on our side. */
export type ServerEvent = "request" | "inform" | "head" | "data" | "end" | "whole" | "refuse" | "next";

/** Our transitions. `refuse` is an answer to what was no valid request. */
export const SERVER_TRANSITIONS: Readonly<Record<ServerState, Partial<Record<ServerEvent, ServerState>>>> = {
  idle: { request: "owing", refuse: "done" },
  owing: { inform: "owing", head: "sending", whole: "done", refuse: "done" },
  sending: { data: "sending", end: "done" },
  done: { next: "idle" },
};
