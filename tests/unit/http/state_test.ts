import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENT_IDLE, CLIENT_TRANSITIONS, SERVER_IDLE, SERVER_TRANSITIONS } from "../../../src/http/state.ts";

type Row = { readonly state: string } & { readonly [event: string]: unknown };

/** All rows that can be reached. */
function rowsFrom(first: Row): Map<string, Row> {
  const rows = new Map<string, Row>();
  const add = (row: Row): void => {
    if (rows.has(row.state)) return;
    rows.set(row.state, row);
    for (const next of Object.values(row)) if (typeof next === "object" && next !== null) add(next as Row);
  };
  add(first);
  return rows;
}

for (const [name, first, table] of [["CLIENT", CLIENT_IDLE, CLIENT_TRANSITIONS], ["SERVER", SERVER_IDLE, SERVER_TRANSITIONS]] as const) {
  test(`${name}_IDLE leads where ${name}_TRANSITIONS says, and every state can be reached`, () => {
    const rows = rowsFrom(first);
    assert.deepEqual([...rows.keys()].sort(), Object.keys(table).sort());
    for (const [state, row] of rows) {
      const cells: Readonly<Record<string, string | undefined>> = table[state as keyof typeof table];
      for (const [event, next] of Object.entries(row)) {
        if (event !== "state") assert.equal((next as Row | null)?.state, cells[event], `${state} ${event}`);
      }
      for (const event of Object.keys(cells)) assert.ok(event in row, `${state} ${event}`);
    }
  });
}
