/** How the text of an option becomes its value. */
export interface Unit<T> {
  /** What stands for the value in the help, such as `SECONDS`; empty for a switch. */
  readonly placeholder: string;
  /** What a switch means that stands alone; left out where a value is wanted. */
  readonly alone?: string;
  /** How it is written, for the docs: `seconds, or with a unit: 500ms, 30s, 5m, 1h`. */
  readonly spelling: string;
  /** What separates values in a variable's list. @default a comma */
  readonly separator?: RegExp;
  /**
   * Reads the text.
   *
   * @throws {ConfigError} It is no such value; the message says what one looks like, and leaves text and option to the caller.
   */
  parse(text: string): T;
}

/** A heading of the help, and of the docs. */
export type OptionGroup =
  | "Folder"
  | "Listeners"
  | "Proxies"
  | "Cores"
  | "Limits"
  | "Timeouts"
  | "Static files"
  | "Engines"
  | "Log"
  | "Files";

/** One option of a command: what the help, the docs and the environment are made from. */
export interface Option<T> {
  /** Such as `--limit-post`. */
  readonly flag: string;
  readonly group: OptionGroup;
  readonly unit: Unit<T>;
  /** As a user would write it; null: unset. */
  readonly default: string | null;
  /** What goes for the default in the help where `default` does not say it all: `chosen from the app`. */
  readonly otherwise?: string;
  /** May be given several times; its environment variable takes a list, as `splitList` has it. */
  readonly repeatable: boolean;
  /** One sentence, without a full stop. */
  readonly help: string;
}

/** The options of a command, by their names in `serve()`. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The value of an option: a list if it is repeatable, null too if it has no default. */
export type OptionValue<O> = O extends { readonly unit: Unit<infer T>; readonly repeatable: infer R; readonly default: infer D }
  ? R extends true ? readonly T[] : D extends null ? T | null : T
  : never;

/** The values of a table's options. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: OptionValue<Table[Name]> };

/** The environment variable of an option: `HEDDLE_LIMIT_POST` of `--limit-post`. */
export function environmentName(flag: string): string {
  return `HEDDLE_${flag.slice(2).toUpperCase().replaceAll("-", "_")}`;
}
