/** A Hono app: `heddle serve examples/hono.ts --async 100`, then `curl http://127.0.0.1:8080/users/7`. */
import { Hono } from "hono";
import { getConnInfo } from "heddle/hono";

const app = new Hono();

app.get("/", (c) => c.text("Hello from Hono!\n"));
app.get("/users/:id", (c) => c.json({ id: Number(c.req.param("id")), from: getConnInfo(c).remote.address }));
app.post("/echo", async (c) => c.json(await c.req.json()));

export default app;
