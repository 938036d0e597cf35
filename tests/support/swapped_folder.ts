import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SWAP = `
import os, sys, time
os.chdir(sys.argv[1])
while True:
    for old, new in (("real", "kept"), ("link", "real"), ("real", "link"), ("kept", "real")):
        os.rename(old, new)
        time.sleep(0.00002)
`;

/**
 * Runs `use` while another process turns the folder `real` below a root into a link that leads out of it and back, over and over. Its `file` has the
 * text `inside`, and the one that the link leads to `evil!!`; beside that one there is `secret`.
 */
export async function withSwappedFolder(use: (root: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-swapped-"));
  const root = join(folder, "root");
  mkdirSync(join(root, "real"), { recursive: true });
  mkdirSync(join(folder, "evil"));
  writeFileSync(join(root, "real", "file"), "inside");
  writeFileSync(join(folder, "evil", "file"), "evil!!");
  writeFileSync(join(folder, "evil", "secret"), "");
  symlinkSync(join(folder, "evil"), join(root, "link"));
  const swapper = spawn("python3", ["-c", SWAP, root], { stdio: "ignore" });
  try {
    await use(root);
  } finally {
    swapper.kill("SIGKILL");
    await once(swapper, "close");
    rmSync(folder, { recursive: true });
  }
}
