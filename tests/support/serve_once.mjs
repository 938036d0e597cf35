import { spawn } from "node:child_process";

/**
 * Runs a server's command, asks it once, and stops it. Plain JavaScript, for the smoke tests of what is built.
 *
 * @param {string} command The executable.
 * @param {string[]} args What serves; `--http 127.0.0.1:0` is added.
 * @param {{ cwd: string, env?: Record<string, string | undefined>, path?: string }} options
 * @returns {Promise<{ status: number, text: string, code: number | string }>} The answer, and how the command ended on SIGTERM.
 */
export async function serveOnce(command, args, { cwd, env, path = "/" }) {
  const child = spawn(command, [...args, "--http", "127.0.0.1:0"], { cwd, env });
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? signal)));
  try {
    const answer = await fetch(new URL(path, await firstUrl(child)));
    const text = await answer.text();
    child.kill("SIGTERM");
    return { status: answer.status, text, code: await ended };
  } finally {
    child.kill("SIGKILL");
  }
}

/**
 * Runs a server's command, and asks for what its app blocks the event loop with, until its watchdog ends it.
 *
 * @param {string} command The executable.
 * @param {string[]} args What serves; `--http 127.0.0.1:0` is added.
 * @param {{ cwd: string, env?: Record<string, string | undefined> }} options
 * @returns {Promise<{ signal: string | number, log: string }>} How it ended, and its standard error.
 */
export async function serveUntilHang(command, args, { cwd, env }) {
  const child = spawn(command, [...args, "--http", "127.0.0.1:0"], { cwd, env });
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
  let log = "";
  child.stderr.on("data", (chunk) => log += chunk);
  try {
    await fetch(await firstUrl(child), { signal: AbortSignal.timeout(30_000) }).then(
      ({ status }) => log += `answered with ${status}`,
      () => {},
    );
    child.kill("SIGTERM");
    return { signal: await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000, "it runs on"))]), log };
  } finally {
    child.kill("SIGKILL");
  }
}

/** The first URL that it prints. */
function firstUrl(child) {
  return new Promise((resolve, reject) => {
    let output = "";
    const hear = (chunk) => {
      output += chunk;
      // The whole port: what follows it has come, too.
      const url = /http:\/\/[^\s/]+:\d+(?=\D)/.exec(output)?.[0];
      if (url !== undefined) resolve(url);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`start ${child.spawnfile}: it ended with\n${output}`)));
  });
}
