import type { ThreadGlobals } from "../contract/app_threads.ts";
import type { HostFolder } from "../contract/files.ts";
import { process } from "../io/node_process.ts";
import { openThreadPort } from "../io/node_thread_port.ts";
import { selectPlatform } from "../io/select.ts";
import { SIGNALS } from "../signals/signals.ts";
import { runThread } from "../suspend/thread/run_thread.ts";
import type { ThreadData } from "../suspend/worker/protocol.ts";
import { prepareRuntime } from "./prepare_runtime.ts";

/** Loads the app that a thread was started for, and serves it until the thread is ended. */
export async function serveThread(): Promise<void> {
  const { port, data } = openThreadPort();
  const { globals, ...rest } = data as ThreadData & { readonly globals: ThreadGlobals };
  const platform = await selectPlatform();
  await prepareRuntime(platform.runtime.name, globals);
  SIGNALS.refuse(
    "signals are the process's, and this app runs in a thread (--suspend worker); register them in a program that calls serve({ module })",
  );
  const thread = await runThread(port, rest, { ...platform, openFolder });
  // It would end the thread, and its request with it; on the main thread it is logged.
  process.on("unhandledRejection", (reason) => thread.rejected(reason));
}

/** Imported where a program has folders. */
async function openFolder(path: string): Promise<HostFolder> {
  return (await import("../io/node_files_standing.ts")).openStandingFolder(path);
}
