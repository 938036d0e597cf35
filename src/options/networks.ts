import type { IpNetwork, Network } from "../contract/network.ts";
import { ConfigError } from "../errors.ts";
import { isIpv4, isIpv6 } from "../ip_address.ts";
import type { Unit } from "./option.ts";

/** Peers as an option names them. */
export const NETWORK: Unit<Network> = {
  placeholder: "NETWORK",
  spelling: "an IP address, a block of them (10.0.0.0/8, fd00::/8), or unix for whoever comes by a Unix socket",
  parse(text) {
    if (text === "unix") return "unix";
    const [, address = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const family = familyOf(address);
    const most = family === "ipv4" ? 32 : 128;
    if (family === null || Number(bits ?? 0) > most) {
      throw new ConfigError(null, "not an address or a block, such as 127.0.0.1, 10.0.0.0/8, ::1 or unix");
    }
    return { family, address, prefix: Number(bits ?? most) };
  },
};

function familyOf(address: string): IpNetwork["family"] | null {
  if (isIpv4(address)) return "ipv4";
  return isIpv6(address) ? "ipv6" : null;
}

/** Fields in which a proxy tells of its client. */
export const FORWARDING_FIELDS = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"] as const;
