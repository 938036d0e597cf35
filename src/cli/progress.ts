import { process } from "../io/node_process.ts";

/** A progress bar. */
export interface Progress {
  /** One more is done. */
  step(): void;
  /** Leaves it as it stands. */
  end(): void;
}

const NONE: Progress = { step() {}, end() {} };

/**
 * Draws a progress bar on standard error, if that is a terminal.
 *
 * @param total Steps.
 */
export async function openProgress(total: number, quiet: boolean): Promise<Progress> {
  if (quiet || total === 0 || process.stderr.isTTY !== true) return NONE;
  const { default: progress } = await import("cli-progress");
  const bar = new progress.SingleBar(
    { stream: process.stderr, format: "{bar} {value} of {total} files, {eta_formatted} left" },
    progress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return { step: () => bar.increment(), end: () => bar.stop() };
}
