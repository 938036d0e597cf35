import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("corpus/inputs.jsonl", import.meta.url);

/** The inputs that are kept: one of each sort that was ever seen, a JSON string a line, a unit a byte. */
export function readCorpus(): string[] {
  return readFileSync(FILE, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as string);
}

/** Writes them, sorted, so that two runs' finds can be merged. */
export function writeCorpus(inputs: readonly string[]): void {
  writeFileSync(FILE, [...new Set(inputs)].map((input) => asciiJson(input)).sort().join("\n") + "\n");
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\xff]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`);
}
