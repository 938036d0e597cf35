import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import process from "node:process";
import v8 from "node:v8";
import vm from "node:vm";
import { createCollectYoung } from "../../../src/io/node_collect.ts";
import { testUnless } from "../../support/test_unless.ts";

const IS_NODE = !("Deno" in globalThis) && !("Bun" in globalThis);
const NOT_HERE = IS_NODE ? null : "deviation: V8's own collection of what is young is on Node alone";
const NOT_DENO = "Deno" in globalThis ? null : "deviation: the young generation is filled on Deno alone";

/** Bytes of the young generation that are in use. */
function youngBytes(): number {
  return v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")!.space_used_size;
}

testUnless(NOT_HERE, "createCollectYoung() collects what is young and dead", () => {
  const collect = createCollectYoung();
  assert.ok(collect !== null);
  collect();
  const empty = youngBytes();
  // Some 200 KB: less than the least young generation.
  const made = Array.from({ length: 5000 }, (_, at) => ({ at }));
  made.length = 0;
  assert.ok(youngBytes() > empty + 100_000);
  collect();
  collect();
  assert.ok(youngBytes() < empty + 50_000, `${youngBytes()} bytes, and ${empty} before`);
});

testUnless(NOT_HERE, "createCollectYoung() leaves no gc to contexts that are made later", () => {
  const had = vm.runInNewContext("typeof gc");
  createCollectYoung();
  assert.equal(vm.runInNewContext("typeof gc"), had);
});

testUnless(NOT_DENO, "createCollectByFilling() has what is young collected, each time, and never the whole heap", () => {
  const module = new URL("../../../src/io/node_fill_young.ts", import.meta.url).href;
  const program = `import { createCollectByFilling } from ${JSON.stringify(module)};
    const collect = createCollectByFilling();
    for (let count = 0; count < 20; count++) collect();`;
  const args = ["run", "--v8-flags=--trace-gc", `data:text/javascript,${encodeURIComponent(program)}`];
  const printed = execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const collections = printed.split("Scavenge").length - 1;
  assert.ok(collections >= 20 && collections <= 60, printed);
  assert.ok(!printed.includes("Mark-Compact"), printed);
});
