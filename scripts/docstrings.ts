import ts from "typescript";

/**
 * Finds the exports of a source file that have no docstring.
 *
 * `deno doc --lint` asks for one on each member too, `name` of an error class and a described parameter's constructor included, and
 * sees only what an entry point exports; this sees each file's exports.
 *
 * @returns One line a finding, beginning with `FILE:LINE: `.
 */
export function checkDocstrings(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const findings: string[] = [];
  let previous: ts.Statement | null = null;
  for (const statement of source.statements) {
    const name = exportedName(statement);
    if (name !== null && ts.getJSDocCommentsAndTags(statement).length === 0 && !continues(previous, statement)) {
      const { line } = source.getLineAndCharacterOfPosition(statement.getStart(source));
      findings.push(`${file}:${line + 1}: export "${name}" has no docstring`);
    }
    previous = statement;
  }
  return findings;
}

/** Overloads, and constants without an empty line between them, are documented by the first one's docstring. */
function continues(previous: ts.Statement | null, statement: ts.Statement): boolean {
  if (previous === null || previous.kind !== statement.kind) {
    return false;
  }
  if (ts.isVariableStatement(statement)) {
    return !statement.getFullText().startsWith("\n\n");
  }
  return ts.isFunctionDeclaration(statement) && exportedName(previous) === exportedName(statement);
}

function exportedName(statement: ts.Statement): string | null {
  const isExported = ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false);
  if (!isExported) {
    return null;
  }
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText()).join(", ");
  }
  return (statement as ts.DeclarationStatement).name?.getText() ?? "default";
}
