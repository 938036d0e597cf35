import type { CodingName } from "../precompress/encoders.ts";
import type { FoundFiles } from "../precompress/find_files.ts";
import type { CompressJob, CompressOutcome } from "../precompress/job.ts";

interface Sum {
  files: number;
  before: number;
  after: number;
}

/** What `heddle precompress` has done. */
export class PrecompressReport {
  /** A line each, without line feeds. */
  readonly failures: string[];
  readonly #found: FoundFiles;
  readonly #sums = new Map<CodingName, Sum>();
  #larger = 0;

  /** @param found What there was to do. */
  constructor(found: FoundFiles) {
    this.#found = found;
    this.failures = [...found.failures];
  }

  /** Adds a job that is over. */
  add({ source, target, coding }: CompressJob, outcome: CompressOutcome): void {
    if (outcome.kind === "failed") {
      this.failures.push(`heddle: compress ${source} to ${target.slice(target.lastIndexOf("/") + 1)}: ${outcome.reason}`);
      return;
    }
    if (outcome.kind === "larger") {
      this.#larger++;
      return;
    }
    const sum = this.#sums.get(coding) ?? { files: 0, before: 0, after: 0 };
    this.#sums.set(coding, { files: sum.files + 1, before: sum.before + outcome.before, after: sum.after + outcome.after });
  }

  /** The whole, in lines. */
  text(codings: readonly CodingName[]): string {
    const { files, upToDate } = this.#found;
    const written = [...this.#sums.values()].reduce((total, sum) => total + sum.files, 0);
    const failed = this.failures.length === 0 ? "" : `, ${this.failures.length} failed`;
    const lines = codings.flatMap((coding) => {
      const sum = this.#sums.get(coding);
      if (sum === undefined) return [];
      const saved = Math.round(100 * (1 - sum.after / sum.before));
      return [`  ${coding.padEnd(5)} ${plural(sum.files)}, ${formatBytes(sum.before)} to ${formatBytes(sum.after)}: ${saved} % saved`];
    });
    return [
      `${plural(files)} worth compressing, by ${
        codings.join(", ")
      }: ${written} written, ${upToDate} up to date, ${this.#larger} hardly smaller${failed}`,
      ...lines,
      "",
    ].join("\n");
  }
}

function plural(files: number): string {
  return `${files} ${files === 1 ? "file" : "files"}`;
}

function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
