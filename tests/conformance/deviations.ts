/** What an engine does otherwise than the contract says, on one runtime. */
export interface Deviation {
  readonly runtime: "deno" | "bun" | "node";
  readonly engine: "deno" | "bun" | "node" | "memory";
  /** Where it is so in some versions only: how their numbers begin, such as `20.`. */
  readonly version?: string;
  /** What is different and what it means for a user; a sentence or two for `docs/runtimes.md`. */
  readonly reason: string;
  /** Names of the conformance cases that do not hold; empty where no case can see it. */
  readonly tests: readonly string[];
}

/** Every gap that is known; `docs/runtimes.md` is made from it. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    runtime: "deno",
    engine: "deno",
    reason:
      "Deno.Conn cannot send RST: a connection that is given up is closed, so its peer gets what the kernel had already taken and then FIN. " +
      "`--io node` resets.",
    tests: ["abort() resets: the peer sees ECONNRESET", "abort() resets: the peer sees ECONNRESET (tls)"],
  },
  {
    runtime: "deno",
    engine: "deno",
    reason: "Deno.listen takes no backlog for a Unix socket (it is 1,024), and its close removes whatever file is at the path then, " +
      "also one that another process has put there meanwhile.",
    tests: [],
  },
  {
    runtime: "deno",
    engine: "deno",
    reason:
      "Without `--allow-sys` a Unix socket's mode (`--chmod-socket`) is set after the bind: until then it is what the umask leaves. " +
      "Allow it, or put the socket into a folder that others cannot enter.",
    tests: [],
  },
  {
    runtime: "deno",
    engine: "node",
    reason: "A Unix socket's mode (`--chmod-socket`) is set after the bind: until then it is what the umask leaves.",
    tests: ["listen() binds a Unix socket with its mode: at no moment it is more open (unix)"],
  },
  {
    runtime: "node",
    engine: "node",
    version: "20.",
    reason: "On Node 20 a reset that comes while bytes are unread shows as the peer's FIN; it is known at the next write.",
    tests: ["close() has a BrokenError when the peer resets while paused"],
  },
  {
    runtime: "node",
    engine: "node",
    reason: "With no descriptors left a new connection is accepted and closed at once, by libuv: there is no backing off. " +
      "Keep the descriptor limit above what you expect of connections.",
    tests: [],
  },
  {
    runtime: "node",
    engine: "node",
    reason: "A Unix socket has no reset, and neither has a TCP connection in the moment in which its FIN leaves: both are closed instead.",
    tests: [],
  },
  {
    runtime: "node",
    engine: "node",
    version: "20.",
    reason:
      "On a port of TLS, plain HTTP is known by GET, HEAD, POST and PUT alone, and gets its 400; a client that begins with another method is closed " +
      "without a word: the OpenSSL of Node 20 tells no more of them. Node 24 does.",
    tests: [],
  },
  {
    runtime: "deno",
    engine: "node",
    reason: "An address that is not this machine's is called invalid: Deno's node:net hides the system's reason.",
    tests: ["listen() on a foreign address is a BrokenError"],
  },
  {
    runtime: "deno",
    engine: "node",
    reason: "A write that is under way when the client's FIN arrives may fail, and the connection with it: a client that sends FIN " +
      "right after its request may get no answer. The deno engine answers it.",
    tests: ["write() at the moment of the peer's FIN arrives whole"],
  },
  {
    runtime: "deno",
    engine: "node",
    reason: "With no descriptors left it never accepts again, or the process ends. The deno engine goes on.",
    tests: [],
  },
  {
    runtime: "bun",
    engine: "node",
    reason: "With no descriptors left it uses 40 % of a CPU until there are some. The bun engine resets new connections instead.",
    tests: [],
  },
  {
    runtime: "node",
    engine: "node",
    reason:
      "Over TLS there is no reset: a connection that is given up is closed without TLS's word of the end (close_notify), by which its peer knows that something is missing.",
    tests: ["abort() resets: the peer sees ECONNRESET (tls)"],
  },
  {
    runtime: "node",
    engine: "node",
    reason:
      "With several certificates, a client that offers its session of one server name where it asks for another gets that session, and no other certificate: Node's own " +
      "`node:tls` does so too (24.21). Clients keep a session with its name.",
    tests: ["a session is taken up again for its own server name, and for no other one (tls)"],
  },
  {
    runtime: "deno",
    engine: "node",
    reason:
      "Several certificates (`--cert` repeated) are an `UnsupportedError`: `node:tls` of Deno keeps each connection that ends before it has named a server " +
      "for good, 12 KB of it (2.9.6). The deno engine has them.",
    tests: [],
  },
  {
    runtime: "bun",
    engine: "bun",
    reason: "Over TLS a reset that comes after our own end is told as the peer's end.",
    tests: ["close() has a BrokenError when the peer resets after end() (tls)"],
  },
  {
    runtime: "deno",
    engine: "deno",
    reason:
      "Over TLS a client that ends first gets FIN without TLS's word of the end (close_notify), for Deno's node:tls writes none then. " +
      "It had its answer whole; where the server ends first, the word is sent.",
    tests: [],
  },
];

/** What a loop engine does otherwise than heddle's own sockets, where a test of `tests/e2e/loops_test.ts` sees it. */
export interface LoopDeviation {
  readonly loop: "deno-serve" | "bun-serve" | "node-http";
  /** A sentence or two for `docs/loops.md`. */
  readonly reason: string;
  /** Names of the tests that do not hold. */
  readonly tests: readonly string[];
}

/** Every one of them. */
export const LOOP_DEVIATIONS: readonly LoopDeviation[] = [
  {
    loop: "deno-serve",
    reason: "Deno.serve (2.9.6) drops scheme and host of an absolute target, and goes by the host field.",
    tests: ["an absolute target names the host"],
  },
  {
    loop: "bun-serve",
    reason: "Bun.serve (1.4.5) drops scheme and host of an absolute target, and goes by the host field.",
    tests: ["an absolute target names the host"],
  },
  {
    loop: "deno-serve",
    reason:
      "Deno.serve (2.9.6) reads on while a request runs: it took 20 MB of requests that one client had sent behind it. They hold no core.",
    tests: ["pipelined requests are not taken in while they wait: what a client can send of them is bounded"],
  },
  {
    loop: "bun-serve",
    reason:
      "Bun.serve (1.4.5) drops requests that were sent before the answer of the one before (pipelined), unless all are answered at once. " +
      "Browsers and fetch clients send none.",
    tests: [
      "pipelined requests are answered in order, one at a time",
      "pipelined requests are not taken in while they wait: what a client can send of them is bounded",
    ],
  },
  {
    loop: "deno-serve",
    reason: "Deno.serve (2.9.6) sends files by itself, and does not tell when a client has one.",
    tests: ["serve({ static }): files on their way without a core are counted, and past the bound of offload one keeps its core"],
  },
  {
    loop: "bun-serve",
    reason: "Bun.serve (1.4.5) sends files by itself, and does not tell when a client has one.",
    tests: ["serve({ static }): files on their way without a core are counted, and past the bound of offload one keeps its core"],
  },
  {
    loop: "bun-serve",
    reason:
      "Bun.serve (1.4.5) sends every stream in chunks, and drops the content-length that it was given: a static file, or a part of one, of more than 256 KiB and below 1 MiB among them, " +
      "so that a client sees no progress of it. A smaller one, a larger one, and the answer to HEAD have theirs.",
    tests: [],
  },
  {
    loop: "bun-serve",
    reason:
      "A static file of 1 MiB and more without a content-disposition gets `content-disposition: inline`, which means the same: some types Bun.serve (1.4.5) would send with a file name " +
      "that is none.",
    tests: [],
  },
];

/** What an app, or a program that calls `serve()`, meets on one runtime and not on the others. */
export interface Gap {
  /** With its version where it is so in some only. */
  readonly runtime: string;
  /** What is different, and the way out. */
  readonly reason: string;
}

/** The gaps outside of the sockets; `docs/runtimes.md` is made from it too. */
export const GAPS: readonly Gap[] = [
  {
    runtime: "all",
    reason:
      "In threads (`--suspend worker`) an answer that streams has its thread until its end, and so has an event stream, which has no core any more: with `--async N` N clients that listen " +
      "take all threads, and no `--harakiri` ends them; who waits for a thread has a core, and so a `--harakiri`. Let the app end its event streams after a time, " +
      "serve them without threads, or from another process.",
  },
  {
    runtime: "Node",
    reason:
      "A client that closes while its request runs sends FIN, and RST to what comes then: if the answer is a stream that gives nothing after its head, Node does not look " +
      "for that RST, and the core stays busy until the stream gives something. `request.signal` has told of the FIN; a stream that may be silent should end with it, or say " +
      "something now and then.",
  },
  {
    runtime: "Node, Deno",
    reason:
      "An error in work that many requests share (a timer, a pool), which one of them has begun, is logged with that one's name. Begin it outside of requests.",
  },
  {
    runtime: "Node 24",
    reason:
      "With native globals, `new Request(request)` and `fetch(request)` of heddle's request throw an `UnsupportedError`: its brand is a private field. " +
      "`nativeRequest(request)` gives the native object; `heddle serve` has light globals, with which both work. `new Request(url, request)` works everywhere.",
  },
  {
    runtime: "Bun",
    reason:
      "With native globals, `new Request(request)` works for GET, and throws an `UnsupportedError` for other methods; with an init that names headers, body, signal, " +
      "redirect, cache and mode but no method, Bun makes it a GET unseen. The same ways out.",
  },
  {
    runtime: "Bun",
    reason:
      'With native globals, `new Response("text")` has no content-type among its headers, so none is sent; `Response.json` says `;charset=utf-8`; and `set-cookie` comes ' +
      "last among the fields. Light globals, the default of `heddle serve`, answer as on the other runtimes.",
  },
  {
    runtime: "Bun",
    reason: 'An app whose file name has a "?" cannot be imported. Rename it.',
  },
  {
    runtime: "Node 20",
    reason:
      "`heddle precompress` writes no `.zst`, and refuses `--coding zstd`: its zlib has no zstd. Files that Node 22.15 or later, Bun or Deno wrote are served all the same.",
  },
  {
    runtime: "Node 20",
    reason:
      'An app\'s `import "heddle"` is not led to the heddle that runs it, for there is no hook: install `heddle` beside the app, and run that one by `npx heddle`.',
  },
  {
    runtime: "Node 20",
    reason:
      "A WebAssembly program runs in a thread, as by `--suspend worker`, and as many at once as there are threads: there is no JSPI (`WebAssembly.Suspending`), which suspends a thousand on one thread elsewhere. `--suspend wasm` is an `UnsupportedError`.",
  },
  {
    runtime: "Bun",
    reason:
      "An instance of a WebAssembly program takes 12 to 19 ms where a hundred run at once, and not 0.1, unless JavaScriptCore gives them no fast memories (1.4.5). `heddle serve app.wasm` begins " +
      "its process anew with `BUN_JSC_useWasmFastMemory=false` for that; a program that calls `serve()` with one has to be started so.",
  },
  {
    runtime: "Deno",
    reason:
      "That a file lies in its folder, a static one or a program's of `--wasm-dir`, is asked of its descriptor (Linux), and without `-A` of its path, five times. Whoever may turn " +
      "folders in there into links while files are read could, with luck, have one read, or a folder listed, from outside: let nobody write there whom you would not let read all.",
  },
  {
    runtime: "Node 20",
    reason: "It runs no TypeScript: an app is a `.js` or `.mjs` file.",
  },
  {
    runtime: "Deno",
    reason:
      "There is no RST, so an HTTP/1.0 client, whose answer ends with the connection, cannot tell an answer whose app failed midway from a whole one. HTTP/1.1 clients can: the last " +
      "chunk or a part of the length is missing. `--io node` resets.",
  },
  {
    runtime: "Node, Bun",
    reason:
      "A client that takes an answer of megabytes more slowly than about 100 KB/s may be reset as stalled after 30 s: the kernel tells of room in a large send buffer only when a third of it " +
      "is free. `--write-timeout` is the way out.",
  },
  {
    runtime: "Node",
    reason:
      "The line of the log in which a disk becomes full may be cut without being counted as lost: Node tells a write to a file of which a part was written as whole.",
  },
  {
    runtime: "Node",
    reason: "A host with a malformed `xn--` label is served; Bun and Deno refuse it with 400, for their `new URL` throws.",
  },
  {
    runtime: "Bun",
    reason:
      "A rejection that nobody handled is logged as the app's, without its request: the handler of `unhandledRejection` has no AsyncLocalStorage there. `waitUntil(promise)` names it.",
  },
  {
    runtime: "Deno",
    reason:
      "An exception that a timer's callback throws is logged as the app's, without its request: the handler of `uncaughtException` has no AsyncLocalStorage there.",
  },
  {
    runtime: "Bun",
    reason:
      "`adoptFd(fd)` of a pipe is an `UnsupportedError`: `Bun.connect` takes sockets over, and nothing there a pipe with backpressure (1.4.5). Give it one end of a socket pair, " +
      "or wait for `peekable(Bun.file(fd).stream())`.",
  },
  {
    runtime: "Bun",
    reason:
      "An attempt to connect that `connect()` has given up, by its time or its signal, goes on until the kernel gives it up, and holds a descriptor for as long (1.4.5): where a host " +
      "does not answer at all, 2 minutes.",
  },
  {
    runtime: "Deno",
    reason:
      "A value of an environment variable is undefined in `env` where `--allow-env` does not allow it; nobody is asked. [docs/deno.md](deno.md) has what each use needs.",
  },
  {
    runtime: "Bun",
    reason:
      "Where a handler blocks the event loop past its `--harakiri` the watchdog's log has no stack, and after an `await` of the app's own it lists the requests that it may be: " +
      "`Debugger.pause` of Bun's inspector does nothing (1.4.5). Run the app on Node once to see where it hangs.",
  },
  {
    runtime: "Deno",
    reason:
      "Where a handler blocks the event loop past its `--harakiri` the watchdog's log has no stack, and after an `await` of the app's own it lists the requests that it may be: " +
      "Deno has no inspector for its main thread (2.9). The watchdog needs `--allow-read` of heddle's own `src`; without it that is warned of, and such a loop is not ended.",
  },
  {
    runtime: "Deno",
    reason:
      "How many connections may be open is 10,000 by default, and not what the limit of open files leaves, where not everything is allowed (`-A`): Deno opens `/proc/self/limits` by nothing less. `--connections` says it.",
  },
  {
    runtime: "Deno",
    reason:
      "Starting a thread (`--suspend worker`) holds the event loop for tens of milliseconds (2.9.6), and what nobody catches in one is written to standard " +
      "error by Deno too, beside heddle's log. Threads are started when the first requests need them, and kept.",
  },
  {
    runtime: "Deno",
    reason:
      "A thread (`--suspend worker`) that is ended while it runs code leaves another thread, six descriptors and 18 MB until the process ends (2.9.6): `--harakiri` of a handler that blocks or never " +
      "ends does so, and of a program that computes. A handler that awaits, and a program that waits, leave nothing.",
  },
  {
    runtime: "Bun",
    reason:
      "A WebAssembly program that computes without an end cannot be ended, not in a thread (`--suspend worker`) either (1.4.5): `--harakiri` answers its client with 504, but its core is lost and a " +
      "processor busy until the process ends. `--harakiri-lost` has a process with too many such cores replaced.",
  },
];
