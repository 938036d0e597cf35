import { environmentName } from "../options/option.ts";
import type { Option, OptionGroup, OptionTable } from "../options/option.ts";
import { PRECOMPRESS_OPTIONS } from "../options/precompress.ts";
import { STATIC_COMMAND_OPTIONS } from "../options/static_command.ts";
import { SERVE_OPTIONS } from "../options/table.ts";

/** Columns of a terminal that the help fits in. */
const WIDTH = 100;
const INDENT = "  ";

/** The help of `heddle` itself. */
export function mainHelp(): string {
  return [
    "heddle: an async application server for fetch apps and yield apps, on Deno, Bun and Node.",
    "",
    "Usage: heddle COMMAND",
    "",
    "Commands",
    "  serve APP    Run an app module on async cores; heddle serve --help lists the options",
    "  static DIR   Serve the files of a folder; heddle static --help lists the options",
    "  precompress DIR",
    "               Write .br, .zst and .gz beside a folder's files; see heddle precompress --help",
    "",
    "Options",
    "  --help       Print this help",
    "  --version    Print the version",
    "",
  ].join("\n");
}

/** The help of `heddle serve`. */
export function serveHelp(): string {
  return [
    "Usage: heddle serve [APP] [OPTIONS]",
    "",
    ...wrap(
      "Runs an app module (.ts, .js, .mjs) on async cores: export default { fetch(request) {...} }, a Hono app, " +
        "a function of a request, or a yield app, function* application(env, startResponse); or a WASI program (.wasm), one instance a request, as CGI does. " +
        "Without an app it serves the files that --static-map and --check-static name.",
      0,
    ),
    "",
    ...optionsHelp(SERVE_OPTIONS),
    "Examples",
    "  heddle serve app.ts --port 3000",
    "  heddle serve app.ts --http :8080 --http unix:/run/app.sock --async 100 --log-format json",
    "",
    ...wrap("An option wins over its variable of the environment. Exit codes: 0 stopped, 1 app, 2 usage, 3 cannot listen.", 0),
    "",
  ].join("\n");
}

/** The help of `heddle precompress`. */
export function precompressHelp(): string {
  return [
    "Usage: heddle precompress DIR [OPTIONS]",
    "",
    ...wrap(
      "Writes compressed files beside those of a folder that are worth it, for --static-gzip and staticFiles({ precompressed: true }). Files that are up to date " +
        "are passed over, links are not followed, and who reads meanwhile sees whole files alone.",
      0,
    ),
    "",
    ...optionsHelp(PRECOMPRESS_OPTIONS),
    "Example",
    "  heddle precompress public --jobs 4",
    "",
    ...wrap(
      "An option wins over its variable of the environment. Exit codes: 0 done, 1 some files could not be compressed, 2 usage, 130 interrupted.",
      0,
    ),
    "",
  ].join("\n");
}

/** The help of `heddle static`: of the options that it shares, those that are of use without an app. */
export function staticHelp(): string {
  const groups: readonly OptionGroup[] = ["Folder", "Listeners", "Static files", "Log"];
  const shown = Object.entries<Option<unknown>>(STATIC_COMMAND_OPTIONS).filter(([, { group }]) => groups.includes(group));
  return [
    "Usage: heddle static [DIR] [OPTIONS]",
    "",
    ...wrap(
      "Serves the files of a folder, or of the current one, with a listing of what has no index: short for " +
        "heddle serve --static-map /=DIR --static-listing. Every option of heddle serve holds, those for apps and connections too.",
      0,
    ),
    "",
    ...optionsHelp(Object.fromEntries(shown)),
    "Examples",
    "  heddle static public --port 3000",
    "  heddle static dist --spa --quiet",
    "",
  ].join("\n");
}

function optionsHelp(table: OptionTable): string[] {
  const groups = new Map<OptionGroup, Option<unknown>[]>();
  for (const option of Object.values(table)) groups.set(option.group, [...(groups.get(option.group) ?? []), option]);
  const names = Object.values(table).map(nameOf);
  const column = Math.max(...names.map((name) => name.length)) + INDENT.length + 2;
  return [...groups].flatMap(([group, options]) => [group, ...options.flatMap((option) => optionHelp(option, column)), ""]);
}

function optionHelp(option: Option<unknown>, column: number): string[] {
  const [first, ...others] = [
    ...wrap(`${option.help}${option.repeatable ? "; may be repeated" : ""}. ${sentence(option.unit.spelling)}`, column),
    ...wrap(`[default: ${defaultOf(option)}]${option.group === "Folder" ? "" : ` [env: ${environmentName(option.flag)}]`}`, column),
  ];
  return [(INDENT + nameOf(option)).padEnd(column) + first.trimStart(), ...others];
}

function nameOf({ flag, unit }: Option<unknown>): string {
  return `${flag} ${unit.placeholder}`.trimEnd();
}

/** What goes where an option is not given: for people. */
export function defaultOf({ default: text, otherwise }: Option<unknown>): string {
  return text ?? otherwise ?? "none";
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

/** Breaks a text into lines that begin at `column` and end before `WIDTH`. */
function wrap(text: string, column: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && column + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => " ".repeat(column) + part);
}
