import type { ConfigKey, ConfigKeys } from '../../base/config/config-key.ts';

/** Marks properties that a session may SET for its statements; a server's value is the default of all its sessions. */
export function perQuery<K extends ConfigKeys>(keys: K): K {
  const marked = Object.entries(keys).map(([name, key]): [string, ConfigKey] => [
    name,
    { ...key, updateMode: 'per-query' },
  ]);
  return Object.fromEntries(marked) as unknown as K;
}
