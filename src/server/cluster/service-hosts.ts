import type { RunningQuery } from '../../sql/index.ts';
import type { StreamsMetadata } from '../../streams/runtime/state-locations.ts';
import { hostName } from '../../streams/runtime/host-info.ts';

/** What the servers of the service run of a query. */
export interface QueryHosts {
  readonly queryId: string;
  readonly clients: readonly StreamsMetadata[];
}

/** Who runs what of the persistent queries, as their groups were told last. Those that cannot be asked now are left out. */
export async function queryHosts(queries: readonly RunningQuery[]): Promise<readonly QueryHosts[]> {
  const asked = await Promise.allSettled(
    queries.map(async (query) => ({
      queryId: query.plan.queryId,
      clients: await query.clients(),
    })),
  );
  return asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** Names of all servers that run something of the persistent queries, in a fixed order. */
export function hostsOf(queries: readonly QueryHosts[]): readonly string[] {
  return [
    ...new Set(queries.flatMap(({ clients }) => clients.map(({ hostInfo }) => hostName(hostInfo)))),
  ].sort();
}
