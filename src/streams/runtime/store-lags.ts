import type { KafkaAdmin, TopicPartition } from '../../client/types.ts';
import type { LagInfo, StoreLags } from './state-locations.ts';

/** A store of a task of this process. */
export interface StorePlace {
  readonly store: string;
  /** Of the task. */
  readonly partition: number;
  readonly changelog: TopicPartition;
  /** The next offset of the changelog that it has not seen; undefined where it lacks nothing, as in a task that runs. */
  readonly position: number | undefined;
}

/** How far stores are behind their changelogs, whose ends the cluster is asked for. */
export async function storeLags(
  places: readonly StorePlace[],
  admin: Pick<KafkaAdmin, 'listOffsets'>,
): Promise<StoreLags> {
  const lags = new Map<string, Map<number, LagInfo>>();
  if (places.length === 0) return lags;
  const asked = places.map(({ changelog: { topic, partition } }) => ({
    topic,
    partition,
    spec: 'latest' as const,
  }));
  const ends = new Map((await admin.listOffsets(asked)).map((end) => [nameOf(end), end.offset]));
  for (const { store, partition, changelog, position } of places) {
    const end = ends.get(nameOf(changelog)) ?? 0;
    const lag = lagOf(position ?? end, end);
    const ofStore = lags.get(store) ?? new Map<number, LagInfo>();
    lags.set(store, ofStore.set(partition, lag));
  }
  return lags;
}

function lagOf(position: number, end: number): LagInfo {
  return {
    currentOffsetPosition: position,
    endOffsetPosition: end,
    offsetLag: Math.max(0, end - position),
  };
}

/** What several threads of a process have, as one. */
export function mergedLags(parts: readonly StoreLags[]): StoreLags {
  const merged = new Map<string, Map<number, LagInfo>>();
  for (const part of parts)
    for (const [store, lags] of part) merged.set(store, new Map([...(merged.get(store) ?? []), ...lags]));
  return merged;
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;
