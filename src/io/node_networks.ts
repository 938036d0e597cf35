import type { AddressTest, Network } from "../contract/network.ts";

/** Makes a test of networks, by `node:net`'s BlockList, which all runtimes have; it is loaded for this alone. */
export async function createAddressTest(networks: readonly Network[]): Promise<AddressTest> {
  const { BlockList } = await import("node:net");
  // One each: Node and Bun hold an IPv4 address against IPv6 blocks too, as a mapped one, so that it would be in `::/0`.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    if (network !== "unix") lists[network.family].addSubnet(network.address, network.prefix, network.family);
  }
  const unix = networks.includes("unix");
  return (address) => {
    if (address.transport === "unix") return unix;
    // With its zone Deno (2.9) finds a link-local address nowhere.
    const hostname = address.hostname.replace(/%.*$/, "");
    const family = hostname.includes(":") ? "ipv6" : "ipv4";
    return lists[family].check(hostname, family);
  };
}
