// The runtime's own server: node:http. Usage: node own_node.ts [PORT]
import http from "node:http";

const server = http.createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/plain;charset=UTF-8", "content-length": 13 });
  response.end("Hello, World!");
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(`listening on http://127.0.0.1:${address.port}`);
});
