import { link, type Linked, type Transitions } from "../state_machine.ts";

/**
 * Both sides of an exchange, as h11 has them. A missing cell is an event that cannot come in that state: a misuse of `Exchange`.
 *
 * The client's side:
 * - `idle`: between two requests, or in a head.
 * - `body`: a head was read; its body is being read.
 * - `done`: a request is in, whole.
 * - `failed`: the client broke the protocol or passed a limit; nothing more is read.
 * - `closed`: nothing more will come.
 */
export type ClientState = "idle" | "body" | "done" | "failed" | "closed";

/** What happens on the client's side. `next`: both sides are done, on to another request; `close`: there will be none. */
export type ClientEvent = "head" | "end" | "fail" | "next" | "close";

/** The client's transitions. */
export const CLIENT_TRANSITIONS: Transitions<ClientState, ClientEvent> = {
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

/**
 * What happens on our side. `inform`: an interim answer; `whole`: head and body at once; `refuse`: an answer to what
 * was no valid request.
 */
export type ServerEvent = "request" | "inform" | "head" | "data" | "end" | "whole" | "refuse" | "next";

/** Our transitions. */
export const SERVER_TRANSITIONS: Transitions<ServerState, ServerEvent> = {
  idle: { request: "owing", refuse: "done" },
  owing: { inform: "owing", head: "sending", whole: "done", refuse: "done" },
  sending: { data: "sending", end: "done" },
  done: { next: "idle" },
};

/** The client's first state. */
export const CLIENT_IDLE: Linked<ClientState, ClientEvent> = link(CLIENT_TRANSITIONS, ["head", "end", "fail", "next", "close"], "idle");

/** Our first state. */
export const SERVER_IDLE: Linked<ServerState, ServerEvent> = link(
  SERVER_TRANSITIONS,
  ["request", "inform", "head", "data", "end", "whole", "refuse", "next"],
  "idle",
);
