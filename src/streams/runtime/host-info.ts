import { rangeOf } from '../../base/config/config-range.ts';

/** Where an instance of an application answers for its state: what it was given as `application.server`. */
export interface HostInfo {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;

/** Reads `host:port`, `[v6]:port` or `protocol://host:port`, as HostInfo of Kafka Streams does; undefined for what is none. */
export function hostInfoOf(endpoint: string): HostInfo | undefined {
  const match = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/)?(?:\[([0-9A-Fa-f:.%]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(
    endpoint,
  );
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > PORT_MAX ? undefined : { host, port };
}

/** What `application.server` may be; empty: the instance cannot be asked from outside. */
export const endpoint = rangeOf<unknown>(
  'host:port',
  (value) => value === '' || hostInfoOf(String(value)) !== undefined,
);

/** The same for two of them that are one. */
export const hostName = ({ host, port }: HostInfo): string => `${host}:${port}`;
