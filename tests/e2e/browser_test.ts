/** HEDDLE_SCREENSHOTS names a folder that gets a picture of each page, for whoever wants to look at them. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { CliProcess } from "../support/cli_process.ts";
import { runtimeName } from "../support/runtime.ts";
import { testUnless } from "../support/test_unless.ts";

/** Debian's. */
const CHROMIUM = "/usr/bin/chromium";
const APP = fileURLToPath(new URL(`./fixtures/browser_app${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));
const SECONDS = 60;
const RATE = 44_100;

const PAGE = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A page of heddle's</title>
<link rel="stylesheet" href="style.css"><link rel="icon" href="data:,"></head>
<body><h1>Loading</h1><video controls preload="metadata" src="sound.wav"></video><ul></ul>
<script type="module" src="app.3f9a1c0b.js"></script></body></html>`;
/** Records half a second of a square that moves, as WebM, and gives it in base64. */
const RECORD = `new Promise((resolve) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
  const context = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm;codecs=vp8" });
  let at = 0;
  const timer = setInterval(() => {
    context.fillStyle = "navy";
    context.fillRect(0, 0, 160, 120);
    context.fillStyle = "orange";
    context.fillRect(at += 3, 30, 60, 60);
  }, 20);
  recorder.ondataavailable = async ({ data }) => resolve(btoa(String.fromCharCode(...new Uint8Array(await data.arrayBuffer()))));
  recorder.start();
  setTimeout(() => { clearInterval(timer); recorder.stop(); }, 500);
})`;
const VIDEO_PAGE =
  `<!DOCTYPE html><title>A video</title><link rel="icon" href="data:,"><video src="clip.webm" width="320" muted autoplay></video>`;
const STYLE = "h1 { color: rgb(0, 100, 0); } video { width: 30rem; height: 4rem; }";
const SCRIPT = `import { text } from "./parts/text.js";
document.querySelector("h1").textContent = text;
new EventSource("/events").onmessage = ({ data }) => {
  const item = document.createElement("li");
  item.textContent = data;
  document.querySelector("ul").append(item);
};`;

/** A minute of a tone, 16 bits, mono: 5 MB, of which a browser asks for parts. */
function sound(): Uint8Array {
  const samples = SECONDS * RATE;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write("RIFF", 0, "latin1");
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8, "latin1");
  // RIFF's PCM format: 16 bytes of it, PCM, one channel, rate, bytes a second, bytes and bits a sample.
  for (const [at, value] of [[16, 16], [24, RATE], [28, RATE * 2]] as const) bytes.writeUInt32LE(value, at);
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) bytes.writeUInt16LE(value, at);
  bytes.write("data", 36, "latin1");
  bytes.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) bytes.writeInt16LE(Math.round(3000 * Math.sin(at * 2 * Math.PI * 440 / RATE)), 44 + at * 2);
  return bytes;
}

function createSite(): string {
  const root = mkdtempSync(join(tmpdir(), "heddle-browser-"));
  for (const name of ["parts", "files/deep", "files/<b>bold & brave"]) mkdirSync(join(root, name), { recursive: true });
  const files = {
    "index.html": PAGE,
    "style.css": STYLE,
    "app.3f9a1c0b.js": SCRIPT,
    "parts/text.js": `export const text = "Loaded by scripts";`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  writeFileSync(join(root, "app.3f9a1c0b.js.br"), zlib.brotliCompressSync(SCRIPT));
  writeFileSync(join(root, "sound.wav"), sound());
  for (
    const name of ["a.txt", "B.txt", "caf\u00e9.txt", "100%.txt", "<img src=x onerror=alert(1)>.txt", "\u202etxt.exe", "z".repeat(120)]
  ) {
    writeFileSync(join(root, "files", name), name.repeat(name === "B.txt" ? 100_000 : 1));
  }
  return root;
}

/** @param run Gets the URLs of `heddle serve`, and of `heddle static` on the same folder. */
async function withBrowser(run: (browser: Browser, url: string, listed: string, root: string) => Promise<void>): Promise<void> {
  const root = createSite();
  const cli = new CliProcess(["serve", APP, "--port", "0"], { env: { HEDDLE_SITE: root }, denoFlags: ["-A"] });
  const listing = new CliProcess(["static", root, "--port", "0"], { denoFlags: ["-A"] });
  let browser: Browser | null = null;
  try {
    const url = await cli.listening();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--mute-audio"] });
    await run(browser, url, await listing.listening(), root);
  } finally {
    await browser?.close();
    for (const each of [cli, listing]) each.kill("SIGKILL");
    await Promise.all([cli.exit, listing.exit]);
    rmSync(root, { recursive: true, force: true });
  }
}

/** A page, and what was said in its console and answered to it. */
async function openPage(browser: Browser) {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const answers: { path: string; status: number; headers: Readonly<Record<string, string>> }[] = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on(
    "response",
    (answer) => answers.push({ path: new URL(answer.url()).pathname, status: answer.status(), headers: answer.headers() }),
  );
  return { page, complaints, answers };
}

async function look(page: Page, name: string): Promise<void> {
  const folder = process.env["HEDDLE_SCREENSHOTS"] ?? "";
  if (folder !== "") await page.screenshot({ path: join(folder, `${runtimeName()}-${name}.png`) });
}

testUnless(
  existsSync(CHROMIUM) ? null : "chromium is not installed",
  "heddle serve in a browser: a page with scripts, media by ranges, an event stream; heddle static: a listing, by keyboard",
  () =>
    withBrowser(async (browser, url, listed, root) => {
      const { page, complaints, answers } = await openPage(browser);
      await page.goto(url);
      await page.getByRole("heading", { name: "Loaded by scripts" }).waitFor();
      await page.getByText("event 3").waitFor();
      assert.equal(await page.evaluate(`getComputedStyle(document.querySelector("h1")).color`), "rgb(0, 100, 0)");
      assert.equal(answers.find(({ path }) => path === "/app.3f9a1c0b.js")?.headers["content-encoding"], "br");
      assert.equal(Math.round(Number(await page.evaluate(`document.querySelector("video").seekable.end(0)`))), SECONDS);
      // What it seeks to lies behind what it has read.
      const at = await page.evaluate(`new Promise((resolve, reject) => {
        const video = document.querySelector("video");
        video.onseeked = () => resolve(video.currentTime);
        video.onerror = () => reject(new Error(video.error.message));
        video.currentTime = ${SECONDS - 5};
      })`);
      assert.equal(at, SECONDS - 5);
      const parts = answers.filter(({ path }) => path === "/sound.wav");
      assert.ok(parts.length >= 2 && parts.every(({ status }) => status === 206), JSON.stringify(parts));
      assert.ok(parts.some(({ headers }) => /^bytes [1-9]\d+-/.test(headers["content-range"] ?? "")), JSON.stringify(parts));
      await look(page, "page");

      writeFileSync(join(root, "clip.webm"), Buffer.from(String(await page.evaluate(RECORD)), "base64"));
      writeFileSync(join(root, "video.html"), VIDEO_PAGE);
      await page.goto(`${url}/video.html`);
      await page.waitForFunction(`document.querySelector("video").ended`);
      assert.deepEqual(await page.evaluate(`[document.querySelector("video").videoWidth, document.querySelector("video").error]`), [
        160,
        null,
      ]);
      const clip = answers.find(({ path }) => path === "/clip.webm");
      assert.deepEqual([clip?.status, clip?.headers["content-type"]], [206, "video/webm"]);
      await look(page, "video");

      answers.length = 0;
      await page.goto(`${listed}/files/`);
      await page.getByRole("heading", { name: "Index of /files/" }).waitFor();
      assert.equal(await page.getByRole("row").count(), 10);
      assert.equal(await page.locator("img").count(), 0);
      await look(page, "listing");
      await page.emulateMedia({ colorScheme: "dark" });
      await page.setViewportSize({ width: 360, height: 640 });
      await look(page, "listing-narrow-dark");
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it fits a narrow window");
      await page.getByRole("link", { name: "top" }).focus();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Index of /files/<b>bold & brave/" }).waitFor();
      await page.getByRole("link", { name: "files", exact: true }).click();
      await page.getByRole("link", { name: "100%.txt" }).click();
      await page.waitForURL(`${listed}/files/100%25.txt`);
      assert.equal(await page.locator("body").innerText(), "100%.txt");
      // A browser asks for this by itself.
      assert.deepEqual(answers.filter(({ status, path }) => status >= 400 && path !== "/favicon.ico"), []);
      assert.deepEqual(complaints.filter((text) => !text.includes("404 (Not Found)")), []);
    }),
  60_000,
);
