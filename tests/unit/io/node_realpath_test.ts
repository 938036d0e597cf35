import assert from "node:assert/strict";
import { test } from "node:test";
import { followPath, type PathCalls } from "../../../src/io/node_realpath.ts";

const failure = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

/** Calls of which the first ones fail, and what was called. */
function scripted(failures: readonly string[], isThere: boolean): { readonly calls: PathCalls; readonly called: string[] } {
  const called: string[] = [];
  const left = [...failures];
  const calls: PathCalls = {
    realpath(path) {
      called.push("realpath");
      const code = left.shift();
      return code === undefined ? Promise.resolve(`/real${path}`) : failure(code);
    },
    lstat() {
      called.push("lstat");
      return isThere ? Promise.resolve() : failure("ENOENT");
    },
  };
  return { calls, called };
}

test("followPath() looks again for what has the name, and not for what is not there or fails otherwise", async () => {
  const replaced = scripted(["ENOENT", "ENOENT"], true);
  assert.equal(await followPath("/a", replaced.calls), "/real/a");
  assert.deepEqual(replaced.called, ["realpath", "lstat", "realpath", "lstat", "realpath"]);
  const absent = scripted(["ENOENT"], false);
  await assert.rejects(followPath("/a", absent.calls), { code: "ENOENT" });
  assert.deepEqual(absent.called, ["realpath", "lstat"]);
  const denied = scripted(["EACCES"], true);
  await assert.rejects(followPath("/a", denied.calls), { code: "EACCES" });
  assert.deepEqual(denied.called, ["realpath"]);
});

test("followPath() gives a link that leads nowhere up", async () => {
  const dangling = scripted(Array(100).fill("ENOENT"), true);
  await assert.rejects(followPath("/a", dangling.calls), { code: "ENOENT" });
  assert.equal(dangling.called.length, 9);
});
