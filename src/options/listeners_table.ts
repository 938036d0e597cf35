import type { OptionTable } from "./option.ts";
import { OWNER } from "./owner.ts";
import { FILE, HOST, LISTENER, PORT, TCP_LISTENER } from "./parse.ts";
import { count, MODE } from "./units.ts";

/** Where heddle listens. */
export const LISTENER_OPTIONS = {
  http: {
    flag: "--http",
    group: "Listeners",
    unit: LISTENER,
    default: null,
    otherwise: "127.0.0.1:8080, unless --https is given",
    repeatable: true,
    help: "Serve HTTP/1.1 there",
  },
  port: {
    flag: "--port",
    group: "Listeners",
    unit: PORT,
    default: null,
    otherwise: "8080",
    repeatable: false,
    help: "Short for --http HOST:PORT, with the host of --host",
  },
  host: {
    flag: "--host",
    group: "Listeners",
    unit: HOST,
    default: null,
    otherwise: "127.0.0.1",
    repeatable: false,
    help: "Short for --http HOST:PORT, with the port of --port",
  },
  https: {
    flag: "--https",
    group: "Listeners",
    unit: TCP_LISTENER,
    default: null,
    otherwise: "none",
    repeatable: true,
    help: "Serve HTTP/1.1 over TLS there, with --cert and --key",
  },
  cert: {
    flag: "--cert",
    group: "Listeners",
    unit: FILE,
    default: null,
    otherwise: "none",
    repeatable: true,
    help:
      "A certificate for --https in PEM, and behind it those that it was issued by; of several, a client gets the one with the server name that " +
      "it asks for (SNI), or else the first; read again on SIGHUP",
  },
  key: {
    flag: "--key",
    group: "Listeners",
    unit: FILE,
    default: null,
    otherwise: "none",
    repeatable: true,
    help:
      "The certificate's private key in PEM, without a passphrase; as many as there are certificates, in their order; read again on SIGHUP",
  },
  chmodSocket: {
    flag: "--chmod-socket",
    group: "Listeners",
    unit: MODE,
    default: null,
    otherwise: "what the umask leaves",
    repeatable: false,
    help: "Permission bits of the Unix sockets",
  },
  chownSocket: {
    flag: "--chown-socket",
    group: "Listeners",
    unit: OWNER,
    default: null,
    otherwise: "who starts heddle",
    repeatable: false,
    help: "Owner of the Unix sockets, so that a proxy of another user may connect; only root gives files to other users",
  },
  listen: {
    flag: "--listen",
    group: "Listeners",
    unit: count(1, 1_000_000),
    default: "1024",
    repeatable: false,
    help: "Connections that the kernel holds until they are accepted",
  },
} as const satisfies OptionTable;
