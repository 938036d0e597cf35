/**
 * Writes the pages of `docs/` that are made from the sources: `options.md`, `errors.md`, `loops.md`, `runtimes.md`. With `--check` it writes nothing, and
 * fails if one is not what it would write.
 */
import { join } from "node:path";
import { EXIT_CODE_MEANINGS } from "../src/cli/exit_codes.ts";
import { defaultOf } from "../src/cli/help.ts";
import { LOOP_DIFFERENCES, LOOP_GAPS, type LoopGap } from "../src/loop/gaps.ts";
import { environmentName, type OptionTable } from "../src/options/option.ts";
import { SERVE_OPTIONS } from "../src/options/table.ts";
import { type Deviation, DEVIATIONS, type Gap, GAPS, LOOP_DEVIATIONS } from "../tests/conformance/deviations.ts";
import { ROOT } from "./root.ts";

const NOTE = "<!-- Made by scripts/generate_docs.ts: change the source that is named below, and run it again. -->\n";

const RUNTIME_NAMES: Readonly<Record<Deviation["runtime"], string>> = { deno: "Deno", bun: "Bun", node: "Node" };

/** The pages by their paths from the project's folder. */
export async function generateDocs(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/options.md", await format(optionsPage(SERVE_OPTIONS))],
    ["docs/errors.md", await format(errorsPage(await Deno.readTextFile(join(ROOT, "src/errors.ts"))))],
    ["docs/loops.md", await format(loopsPage())],
    ["docs/runtimes.md", await format(runtimesPage(DEVIATIONS, GAPS))],
  ]);
}

function optionsPage(table: OptionTable): string {
  const options = Object.values(table);
  const groups = [...new Set(options.map((option) => option.group))];
  const sections = groups.map((group) => {
    const rows = options.filter((option) => option.group === group).map((option) => [
      `\`${`${option.flag} ${option.unit.placeholder}`.trimEnd()}\``,
      `\`${environmentName(option.flag)}\``,
      option.default === null ? defaultOf(option) : `\`${defaultOf(option)}\``,
      `${option.help}${option.repeatable ? "; may be repeated" : ""}. Value: ${option.unit.spelling}.`,
    ]);
    return `## ${group}\n\n${markdownTable(["option", "variable", "default", "meaning"], rows)}`;
  });
  return [
    `# Options of \`heddle serve\`\n\n${NOTE}`,
    "From `src/options/table.ts`, as `heddle serve --help` is. An option wins over its variable of the environment; an empty variable is an unset\n" +
    "one; a variable of a repeatable option takes a list, separated by commas, or by line breaks, with which a\n" +
    "value may have commas of its own. On Deno a variable is read where `--allow-env` allows it.\n",
    ...sections,
    "## Exit codes\n",
    `From \`src/cli/exit_codes.ts\`.\n\n${markdownTable(["code", "meaning"], EXIT_CODE_MEANINGS)}`,
  ].join("\n");
}

function errorsPage(source: string): string {
  const rows: string[][] = [];
  for (const [, doc, name, body] of source.matchAll(/\/\*\* ([^\n]*) \*\/\nexport class (\w+) extends HeddleError \{\n(.*?)\n\}\n/gs)) {
    const code = /readonly code = "(\w+)"/.exec(body)?.[1] ?? "";
    const fields = [...body.matchAll(/\/\*\* ([^\n]*) \*\/\n {2}readonly (\w+):/g)].map(([, meaning, field]) => `\`${field}\`: ${meaning}`);
    rows.push([`\`${name}\``, `\`${code}\``, [doc, ...fields].join(" ")]);
  }
  if (rows.length !== [...source.matchAll(/^export class /gm)].length) {
    throw new Error("read src/errors.ts: a class is not of the form that is looked for");
  }
  return [
    `# Errors\n\n${NOTE}`,
    "From `src/errors.ts`. The class says whose fault it is, `code` is stable, the text is not. Misuse of the API is a plain `TypeError` or `RangeError`;\n" +
    "any other error is a bug.\n",
    markdownTable(["class", "code", "meaning"], rows),
  ].join("\n");
}

function runtimesPage(deviations: readonly Deviation[], gaps: readonly Gap[]): string {
  const rows = deviations.map(({ runtime, engine, reason, tests }) => [
    RUNTIME_NAMES[runtime],
    `\`${engine}\``,
    reason,
    tests.length === 0 ? "none sees it" : tests.map((test) => `\`${test}\``).join(", "),
  ]);
  return [
    `# What differs by runtime\n\n${NOTE}`,
    "From `tests/conformance/deviations.ts`: all else that the contracts promise holds on Deno, Bun and Node alike, by the same suites.\n",
    "## Apps\n",
    markdownTable(["runtime", "what differs, and the way out"], gaps.map(({ runtime, reason }) => [runtime, reason])),
    "## Sockets\n",
    markdownTable(["runtime", "I/O engine", "what differs", "cases of the suite that do not hold"], rows),
  ].join("\n");
}

function loopsPage(): string {
  const names = (loops: readonly string[]) => loops.map((loop) => `\`${loop}\``).join(", ");
  const option = ({ flag, name }: LoopGap) => flag === null ? `\`${name}\`` : `\`${flag}\``;
  const gaps = LOOP_GAPS.map((gap) => [option(gap), names(gap.loops), gap.isRefused ? "refused" : "a warning", gap.reason]);
  const differences = LOOP_DIFFERENCES.map(({ loops, reason }) => [names(loops), reason, "none sees it"]);
  const seen = LOOP_DEVIATIONS.map(({ loop, reason, tests }) => [names([loop]), reason, tests.map((test) => `\`${test}\``).join(", ")]);
  return [
    `# Loop engines\n\n${NOTE}`,
    "From `src/loop/gaps.ts` and `tests/conformance/deviations.ts`.\n",
    "`--loop deno-serve`, `--loop bun-serve` and `--loop node-http`, or in short `--deno-serve N` and so on with N cores, put the runtime's own HTTP\n" +
    "server (`Deno.serve`, `Bun.serve`, `node:http`) in the place of heddle's sockets and parser, as uWSGI's `--gevent N` puts gevent's loop. It takes\n" +
    "over connections and parsing. Cores, the wait queue, `--shed`, `--queue-timeout`, `--harakiri`, limits of bodies, the limits of a head that was read,\n" +
    "logs, statistics, graceful stops, `waitUntil` and both suspend engines stay heddle's: `tests/e2e/loops_test.ts` runs each test on both.\n",
    "## Options that it cannot keep\n",
    "Given with that loop each is refused, or told of at the start.\n",
    markdownTable(["option", "loop engine", "given", "what becomes of it"], gaps),
    "## What else differs\n",
    markdownTable(["loop engine", "what differs", "tests that do not hold"], [...differences, ...seen]),
  ].join("\n");
}

function markdownTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("");
}

async function format(markdown: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), { args: ["fmt", "--ext", "md", "-"], cwd: ROOT, stdin: "piped", stdout: "piped" })
    .spawn();
  const output = process.output();
  const stdin = process.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(markdown));
  await stdin.close();
  const { code, stdout } = await output;
  if (code !== 0) throw new Error(`format a page: deno fmt ended with ${code}`);
  return new TextDecoder().decode(stdout);
}

async function main(check: boolean): Promise<number> {
  let stale = 0;
  for (const [path, text] of await generateDocs()) {
    const file = join(ROOT, path);
    if (await Deno.readTextFile(file).catch(() => "") === text) continue;
    stale++;
    if (!check) await Deno.writeTextFile(file, text);
    console.log(check ? `${path} is stale: run deno run -A scripts/generate_docs.ts` : `wrote ${path}`);
  }
  return check && stale > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args.includes("--check")));
