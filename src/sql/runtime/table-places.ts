import type { Row } from '../../serde/model/sql-value.ts';
import { hostName } from '../../streams/runtime/host-info.ts';
import {
  keyQueryMetadata,
  sourcePartitioner,
  type StateLocations,
} from '../../streams/runtime/state-locations.ts';
import type { Topology } from '../../streams/topology/topology.ts';
import type { PartPlace } from '../host/host.ts';

/** A store of an application, and who has what of it. */
interface LocatedStore {
  readonly locations: StateLocations;
  readonly topology: Topology;
  readonly store: string;
  /** The columns of a key do not tell its bytes: it may be in any partition. */
  readonly isKeyOpaque: boolean;
}

/** Partitions of a store that there may be rows of a key in, or of any key; undefined while their number is not known. */
export function partitionsOf(located: LocatedStore, key?: Row): readonly number[] | undefined {
  const { locations, topology, store, isKeyOpaque } = located;
  const partitionCount = locations.stores.get(store)?.partitionCount ?? 0;
  if (partitionCount === 0) return undefined;
  if (key === undefined || isKeyOpaque) {
    return Array.from({ length: partitionCount }, (_, partition) => partition);
  }
  return [keyQueryMetadata(locations, { store, key, by: sourcePartitioner(topology, store) }).partition];
}

/** Where partitions are that there may be rows of a key in; see `MaterializedTable.places`. */
export function placesOf(located: LocatedStore, key?: Row): readonly PartPlace[] {
  const { clients, stores } = located.locations;
  if (clients.length === 0) return [];
  const topics = new Set(stores.get(located.store)?.topics);
  return (partitionsOf(located, key) ?? []).map((partition) => {
    const has = (each: { readonly topic: string; readonly partition: number }): boolean =>
      each.partition === partition && topics.has(each.topic);
    const active = clients.find(({ topicPartitions }) => topicPartitions.some(has));
    return {
      partition,
      active: active === undefined ? undefined : hostName(active.hostInfo),
      standbys: clients.flatMap(({ standbyTopicPartitions, hostInfo }) =>
        standbyTopicPartitions.some(has) ? [hostName(hostInfo)] : [],
      ),
    };
  });
}
