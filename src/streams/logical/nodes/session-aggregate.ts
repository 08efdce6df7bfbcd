import type { Erased } from '../../erased.ts';
import type { Merger } from '../../functions.ts';
import { storeBasics } from '../../state/store-basics.ts';
import type { EmitStrategy } from '../../windows/emit-strategy.ts';
import type { SessionWindows } from '../../windows/session-windows.ts';
import { sessionWindowedSerde } from '../../windows/windowed-serdes.ts';
import {
  aggregationOf,
  type Fold,
  type FoldedNode,
  type FoldNames,
  foldNames,
  serdesOfFold,
  storeSerdes,
} from './fold.ts';
import { requireGrouped } from './grouping.ts';
import { frozen, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import { storedTable } from './stored-table.ts';
import { retentionOf } from './store-settings.ts';

/** The records of each group and session of activity become one row. */
export interface SessionAggregate extends TableBase<'session-aggregate'>, FoldedNode {
  readonly inputs: FoldedNode['inputs'];
  readonly name: string | undefined;
  readonly windows: SessionWindows;
  readonly emit: EmitStrategy;
  /** Joins two sessions; undefined: as the fold joins records. */
  readonly merger: Erased<Merger<unknown, unknown>> | undefined;
  readonly retentionMs: number;
}

export function sessionAggregate(
  given: FoldedNode & Pick<SessionAggregate, 'windows' | 'emit' | 'merger'>,
): SessionAggregate {
  const { inactivityGapMs, gracePeriodMs } = given.windows;
  const { keySerde, valueSerde } = serdesOfFold(given);
  return frozen<SessionAggregate>({
    kind: 'session-aggregate',
    shape: 'table',
    ...given,
    keySerde: keySerde && sessionWindowedSerde(keySerde),
    valueSerde,
    storeName: given.options.storeName,
    versioned: false,
    closeAfterMs: gracePeriodMs + inactivityGapMs,
    retentionMs: retentionOf(given.options, inactivityGapMs + gracePeriodMs),
  });
}

const addCounts = (_key: unknown, left: unknown, right: unknown): number => Number(left) + Number(right);

function mergerOf(fold: Fold, given: SessionAggregate['merger']): Erased<Merger<unknown, unknown>> {
  if (given) return given;
  if (fold.type !== 'reduce') return addCounts;
  const { reducer } = fold;
  return (_key, left, right) => reducer(left, right) ?? right;
}

export const sessionAggregateKind = nodeKind<SessionAggregate, FoldNames>({
  names: foldNames,
  check: (node, names) => void storeSerdes(node, names),
  requires: ({ inputs: [group] }) => [requireGrouped(group)],
  table: storedTable,
  lower(node, into) {
    const { store } = into.names;
    const { windows, emit, fold, options, retentionMs } = node;
    const basics = storeBasics(store, options);
    into.store({
      kind: 'session',
      ...basics,
      ...storeSerdes(node, into.names),
      // What tells final results only has nothing to merge in a cache.
      cachingEnabled: basics.cachingEnabled && emit === 'on-window-update',
      retentionMs,
    });
    into.processor(
      {
        type: 'session-aggregate',
        storeName: store,
        windows,
        emit,
        sendOldValues: into.sendsOldValues,
        ...aggregationOf(fold),
        merger: mergerOf(fold, node.merger),
      },
      [store],
    );
  },
});
