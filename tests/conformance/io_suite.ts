import { closingCases } from "./io/closing.ts";
import { crowdCases } from "./io/crowd.ts";
import type { IoCase, IoHarness } from "./io/harness.ts";
import { IoContext } from "./io/harness.ts";
import { listeningCases } from "./io/listening.ts";
import { readingCases } from "./io/reading.ts";
import { resetCases } from "./io/resets.ts";
import { throwingCases } from "./io/throwing.ts";
import { tlsCases } from "./io/tls.ts";
import { writingCases } from "./io/writing.ts";
import { DEVIATIONS } from "./deviations.ts";
import { runtimeName, runtimeVersion } from "../support/runtime.ts";
import { testUnless } from "../support/test_unless.ts";

const CASES: readonly IoCase[] = [
  ...writingCases,
  ...readingCases,
  ...closingCases,
  ...resetCases,
  ...throwingCases,
  ...listeningCases,
  ...crowdCases,
];

/** What an I/O engine promises (`src/contract/socket.ts`), as tests; what it is known not to keep is skipped, with the reason. */
export function ioSuite(harness: IoHarness): void {
  for (const ioCase of CASES) {
    if (ioCase.unix !== "only") run(ioCase, harness, "tcp");
    if (ioCase.unix !== undefined && harness.unixPath() !== null) run(ioCase, harness, "unix");
  }
}

/** The same over TLS, with what TLS has of its own; how it listens is not another matter there. */
export function tlsSuite(harness: IoHarness): void {
  runOverTls([...CASES.filter((ioCase) => !listeningCases.includes(ioCase)), ...tlsCases], harness);
}

/** Of that what comes before a handshake's end and at the connection's: where a socket goes another way up to there alone. */
export function handshakeSuite(harness: IoHarness): void {
  runOverTls([...closingCases, ...throwingCases, ...tlsCases], harness);
}

function runOverTls(cases: readonly IoCase[], harness: IoHarness): void {
  for (const ioCase of cases) if (ioCase.unix !== "only") run(ioCase, harness, "tcp");
}

function run(ioCase: IoCase, harness: IoHarness, transport: "tcp" | "unix"): void {
  const over = harness.tls !== undefined ? " (tls)" : transport === "unix" ? " (unix)" : "";
  const name = ioCase.name + over;
  const deviation = DEVIATIONS.find((each) =>
    each.runtime === runtimeName() && each.engine === harness.engine.name && runtimeVersion().startsWith(each.version ?? "") &&
    each.tests.includes(name)
  );
  const reason = deviation === undefined ? null : `deviation: ${deviation.reason}`;
  const several = (harness.tls?.length ?? 0) > 1 ? ", several certificates" : "";
  testUnless(reason, `${harness.engine.name}: ${name}${several}`, async () => {
    const context = new IoContext(harness, transport);
    try {
      await ioCase.run(context);
    } catch (error) {
      // The case's own failure says more than one that follows from it.
      await context.finish().catch(() => {});
      throw error;
    }
    await context.finish();
  }, ioCase.timeoutMs ?? 40_000);
}
