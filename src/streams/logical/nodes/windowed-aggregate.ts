import type { EmitStrategy } from '../../windows/emit-strategy.ts';
import type { TimeWindows } from '../../windows/time-windows.ts';
import { timeWindowedSerde } from '../../windows/windowed-serdes.ts';
import { aggregationOf, type FoldedNode, foldedKind, serdesOfFold, windowedBasics } from './fold.ts';
import { frozen, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import type { StoredNames } from './stored-table.ts';
import { retentionOf } from './store-settings.ts';

/** The records of each group and window of a fixed size become one row. */
export interface WindowedAggregate extends TableBase<'windowed-aggregate'>, FoldedNode {
  readonly inputs: FoldedNode['inputs'];
  readonly name: string | undefined;
  readonly windows: TimeWindows;
  readonly emit: EmitStrategy;
  readonly retentionMs: number;
}

export function windowedAggregate(
  given: FoldedNode & Pick<WindowedAggregate, 'windows' | 'emit'>,
): WindowedAggregate {
  const { sizeMs, gracePeriodMs } = given.windows;
  const { keySerde, valueSerde } = serdesOfFold(given);
  return frozen<WindowedAggregate>({
    kind: 'windowed-aggregate',
    shape: 'table',
    ...given,
    keySerde: keySerde && timeWindowedSerde(keySerde, sizeMs),
    valueSerde,
    storeName: given.options.storeName,
    versioned: false,
    closeAfterMs: gracePeriodMs,
    retentionMs: retentionOf(given.options, sizeMs + gracePeriodMs),
  });
}

export const windowedAggregateKind = nodeKind<WindowedAggregate, StoredNames>({
  ...foldedKind,
  lower(node, into) {
    const { store } = into.names;
    const { windows, emit, fold } = node;
    into.store({
      kind: 'window',
      ...windowedBasics(node, into.names),
      windowSizeMs: windows.sizeMs,
      advanceMs: windows.advanceMs,
    });
    into.processor(
      {
        type: 'time-window-aggregate',
        storeName: store,
        windows,
        emit,
        sendOldValues: into.sendsOldValues,
        ...aggregationOf(fold),
      },
      [store],
    );
  },
});
