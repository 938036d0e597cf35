import type { Workload } from "../workload.ts";
import { browserHead } from "./browser_head.ts";
import { connect } from "./connect.ts";
import { crowd } from "./crowd.ts";
import { fields } from "./fields.ts";
import { floor, floorStream } from "./floor.ts";
import { garbage } from "./garbage.ts";
import { hello } from "./hello.ts";
import { helloNative } from "./hello_native.ts";
import { hono } from "./hono.ts";
import { https } from "./https.ts";
import { json } from "./json.ts";
import { latency } from "./latency.ts";
import { memoryIdle, memoryWaiting } from "./memory.ts";
import { memoryAfter } from "./memory_after.ts";
import { pipeline } from "./pipeline.ts";
import { sleep } from "./sleep.ts";
import { start } from "./start.ts";
import { staticLarge, staticMany, staticMedium, staticNotModified, staticSmall } from "./static.ts";
import { stream } from "./stream.ts";
import { switches } from "./switch.ts";
import { upload } from "./upload.ts";
import { worker, workerSwitch } from "./worker.ts";
import { yieldApp } from "./yield.ts";

/** In the order of issue 4's table, then what is no load. */
export const WORKLOADS: readonly Workload[] = [
  hello,
  helloNative,
  browserHead,
  hono,
  json,
  fields,
  stream,
  staticSmall,
  staticNotModified,
  staticMedium,
  staticLarge,
  staticMany,
  upload,
  connect,
  https,
  pipeline,
  yieldApp,
  switches,
  worker,
  workerSwitch,
  sleep,
  latency,
  crowd,
  memoryIdle,
  memoryWaiting,
  memoryAfter,
  garbage,
  start,
  floor,
  floorStream,
];
