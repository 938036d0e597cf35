import { ConfigError } from "../errors.ts";
import { environmentName } from "./option.ts";
import type { Option, OptionTable, OptionValues } from "./option.ts";

/** An option as it was given: its texts, and how its user would call it, `--async` or `HEDDLE_ASYNC`. */
export interface GivenOption {
  readonly source: string;
  readonly texts: readonly string[];
}

/** Options as they were given, by their names in the table. */
export type GivenOptions<Table extends OptionTable> = { readonly [Name in keyof Table]?: GivenOption };

/**
 * Takes the options of a table from the environment. An empty variable is an unset one.
 *
 * @param variable Gives a variable's value, or undefined.
 */
export function fromEnvironment<Table extends OptionTable>(
  table: Table,
  variable: (name: string) => string | undefined,
): GivenOptions<Table> {
  const given: { [Name in keyof Table]?: GivenOption } = {};
  for (const name in table) {
    const source = environmentName(table[name].flag);
    const text = variable(source)?.trim() ?? "";
    if (text === "") continue;
    given[name] = { source, texts: table[name].repeatable ? splitList(text, table[name].unit.separator) : [text] };
  }
  return given;
}

/** Splits a list at its line breaks, or, where it has none, at its commas: so a value may have commas of its own. */
function splitList(text: string, separator: RegExp | string = ","): string[] {
  if (!text.includes("\n")) return text.split(separator).map((part) => part.trim());
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/**
 * Reads each option's text, or its default.
 *
 * @throws {ConfigError} A value is none for its option, or an option that is not repeatable was given twice.
 */
export function readOptions<Table extends OptionTable>(table: Table, given: GivenOptions<Table>): OptionValues<Table> {
  const values: Partial<Record<keyof Table, unknown>> = {};
  for (const name in table) values[name] = readOption(table[name], given[name]);
  return values as OptionValues<Table>;
}

function readOption(option: Option<unknown>, given: GivenOption | undefined): unknown {
  const texts = given?.texts ?? (option.default === null ? [] : [option.default]);
  const source = given?.source ?? option.flag;
  if (option.repeatable) return texts.map((text) => readText(option, source, text));
  if (texts.length > 1) {
    throw new ConfigError(source, `${source}: given ${texts.length} times, with ${texts.map(quote).join(" and ")}; give it once`);
  }
  return texts.length === 0 ? null : readText(option, source, texts[0]);
}

function readText(option: Option<unknown>, source: string, text: string): unknown {
  try {
    return option.unit.parse(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(source, `${source} ${quote(text)}: ${error.message}`);
  }
}

/** In quotes, with controls escaped: a text from outside must not write to the terminal as it likes. */
function quote(text: string): string {
  return JSON.stringify(text);
}
