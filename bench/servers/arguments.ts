import { readFileSync } from "node:fs";

/** What the servers here take: a module of `apps/` by its name, and a port, in any order. */
export interface ServerArguments {
  /** @default "hello" */
  readonly app: string;
  /**
   * 0 takes a free one.
   *
   * @default 0
   */
  readonly port: number;
}

/** The certificate of `--tls`, of which `../certificate.ts` makes the files. */
export function readTls(args: readonly string[]): { readonly cert: string; readonly key: string } | null {
  if (!args.includes("--tls")) return null;
  const [cert, key] = ["cert", "key"].map((name) => readFileSync(new URL(`../.certificate/${name}.pem`, import.meta.url), "utf8"));
  return { cert: cert!, key: key! };
}

/** A fetch app's module. */
export interface FetchApp {
  fetch(request: Request): Response | Promise<Response>;
}

export function readArguments(args: readonly string[]): ServerArguments {
  const port = args.find((argument) => /^\d+$/.test(argument));
  return { app: args.find((argument) => argument !== port && !argument.startsWith("--")) ?? "hello", port: Number(port ?? 0) };
}

export async function loadApp(name: string): Promise<FetchApp> {
  const module = await import(new URL(`../apps/${name}.ts`, import.meta.url).href) as { default: FetchApp };
  return module.default;
}
