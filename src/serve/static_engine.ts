import type { App } from "../contract/app.ts";
import type { CoreContext, CoreTask, Scheduler, SuspendEngine } from "../contract/engine.ts";
import type { RegisteredWait, Woken } from "../contract/waiting.ts";
import type { CoreTable } from "../core/table.ts";
import type { HarakiriError } from "../errors.ts";
import { TEXT_TYPE } from "../http/common_fields.ts";
import { listFields } from "../http/fields.ts";
import { contentOf } from "../static/byte_response.ts";
import { Waits } from "../suspend/waits.ts";
import { ActiveRequest } from "./active_request.ts";
import type { StaticSites } from "./static_sites.ts";
import type { StaticTroubles } from "./static_troubles.ts";

const NO_DESCRIPTORS = [["content-type", TEXT_TYPE], ["retry-after", "1"]] as const;
const NO_DESCRIPTORS_TEXT = new TextEncoder().encode("too many files are open\n");

/** A request whose file is looked for: what its task keeps until its app's engine has it. */
class Lookup {
  readonly request: ActiveRequest;

  constructor(request: ActiveRequest) {
    this.request = request;
  }
}

/** What the task of a request keeps that is answered by a file, which is all that most of them need. */
const ANSWERED: object = Object.freeze({});

/** In its place once the answer has to wait: for its client, or for its turn. */
class FileWaits extends Waits {}

/** What static files take of their server. */
export interface StaticEngineOptions {
  readonly sites: StaticSites;
  readonly scheduler: Scheduler;
  readonly table: CoreTable;
  readonly troubles: StaticTroubles;
}

/**
 * Static files in front of any suspend engine: what is a file is answered here, and all else begins with the app's engine. A request whose file had to be
 * looked for on the disk, and is none, goes through the run queue, which counts one switch: its app's first slice is a slice as any other, and the watchdog's
 * and harakiri's as well.
 */
export class StaticEngine implements SuspendEngine {
  readonly #inner: SuspendEngine;
  readonly #sites: StaticSites;
  readonly #scheduler: Scheduler;
  readonly #table: CoreTable;
  readonly #troubles: StaticTroubles;
  readonly open: SuspendEngine["open"];
  readonly close: SuspendEngine["close"];

  /** @param inner The app's. */
  constructor(inner: SuspendEngine, { sites, scheduler, table, troubles }: StaticEngineOptions) {
    this.#inner = inner;
    this.#sites = sites;
    this.#scheduler = scheduler;
    this.#table = table;
    this.#troubles = troubles;
    this.open = inner.open?.bind(inner);
    this.close = inner.close?.bind(inner);
  }

  get name(): SuspendEngine["name"] {
    return this.#inner.name;
  }

  accepts(app: App): boolean {
    return this.#inner.accepts(app);
  }

  start(request: CoreContext): void {
    if (!(request instanceof ActiveRequest)) throw new TypeError("look for a file: this is no request of a server");
    const { method, head, task } = request;
    // No other one is a file's.
    if (method !== "GET" && method !== "HEAD") return this.#inner.start(request);
    const known = this.#sites.known(head);
    if (known !== null) {
      this.#table.countStatic(request.core);
      return request.reply.send(known);
    }
    const found = this.#find(request);
    if (found === null) return this.#inner.start(request);
    if (!(found instanceof Promise)) return this.#answer(request, found);
    task.kept = new Lookup(request);
    found.then(
      (response) => response === null ? this.#miss(request) : this.#answer(request, response),
      (error: unknown) => this.#fail(request, error),
    ).catch((error: unknown) => request.reply.fail(error));
  }

  #find(request: ActiveRequest): Response | null | Promise<Response | null> {
    try {
      return this.#sites.find(request);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #answer(request: ActiveRequest, response: Response): void {
    request.task.kept = ANSWERED;
    this.#table.countStatic(request.core);
    if (response.status === 403) this.#troubles.unreadable(request);
    request.reply.transfer();
    const content = contentOf(response);
    if (content === null) return request.reply.respond(response);
    const { status, statusText, headers } = response;
    request.reply.send({ status, statusText, fields: listFields(headers), body: content });
  }

  /** It is no file: the app's, unless the client has gone or the request was given up meanwhile. */
  #miss(request: ActiveRequest): void {
    if (request.reply.closed) request.reply.end();
    else this.#scheduler.ready(request.task);
  }

  #fail(request: ActiveRequest, error: unknown): void {
    request.task.kept = ANSWERED;
    if (!this.#troubles.noDescriptors(error)) return request.reply.fail(error);
    if (request.reply.closed) return request.reply.end();
    request.reply.sendWhole({ status: 503, statusText: "", fields: NO_DESCRIPTORS }, NO_DESCRIPTORS_TEXT);
  }

  resume(task: CoreTask): void {
    const { kept } = task;
    if (kept instanceof FileWaits) return kept.fulfil();
    if (!(kept instanceof Lookup)) return this.#inner.resume(task);
    task.kept = null;
    const { request } = kept;
    if (request.reply.closed) request.reply.end();
    else this.#inner.start(request);
  }

  register(task: CoreTask, wait: RegisteredWait): void {
    this.#inner.register(task, wait);
  }

  giveWay(task: CoreTask): Promise<void> {
    if (task.kept === ANSWERED) task.kept = new FileWaits(task, this.#scheduler);
    return task.kept instanceof FileWaits ? task.kept.giveWay() : this.#inner.giveWay(task);
  }

  suspend(task: CoreTask): Promise<Woken> {
    return this.#inner.suspend(task);
  }

  sleep(task: CoreTask, ms: number): Promise<void> {
    return this.#inner.sleep(task, ms);
  }

  kill(task: CoreTask, reason: HarakiriError): void {
    const { kept } = task;
    if (kept instanceof FileWaits) kept.reject(reason);
    // A lookup, and what is answered, settle by themselves.
    else if (!(kept instanceof Lookup) && kept !== ANSWERED) this.#inner.kill(task, reason);
  }
}
