import { FORWARDING_FIELDS, NETWORK } from "./networks.ts";
import type { OptionTable } from "./option.ts";
import { choice } from "./units.ts";

/** Whose word is taken for a client's address. */
export const PROXY_OPTIONS = {
  trustProxy: {
    flag: "--trust-proxy",
    group: "Proxies",
    unit: NETWORK,
    default: null,
    otherwise: "none",
    repeatable: true,
    help: "Peers whose word is taken for their clients' address, scheme and host; nothing is believed of others",
  },
  trustProxyFields: {
    flag: "--trust-proxy-field",
    group: "Proxies",
    unit: choice(...FORWARDING_FIELDS),
    default: null,
    otherwise: "x-forwarded-for and x-forwarded-proto",
    repeatable: true,
    help: "Fields that those peers write themselves, and do not pass on as their clients sent them: no other one is read",
  },
  proxyProtocol: {
    flag: "--proxy-protocol",
    group: "Proxies",
    unit: NETWORK,
    default: null,
    otherwise: "none",
    repeatable: true,
    help: "Peers that begin each plain connection with a PROXY protocol header, of version 1 or 2; one without it is closed",
  },
} as const satisfies OptionTable;
