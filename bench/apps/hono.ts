// Three routes, one with a parameter; load/hono.lua asks for each in turn.
import { Hono } from "hono";

const app = new Hono();

app.get("/", (c) => c.text("Hello from Hono!"));
app.get("/users/:id", (c) => c.json({ id: c.req.param("id"), name: "Ada" }));
app.get("/health", (c) => c.body(null, 204));

export default app;
