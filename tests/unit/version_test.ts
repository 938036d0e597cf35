import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { VERSION } from "../../src/version.ts";

/** The nearest one upwards: the tests for Node 20 run in a folder of their own below the project's. */
function manifest(): { readonly version: string } {
  for (let folder = process.cwd(); folder !== ""; folder = folder.slice(0, folder.lastIndexOf("/"))) {
    try {
      return JSON.parse(readFileSync(`${folder}/deno.json`, "utf8"));
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
    }
  }
  throw new Error("find deno.json: none above the current folder");
}

test("VERSION is deno.json's", () => {
  assert.equal(VERSION, manifest().version);
});
