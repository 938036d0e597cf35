import { type Address, HIGH_WATER_MARK, type Latin1, type Socket, type SocketHandler, type TlsInfo } from "../contract/socket.ts";
import { ClientHelloReader } from "./client_hello.ts";
import { GatheredBytes } from "./gathered_bytes.ts";
import { NO_HANDLER } from "./no_handler.ts";

/** Most hellos come in one piece, or lack a part of 2 KB. */
const FIRST_ROOM = 2048;

/**
 * A socket that is to speak TLS, whose client has not said yet for which server: TLS is put on it when its ClientHello is there, with the certificate that
 * the name in it chooses. What is called until then waits.
 */
export class HelloSocket implements Socket {
  readonly local: Address;
  readonly remote: Address;
  readonly #below: Socket;
  readonly #secure: (serverName: string) => Socket;
  readonly #reader = new ClientHelloReader();
  readonly #gathered = new GatheredBytes(FIRST_ROOM);
  /** The one that speaks TLS, once it is there. */
  #above: Socket | null = null;
  #handler: SocketHandler = NO_HANDLER;
  /** Calls that wait for it, in order, and the bytes that they write. */
  #held: ((above: Socket) => void)[] = [];
  #unsent = 0;
  /** Nothing is written any more. */
  #ending = false;

  /**
   * @param below The connection. Its handler is this one's until the hello is there.
   * @param secure Puts TLS on it and takes its handler; called once, with the name that the client asks for, or an empty one.
   */
  constructor(below: Socket, secure: (serverName: string) => Socket) {
    this.#below = below;
    this.#secure = secure;
    this.local = below.local;
    this.remote = below.remote;
    below.handler = {
      data: (chunk) => this.#take(chunk),
      drain: () => {},
      // Half a hello: there is nobody to shake hands with.
      end: () => below.close(),
      close: (error) => {
        this.#drop();
        this.#handler.close(error);
      },
    };
  }

  #take(chunk: Uint8Array): void {
    const bytes = this.#gathered.with(chunk);
    const serverName = this.#reader.read(bytes);
    if (serverName === null) return this.#gathered.keep(chunk);
    const above = this.#secure(serverName);
    this.#above = above;
    above.handler = this.#handler;
    for (const call of this.#held) call(above);
    this.#drop();
    this.#below.handler.data(bytes);
  }

  #drop(): void {
    this.#ending = true;
    this.#held = [];
    this.#unsent = 0;
    this.#gathered.drop();
  }

  #call(call: (socket: Socket) => void): void {
    if (this.#above === null) this.#held.push(call);
    else call(this.#above);
  }

  get handler(): SocketHandler {
    return this.#handler;
  }

  set handler(handler: SocketHandler) {
    this.#handler = handler;
    if (this.#above !== null) this.#above.handler = handler;
  }

  get tls(): TlsInfo | null {
    return this.#above === null ? null : this.#above.tls;
  }

  get unsent(): number {
    return this.#above === null ? this.#unsent : this.#above.unsent;
  }

  write(chunk: Uint8Array | Latin1): boolean {
    if (this.#above !== null) return this.#above.write(chunk);
    if (this.#ending) return true;
    this.#unsent += chunk.length;
    this.#held.push((above) => above.write(chunk));
    return this.#unsent <= HIGH_WATER_MARK;
  }

  cork(): void {
    this.#call((above) => above.cork());
  }

  uncork(): void {
    this.#call((above) => above.uncork());
  }

  pause(): void {
    this.#call((above) => above.pause());
  }

  resume(): void {
    this.#call((above) => above.resume());
  }

  end(): void {
    this.#ending = true;
    this.#call((above) => above.end());
  }

  close(): void {
    this.#ending = true;
    if (this.#above === null && this.#unsent === 0) this.#below.close();
    else this.#call((above) => above.close());
  }

  abort(): void {
    if (this.#above !== null) return this.#above.abort();
    this.#drop();
    this.#below.abort();
  }
}
