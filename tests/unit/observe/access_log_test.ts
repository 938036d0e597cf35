import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestRecord } from "../../../src/contract/observer.ts";
import { createAccessLog } from "../../../src/observe/access_log.ts";
import { LineWriter } from "../../../src/observe/line_writer.ts";
import type { LogFormatName } from "../../../src/observe/log_formats.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const REMOTE = { transport: "tcp", hostname: "192.0.2.1", port: 1 } as const;

const RECORD: RequestRecord = {
  remote: REMOTE,
  method: "GET",
  target: "/",
  protocol: "HTTP/1.1",
  status: 200,
  requestFields: 1,
  requestHeadBytes: 40,
  bodyBytes: 0,
  headBytes: 60,
  fields: 2,
  startedAt: 0,
  durationMs: 0,
  switches: 0,
  core: 0,
  aborted: false,
  field: () => null,
};

function scene(format: LogFormatName | null, harakiriVerbose = false) {
  const clock = new FakeClock();
  const collect = (texts: string[]) => new LineWriter({ write: (text) => Promise.resolve(void texts.push(text)) }, clock, "a list");
  const [out, err]: [string[], string[]] = [[], []];
  const log = createAccessLog({ format, requests: collect(out), problems: collect(err), clock, pid: 7, harakiriVerbose });
  const lines = async (texts: string[]) => {
    await clock.settle();
    clock.advance(5);
    await clock.settle();
    return texts.join("").split("\n").slice(0, -1);
  };
  return { clock, log, out: () => lines(out), err: () => lines(err) };
}

test("createAccessLog() writes and counts a line a request", async () => {
  const { log, out, err } = scene("uwsgi");
  log.request?.(RECORD);
  log.request?.(RECORD);
  assert.deepEqual((await out()).map((line) => line.slice(0, 29)), ["[pid: 7|app: 0|req: 1/1] 192.", "[pid: 7|app: 0|req: 2/2] 192."]);
  assert.deepEqual(await err(), []);
});

test("createAccessLog() does not hear of requests where they are not logged, so that they cost nothing", () => {
  assert.equal(scene(null).log.request, undefined);
});

test("createAccessLog() writes errors and warnings with their date, and uWSGI's words for a full queue", async () => {
  const { log, err } = scene("uwsgi");
  log.appError?.("late", null);
  log.queueFull?.(5);
  log.warning?.("a generator\nblocks");
  const [error, full, warning] = await err();
  const date = String.raw`^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} - `;
  assert.match(error, new RegExp(`${date}\\[ERROR\\] app: late \\(thrown, and no Error\\)$`));
  assert.match(full, new RegExp(`${date}\\[DANGER\\] async queue is full !!! 5 connections had to wait$`));
  assert.match(warning, new RegExp(`${date}\\*\\*\\* WARNING \\*\\*\\* a generator\\\\nblocks$`));
});

test("createAccessLog() writes at most ten refusals a second, and how many it left out", async () => {
  const { clock, log, err } = scene("uwsgi");
  for (let index = 0; index < 250; index++) log.refused?.(400, "a bare CR", REMOTE);
  clock.advance(1000);
  log.refused?.(431, "too many fields", REMOTE);
  const lines = await err();
  assert.equal(lines.length, 12);
  assert.match(lines[0], / - refused: 192\.0\.2\.1, with 400: a bare CR$/);
  assert.match(lines[10], / - refused: 240 more$/);
  assert.match(lines[11], / - refused: 192\.0\.2\.1, with 431: too many fields$/);
});

test("createAccessLog() writes a request that was given up, and with --harakiri-verbose every core", async () => {
  const busy = { method: "GET", target: "/a\nb", core: 3, state: "waiting", ageMs: 2000.4, switches: 5 };
  const other = { ...busy, target: "/other", core: 4, state: "sleeping", ageMs: 7, switches: 0 };
  const record = { ...busy, remote: REMOTE, limitMs: 2000, outcome: "answered", cores: () => [busy, other] } as const;
  for (const verbose of [false, true]) {
    const { log, err } = scene(null, verbose);
    log.harakiri?.(record);
    const lines = await err();
    assert.equal(lines.length, verbose ? 3 : 1);
    assert.match(
      lines[0]!,
      / - \*\*\* HARAKIRI \*\*\* \[core 3\] GET \/a\\\S+b, waiting after 2000 ms and 5 switches, from 192\.0\.2\.1, past its 2000 ms: answered with 504$/,
    );
    if (verbose) assert.equal(lines[2], "    HARAKIRI [core 4] GET /other, sleeping after 7 ms and 0 switches");
  }
});

test("createAccessLog() writes what a program says on its standard error, with its request, and no controls", async () => {
  const { log, err } = scene(null);
  log.programLine?.("half done \x1b[31m", { method: "GET", target: "/a", core: 3 });
  assert.match((await err()).join("\n"), / - \[stderr\] GET \/a on core 3: half done \\x1b\[31m$/);
});
