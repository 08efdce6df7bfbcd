import type { StreamsMetadata } from '../../streams/runtime/state-locations.ts';
import { hostName } from '../../streams/runtime/host-info.ts';
import type { HostStatus } from './heartbeats.ts';
import type { QueryHosts } from './service-hosts.ts';
import { noStoreLags, type ReportedLags } from './store-lags.ts';

/** The body of `/clusterStatus`: what this server knows of all servers of the service. */
export function clusterStatus(
  statuses: ReadonlyMap<string, HostStatus>,
  { queries, lags }: { readonly queries: readonly QueryHosts[]; readonly lags: ReportedLags },
): unknown {
  const entries = [...statuses].map(([host, { isAlive, lastStatusUpdateMs }]) => [
    host,
    {
      hostAlive: isAlive,
      lastStatusUpdateMs,
      activeStandbyPerQuery: Object.fromEntries(activeStandbys(host, queries)),
      // What a server told that is dead now says nothing any more.
      hostStoreLags: (isAlive ? lags.of(host) : undefined) ?? noStoreLags,
    },
  ]);
  return { clusterStatus: Object.fromEntries(entries) };
}

function activeStandbys(
  host: string,
  queries: readonly QueryHosts[],
): readonly (readonly [string, unknown])[] {
  return queries.flatMap(({ queryId, clients }) => {
    const client = clients.find(({ hostInfo }) => hostName(hostInfo) === host);
    return client === undefined ? [] : [[queryId, activeStandby(client)] as const];
  });
}

function activeStandby(client: StreamsMetadata) {
  return {
    activeStores: client.stateStoreNames,
    activePartitions: client.topicPartitions,
    standByStores: client.standbyStateStoreNames,
    standByPartitions: client.standbyTopicPartitions,
  };
}
