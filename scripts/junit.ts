/** One test, as a runtime's JUnit report has it. */
export interface TestResult {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped, or null where it ran. */
  readonly reason: string | null;
}

/** The reason of a skipped test for which none was told: Deno's and Bun's reports have no place for it but the test's name. */
export const REASON_MISSING = "no reason told (tests/support/test_unless.ts tells it)";

/**
 * Reads a JUnit report of `deno test`, `bun test` or node:test.
 *
 * Their three dialects have in common that a test is one `testcase`, whose children `skipped`, `failure` and `error` say what became
 * of it. A test that holds others is a `testsuite` in Node's, and is not counted there.
 */
export function readJunit(xml: string): TestResult[] {
  const results: TestResult[] = [];
  for (const match of xml.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const attributes = match[1] ?? "";
    const children = match[3] ?? "";
    const [name = "", suffix] = attribute(attributes, "name").split(" # SKIP ");
    if (/<(failure|error)\b/.test(children)) {
      results.push({ name, outcome: "failed", reason: null });
      continue;
    }
    const skipped = /<skipped\b([^>]*)>/.exec(children);
    if (skipped === null) {
      results.push({ name, outcome: "passed", reason: null });
      continue;
    }
    // Node writes message="true" for `skip: true`.
    const told = attribute(skipped[1] ?? "", "message");
    const reason = suffix ?? (told === "" || told === "true" ? REASON_MISSING : told);
    results.push({ name, outcome: "skipped", reason });
  }
  return results;
}

function attribute(text: string, name: string): string {
  const match = new RegExp(`\\b${name}="([^"]*)"`).exec(text);
  return unescapeXml(match?.[1] ?? "");
}

function unescapeXml(text: string): string {
  return text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&apos;|&#39;/g, "'")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&amp;/g, "&");
}
