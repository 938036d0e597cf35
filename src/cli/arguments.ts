import { ConfigError } from "../errors.ts";
import { nearestName } from "../options/nearest.ts";
import type { OptionTable } from "../options/option.ts";
import type { GivenOption, GivenOptions } from "../options/read.ts";

/** What a command line said. */
export interface Arguments<Table extends OptionTable> {
  /** What is no option, in order. */
  readonly operands: readonly string[];
  readonly options: GivenOptions<Table>;
  /** `--help` or `-h` is there. */
  readonly help: boolean;
}

/**
 * Takes a command's arguments apart: `--name VALUE`, `--name=VALUE`, switches, operands in any place, and after `--` operands alone. A switch
 * has no value but by `=`: what follows may be an operand.
 *
 * commander 14 does this too, and costs 25 ms of start-up on each runtime (2 cores; a quarter of what heddle allows itself); the help,
 * the environment and the texts of errors come from our table in any case.
 *
 * @throws {ConfigError} There is no such option, or its value is missing.
 */
export function parseArguments<Table extends OptionTable>(args: readonly string[], table: Table): Arguments<Table> {
  const names = new Map(Object.keys(table).map((name) => [table[name].flag, name]));
  const operands: string[] = [];
  const texts = new Map<string, string[]>();
  let help = false;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index];
    if (argument === "--") {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (argument === "--help" || argument === "-h") help = true;
    else if (!argument.startsWith("-") || argument === "-") operands.push(argument);
    else {
      const [flag, attached] = split(argument);
      const name = names.get(flag);
      if (name === undefined) throw new ConfigError(flag, unknownOption(flag, [...names.keys(), "--help"]));
      const text = attached ?? table[name].unit.alone ?? args[++index];
      if (text === undefined || (attached === null && names.has(split(text)[0]))) {
        throw new ConfigError(flag, `${flag}: its value is missing; write ${flag} ${table[name].unit.placeholder}`);
      }
      texts.set(name, [...(texts.get(name) ?? []), text]);
    }
  }
  return { operands, options: givenOf(table, texts), help };
}

function split(argument: string): readonly [flag: string, attached: string | null] {
  const equals = argument.indexOf("=");
  return equals === -1 ? [argument, null] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

function unknownOption(flag: string, flags: readonly string[]): string {
  const nearest = nearestName(flag.replace(/^-+/, ""), flags.map((known) => known.slice(2)));
  return `unknown option ${JSON.stringify(flag)}${nearest === null ? "; see --help" : `: did you mean --${nearest}?`}`;
}

function givenOf<Table extends OptionTable>(table: Table, texts: ReadonlyMap<string, readonly string[]>): GivenOptions<Table> {
  const given: { [Name in keyof Table]?: GivenOption } = {};
  for (const name in table) {
    const found = texts.get(name);
    if (found !== undefined) given[name] = { source: table[name].flag, texts: found };
  }
  return given;
}
