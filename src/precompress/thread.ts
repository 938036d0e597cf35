/** A thread of `heddle precompress`: compresses the files that it is sent, one after the other. */
import { parentPort } from "node:worker_threads";
import { compressFile } from "./compress_file.ts";
import type { CompressJob } from "./job.ts";

parentPort?.on("message", async (job: CompressJob) => parentPort?.postMessage(await compressFile(job)));
