/**
 * Reads `max.connections.per.ip.overrides`: `ADDRESS:COUNT`, separated by commas. An IPv6 address may stand in
 * brackets.
 * @returns the counts, or what is wrong with an entry.
 */
export function parsePerIpOverrides(
  entries: readonly string[],
): { readonly overrides: ReadonlyMap<string, number> } | { readonly problem: string } {
  const overrides = new Map<string, number>();
  for (const entry of entries) {
    const [, address, count] = /^\[?([0-9a-fA-F.:]+?)\]?:(\d+)$/.exec(entry) ?? [];
    if (address === undefined || count === undefined) return { problem: `${entry} is not ADDRESS:COUNT` };
    overrides.set(plainIp(address), Number(count));
  }
  return { overrides };
}

/** Returns an IPv4 address that came over an IPv6 socket, as it is written; any other as it is. */
export function plainIp(host: string): string {
  return host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host;
}
