import type { Erased } from '../../erased.ts';
import type { Merger } from '../../functions.ts';
import { addCounts, mergingByReducer } from '../../operators/built-in-functions.ts';
import type { EmitStrategy } from '../../windows/emit-strategy.ts';
import type { SessionWindows } from '../../windows/session-windows.ts';
import { sessionWindowedSerde } from '../../windows/windowed-serdes.ts';
import {
  aggregationOf,
  type Fold,
  type FoldedNode,
  foldedKind,
  serdesOfFold,
  windowedBasics,
} from './fold.ts';
import { frozen, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import type { StoredNames } from './stored-table.ts';
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

function mergerOf(fold: Fold, given: SessionAggregate['merger']): Erased<Merger<unknown, unknown>> {
  if (given) return given;
  return fold.type === 'reduce' ? mergingByReducer(fold.reducer) : addCounts;
}

export const sessionAggregateKind = nodeKind<SessionAggregate, StoredNames>({
  ...foldedKind,
  lower(node, into) {
    const { store } = into.names;
    const { windows, emit, fold } = node;
    into.store({ kind: 'session', ...windowedBasics(node, into.names) });
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
