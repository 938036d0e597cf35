import { dirname, join, normalize } from "node:path";

/**
 * Finds the links of a Markdown page that lead nowhere: files that are not there, headings that no page has.
 *
 * @param page Path from the project's folder.
 * @param pages Text of each page, by its path from the project's folder.
 * @param exists Whether there is a file or folder, by its path from the project's folder.
 * @returns One line a finding, beginning with `PAGE:LINE: `.
 */
export function checkLinks(page: string, pages: ReadonlyMap<string, string>, exists: (path: string) => boolean): string[] {
  const findings: string[] = [];
  eachProseLine(pages.get(page) ?? "", (line, number) => {
    for (const match of line.matchAll(/\]\(([^)\s]+)\)/g)) {
      const link = match[1] ?? "";
      if (/^[a-z]+:/.test(link)) {
        continue;
      }
      const [path = "", heading] = link.split("#");
      const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path))).replace(/\/$/, "");
      const text = pages.get(target);
      if (text === undefined && !exists(target)) {
        findings.push(`${page}:${number}: link to "${link}": there is no "${target}"`);
      } else if (heading !== undefined && text !== undefined && !headings(text).has(heading)) {
        findings.push(`${page}:${number}: link to "${link}": "${target}" has no such heading`);
      }
    }
  });
  return findings;
}

/**
 * Finds the source files that a page names and that are gone. A name with a folder is looked for from the project's folder and from
 * `src`; one without is enough where any file is called so, since a page names its folder once.
 *
 * @param files All files, by their paths from the project's folder.
 * @returns One line a finding, beginning with `PAGE:LINE: `.
 */
export function checkNamedFiles(page: string, text: string, files: ReadonlySet<string>): string[] {
  const names = new Set([...files].map((file) => file.split("/").at(-1)));
  const findings: string[] = [];
  text.split("\n").forEach((line, index) => {
    for (const match of line.matchAll(/(?<![\w/.{}*-])([\w./-]*\w\.(?:ts|mjs|toml))\b/g)) {
      const name = match[1] ?? "";
      const found = name.includes("/") ? files.has(name) || files.has(`src/${name}`) : names.has(name);
      if (!found) {
        findings.push(`${page}:${index + 1}: names "${name}", which is gone`);
      }
    }
  });
  return findings;
}

/**
 * Finds the links to tests whose text is not in the test's file: a page that says which test shows something quotes its name, or the name
 * of a case in its table.
 *
 * @param texts Text of each file of tests, by its path from the project's folder.
 * @returns One line a finding, beginning with `PAGE:LINE: `.
 */
export function checkQuotedTests(page: string, text: string, texts: ReadonlyMap<string, string>): string[] {
  const findings: string[] = [];
  eachProseLine(text, (line, number) => {
    for (const [, quote = "", link = ""] of line.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)) {
      const test = texts.get(normalize(join(dirname(page), link)));
      if (test !== undefined && !test.includes(quote)) findings.push(`${page}:${number}: "${quote}" is not in "${link}"`);
    }
  });
  return findings;
}

/** As GitHub makes them: lower case, spaces to hyphens, other punctuation gone. */
function headings(text: string): ReadonlySet<string> {
  const slugs = new Set<string>();
  eachProseLine(text, (line) => {
    const heading = /^#+\s+(.*)$/.exec(line)?.[1];
    if (heading !== undefined) {
      slugs.add(heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
    }
  });
  return slugs;
}

/** Lines outside of code blocks, counted from 1. */
function eachProseLine(text: string, see: (line: string, number: number) => void): void {
  let inCode = false;
  text.split("\n").forEach((line, index) => {
    if (/^\s*```/.test(line)) {
      inCode = !inCode;
    } else if (!inCode) {
      see(line, index + 1);
    }
  });
}
