// node:http with sirv, which reads its folder's names and sizes once, at the start. Usage: node static_sirv.ts FOLDER
import http, { type RequestListener } from "node:http";
import { importPackage } from "./packages.ts";

interface Sirv {
  default(folder: string): RequestListener;
}

const { default: sirv } = await importPackage<Sirv>("sirv/build.mjs");
const server = http.createServer(sirv(process.argv[2]!));
server.keepAliveTimeout = 75_000;
server.listen(0, "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});
