/** The rules of architecture that no type checker holds: which folder imports which, and where a runtime may be touched. */
import ts from "typescript";
import { importTarget, packageName } from "./imports.ts";

/** Folders of `src` from the bottom up. A folder imports from rows below its own, and from itself; not from its neighbours. */
const ROWS: ReadonlyArray<readonly string[]> = [
  ["errors", "version", "ip_address", "state_machine", "time_limit", "waited", "without_query"],
  ["contract"],
  ["io", "core", "http", "gateway", "static", "options"],
  ["app"],
  ["suspend", "loop", "signals", "websocket"],
  ["serve"],
  ["observe"],
  ["process", "watchdog", "precompress"],
  ["entry", "mod"],
  ["cli"],
];

const RANKS: ReadonlyMap<string, number> = new Map(ROWS.flatMap((row, rank) => row.map((name) => [name, rank] as const)));

/** Whose code is a runtime's: `io/node.ts`, `io/clock_deno.ts`, `loop/bun_serve.ts`. */
const RUNTIME_FILES = /^src\/(io\/(\w+_)?(deno|bun|node)(_\w+)?|io\/select|loop\/\w+)\.ts$/;

/** Whose code may import `node:` modules. */
const NODE_MODULE_FILES = /^src\/(io\/(\w+_)?node(_\w+)?|core\/current|loop\/node_http\w*|(websocket|process|precompress|cli)\/.+)\.ts$/;

/** Whose code may read a clock or set a timer; everyone else is handed a `Clock`. */
const TIME_FILES = /^src\/(io|loop|process|cli)\//;

const RUNTIME_GLOBALS: ReadonlySet<string> = new Set(["Deno", "Bun", "process", "Buffer", "require", "__dirname", "__filename"]);

const TIME_GLOBALS: ReadonlySet<string> = new Set(["setTimeout", "setInterval", "setImmediate", "performance"]);

/**
 * Finds what a source file does against the rules.
 *
 * @param file Path from the project's folder, with `/`: `mod.ts` or one below `src/`.
 * @param packages Names of the npm packages that sources may import.
 * @returns One line a finding, beginning with `FILE:LINE: `.
 */
export function checkLayers(file: string, text: string, packages: ReadonlySet<string>): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const declared = declaredNames(source);
  const findings: string[] = [];
  const report = (node: ts.Node, finding: string) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    findings.push(`${file}:${line + 1}: ${finding}`);
  };
  const visit = (node: ts.Node): void => {
    const target = importTarget(node);
    if (target !== null) {
      const finding = checkImport(file, target, packages);
      if (finding !== null) {
        report(node, finding);
      }
    }
    const finding = checkReexport(file, node) ?? checkDynamicImport(file, node) ?? checkGlobal(file, node, declared);
    if (finding !== null) {
      report(node, finding);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

function checkImport(file: string, target: string, packages: ReadonlySet<string>): string | null {
  if (target.startsWith("node:")) {
    return NODE_MODULE_FILES.test(file) ? null : `imports "${target}"; node: modules are for io/node*.ts, core/current.ts, process and cli`;
  }
  if (!target.startsWith(".")) {
    return packages.has(packageName(target)) ? null : `imports "${target}", which is no dependency of the sources`;
  }
  const resolved = new URL(target, `file:///${file}`).pathname.slice(1);
  const from = layerOf(file);
  const to = layerOf(resolved);
  const fromRank = RANKS.get(from);
  const toRank = RANKS.get(to);
  if (fromRank === undefined || toRank === undefined) {
    return `imports "${target}": "${fromRank === undefined ? from : to}" has no place in the direction of imports (scripts/layers.ts)`;
  }
  return from === to || fromRank > toRank ? null : `imports "${target}": ${from} may not import ${to}`;
}

function layerOf(path: string): string {
  const parts = path.split("/");
  const name = parts[0] === "src" ? parts[1] : parts[0];
  return (name ?? "").replace(/\.ts$/, "");
}

function checkReexport(file: string, node: ts.Node): string | null {
  if (!ts.isExportDeclaration(node) || node.moduleSpecifier === undefined) {
    return null;
  }
  if (layerOf(file) !== "mod" && layerOf(file) !== "entry") {
    return "re-exports; only mod.ts and src/entry do";
  }
  return node.exportClause === undefined ? "re-exports all of a module; name what is exported" : null;
}

function checkDynamicImport(file: string, node: ts.Node): string | null {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword || file === "src/app/load.ts") {
    return null;
  }
  const argument = node.arguments[0];
  return argument !== undefined && ts.isStringLiteral(argument) ? null : "imports what only running it tells; that is for app/load.ts";
}

function checkGlobal(file: string, node: ts.Node, declared: ReadonlySet<string>): string | null {
  const name = globalName(node);
  if (name === null || declared.has(name)) {
    return null;
  }
  if (RUNTIME_GLOBALS.has(name) && !RUNTIME_FILES.test(file)) {
    return `touches ${name}; runtime globals are for io/{deno,bun,node}*.ts, io/select.ts and loop`;
  }
  if (TIME_GLOBALS.has(name) && !TIME_FILES.test(file)) {
    return `touches ${name}; time comes from a Clock that is handed in`;
  }
  return null;
}

/** The global that an expression names, as `Deno` or `globalThis.Deno`; null where it names none. */
function globalName(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "globalThis") {
    return node.name.text;
  }
  if (!ts.isIdentifier(node)) {
    return null;
  }
  const { parent } = node;
  const isMember = (ts.isPropertyAccessExpression(parent) && parent.name === node) || (ts.isQualifiedName(parent) && parent.right === node);
  const isKey = (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) || ts.isPropertyDeclaration(parent)) && parent.name === node;
  return isMember || isKey ? null : node.text;
}

/** Names that a file gives a meaning of its own, anywhere in it. */
function declaredNames(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) ||
        ts.isImportSpecifier(node) || ts.isImportClause(node) || ts.isNamespaceImport(node) || ts.isBindingElement(node)) &&
      node.name !== undefined && ts.isIdentifier(node.name)
    ) {
      names.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
