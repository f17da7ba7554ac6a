/** How the names of this machine are found. */
export interface HostNames {
  hostName(): string;
  /** The addresses of a name, in the order of the resolver. May reject. */
  addressesOf(name: string): Promise<readonly string[]>;
  /** The first name of an address. Rejects where it has none. */
  nameOf(address: string): Promise<string>;
}

/**
 * The full name of a machine: that of its first address that has one, else its host name (S-010). A name of several parts
 * ends with a dot, as resolvers write it. Source: Prometheus 3.14, util/osutil, GetFQDN.
 */
export async function fullHostName(names: HostNames): Promise<string> {
  const hostName = names.hostName();
  for (const address of await names.addressesOf(hostName).catch(() => [])) {
    const name = await names.nameOf(address).catch(() => '');
    if (name !== '') return name.includes('.') && !name.endsWith('.') ? `${name}.` : name;
  }
  return hostName;
}
