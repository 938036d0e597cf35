/** A node:http server that says what it got, for tests of `fetch` as a client. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server got, as JSON in its answer. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * Runs `use` with the server's `host:port`, and closes it after.
 */
export async function withEchoServer(use: (authority: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => void (body += chunk));
    request.on("end", () => {
      response.setHeader("connection", "close");
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
