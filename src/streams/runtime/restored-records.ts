import type { FetchedRecords, TopicPartition } from '../../client/types.ts';
import type { DirectRestore, ManagedStore } from '../state/managed-store.ts';
import { changesOf, eachChange, rowsOf } from './changelog-records.ts';
import type { StoreInMemory } from './running-task.ts';
import type { SourceChangelog } from './source-changelog.ts';
import type { StateDirectory } from './state-directory.ts';

/** A task, as far as it matters to who restores its stores. */
export interface RestoredTask {
  readonly id: string;
  readonly stores: ReadonlyMap<string, ManagedStore>;
  changelogTopicOf(store: string): string;
}

/** A store, and the partition that its content is read from. */
export interface RestoredStore extends TopicPartition {
  readonly task: Pick<RestoredTask, 'id'>;
  readonly store: ManagedStore;
  /** Where a store is kept that is in memory only. Others are in the state directory, together with their changelog positions. */
  readonly memory: StoreInMemory | undefined;
  /** What is read in place of a changelog. */
  readonly source: SourceChangelog | undefined;
}

type State = Pick<StateDirectory, 'write' | 'setPosition'>;

/** Applies records of a changelog to the store, with the position behind them in one batch. Answers how many it has read. */
export async function applyRecords(
  restored: RestoredStore,
  fetched: FetchedRecords,
  state: State,
): Promise<number> {
  const preparing = restored.source?.prepare(fetched);
  if (preparing) await preparing;
  const { direct } = restored.store;
  return restored.memory === undefined && direct !== undefined
    ? await applyDirectly(restored, { direct, fetched, state })
    : await applyInMemory(restored, fetched, state);
}

/** Rows that are changelog records each go to the disk as they are. */
async function applyDirectly(
  restored: RestoredStore,
  {
    direct,
    fetched,
    state,
  }: { readonly direct: DirectRestore; readonly fetched: FetchedRecords; readonly state: State },
): Promise<number> {
  const { rows, count } = rowsOf(fetched, direct, restored.source);
  await state.write((batch) => {
    batch.putRows(rows);
    state.setPosition(batch, positionIn(restored, fetched.nextOffset));
  });
  direct.written(rows);
  return count;
}

async function applyInMemory(
  restored: RestoredStore,
  { records, nextOffset: position }: FetchedRecords,
  state: State,
): Promise<number> {
  const { store, memory, source } = restored;
  const changes = changesOf(records, source);
  eachChange(changes, restored, (change) => store.prefetchForRestore(change));
  await store.loadPrefetched();
  eachChange(changes, restored, (change) => store.restore(change));
  if (memory !== undefined) {
    memory.engine.write((batch) => store.writeTo(batch));
    memory.position = position;
  } else {
    await state.write((batch) => {
      store.writeTo(batch);
      state.setPosition(batch, positionIn(restored, position));
    });
  }
  store.committed();
  store.evict();
  return records.length;
}

/** Up to where a store is restored, as its catalog has it: never beyond what the table has seen of its topic. */
function positionIn(
  { task, store, source }: RestoredStore,
  position: number,
): Parameters<StateDirectory['setPosition']>[1] {
  const end = source?.end ?? Number.POSITIVE_INFINITY;
  return {
    taskId: task.id,
    store: store.name,
    sourceTopic: source?.topic,
    position: Math.min(position, end),
  };
}
