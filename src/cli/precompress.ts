import { availableParallelism } from "node:os";
import { stat } from "node:fs/promises";
import { ConfigError, UnsupportedError } from "../errors.ts";
import { runtimeDisplayName } from "../io/runtime.ts";
import { process } from "../io/node_process.ts";
import { escapeControls } from "../observe/escape.ts";
import { PRECOMPRESS_OPTIONS } from "../options/precompress.ts";
import { fromEnvironment, readOptions } from "../options/read.ts";
import { availableCodings, type CodingName, endingOf } from "../precompress/encoders.ts";
import { findFiles, type WantedFile } from "../precompress/find_files.ts";
import type { CompressJob } from "../precompress/job.ts";
import { runJobs } from "../precompress/pool.ts";
import { parseArguments } from "./arguments.ts";
import { environmentVariable } from "./environment.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { precompressHelp } from "./help.ts";
import { PrecompressReport } from "./precompress_report.ts";
import { openProgress } from "./progress.ts";
import type { Streams } from "./streams.ts";

/** What ends it at once, with its number (signal(7)). */
const STOP_SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * `heddle precompress`: writes compressed files beside those of a folder.
 *
 * @returns The exit code.
 * @throws {ConfigError} An option or the folder is wrong.
 * @throws {UnsupportedError} This runtime has no such coding.
 */
export async function precompressCommand(args: readonly string[], { out, err }: Streams): Promise<number> {
  const { operands, options, help } = parseArguments(args, PRECOMPRESS_OPTIONS);
  if (help) {
    out.write(precompressHelp());
    return EXIT_CODES.ok;
  }
  const values = readOptions(PRECOMPRESS_OPTIONS, { ...fromEnvironment(PRECOMPRESS_OPTIONS, environmentVariable), ...options });
  const root = await folderOf(operands);
  const codings = codingsOf(values.codings);
  const found = await findFiles(root, { ...values, codings });
  const report = new PrecompressReport(found);
  const progress = await openProgress(found.wanted.length, values.quiet);
  const { signal, code } = listenForStop();
  try {
    await runJobs(found.wanted.map(jobOf), {
      threads: values.jobs ?? availableParallelism(),
      signal,
      done(job, outcome) {
        progress.step();
        report.add(job, outcome);
      },
    });
  } finally {
    // It has turned the terminal's line wrap off.
    progress.end();
  }
  for (const line of report.failures) err.write(`${escapeControls(line)}\n`);
  if (!values.quiet) out.write(report.text(codings));
  return code() ?? (report.failures.length > 0 ? EXIT_CODES.app : EXIT_CODES.ok);
}

async function folderOf(operands: readonly string[]): Promise<string> {
  if (operands.length !== 1) throw new ConfigError("DIR", "precompress: give it one folder, such as heddle precompress public");
  const [root] = operands;
  const facts = await stat(root!).catch((error: unknown) => {
    throw new ConfigError("DIR", `precompress ${JSON.stringify(root)}: ${error instanceof Error ? error.message : String(error)}`, error);
  });
  if (!facts.isDirectory()) throw new ConfigError("DIR", `precompress ${JSON.stringify(root)}: it is no folder`);
  return root!;
}

function codingsOf(wanted: readonly CodingName[]): readonly CodingName[] {
  const available = availableCodings();
  const missing = wanted.find((coding) => !available.includes(coding));
  if (missing !== undefined) {
    const runtime = runtimeDisplayName();
    throw new UnsupportedError(
      runtime,
      `--coding ${missing}: ${runtime} cannot write it; run this on Node 22.15 or later, on Bun or on Deno`,
    );
  }
  return wanted.length === 0 ? available : available.filter((coding) => wanted.includes(coding));
}

function jobOf({ source, coding }: WantedFile): CompressJob {
  const folder = source.slice(0, source.lastIndexOf("/") + 1);
  return { source, coding, target: source + endingOf(coding), temporary: `${folder}.heddle-${crypto.randomUUID()}.tmp` };
}

/** A second signal ends the process as it is. */
function listenForStop(): { readonly signal: AbortSignal; readonly code: () => number | null } {
  const controller = new AbortController();
  let code: number | null = null;
  for (const [name, number] of Object.entries(STOP_SIGNALS)) {
    process.once(name, () => {
      code = 128 + number;
      controller.abort();
    });
  }
  return { signal: controller.signal, code: () => code };
}
