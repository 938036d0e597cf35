import type { AddressTest, Network } from "../contract/network.ts";
import { ConfigError } from "../errors.ts";
import type { Trust } from "../http/forwarded.ts";
import { createAddressTest } from "../io/node_networks.ts";
import { FORWARDING_FIELDS, NETWORK } from "../options/networks.ts";
import type { ServeOptions } from "./serve_options.ts";

/** What a server knows of the proxies in front of it. */
export interface Proxies {
  readonly trust: Trust | null;
  readonly speaksProxyProtocol: AddressTest | null;
}

/** What nginx's and HAProxy's usual configuration writes itself; the others it passes on as the client sent them. */
const USUAL_FIELDS = ["x-forwarded-for", "x-forwarded-proto"];

/**
 * The proxies that the options name.
 *
 * @throws {ConfigError} One is no network, or a field is none that proxies write.
 */
export async function proxiesOf({ trustProxy = [], trustProxyFields = USUAL_FIELDS, proxyProtocol = [] }: ServeOptions): Promise<Proxies> {
  const unknown = trustProxyFields.find((name) => !(FORWARDING_FIELDS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new ConfigError("trustProxyFields", `option trustProxyFields: "${unknown}" is none of ${FORWARDING_FIELDS.join(", ")}`);
  }
  const trusts = await testOf("trustProxy", trustProxy);
  return {
    trust: trusts === null ? null : { trusts, fields: new Set(trustProxyFields) },
    speaksProxyProtocol: await testOf("proxyProtocol", proxyProtocol),
  };
}

async function testOf(name: string, networks: readonly (string | Network)[]): Promise<AddressTest | null> {
  if (networks.length === 0) return null;
  return await createAddressTest(networks.map((network) => typeof network === "string" ? readNetwork(name, network) : network));
}

function readNetwork(name: string, text: string): Network {
  try {
    return NETWORK.parse(text);
  } catch (error) {
    throw new ConfigError(name, `option ${name}: ${JSON.stringify(text)}: ${(error as Error).message}`);
  }
}
