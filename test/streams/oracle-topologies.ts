import {
  JoinWindows,
  Serdes,
  SessionWindows,
  type StreamsBuilder,
  TimeWindows,
  type KStream,
  type KTable,
} from '../../src/streams/index.ts';
import { out, outWindowed } from './oracle-outputs.ts';
import { stateTopologies } from './oracle-state-topologies.ts';

const S = { keySerde: Serdes.string, valueSerde: Serdes.string };
const SJ = { ...S, otherValueSerde: Serdes.string };
const joiner = (left: string | null, right: string | null): string => `${left}-${right}`;

type Op = 'inner' | 'left' | 'outer';

function streamStream(builder: StreamsBuilder, op: Op, windows: JoinWindows): KStream<string, string> {
  const left = builder.stream('left', S);
  const right = builder.stream('right', S);
  if (op === 'inner') return left.join(right, joiner, windows, SJ);
  return op === 'left'
    ? left.leftJoin(right, joiner, windows, SJ)
    : left.outerJoin(right, joiner, windows, SJ);
}

function tableTable(
  left: KTable<string, string>,
  right: KTable<string, string>,
  op: Op,
): KTable<string, string> {
  const options = { valueSerde: Serdes.string };
  if (op === 'inner') return left.join(right, joiner, options);
  return op === 'left' ? left.leftJoin(right, joiner, options) : left.outerJoin(right, joiner, options);
}

const references: Readonly<Record<string, string>> = { v1: 'a', v2: 'b', v3: 'c' };

function foreignKey(builder: StreamsBuilder, op: 'inner' | 'left'): KTable<string, string> {
  const left = builder.table('left', S);
  const right = builder.table('right', S);
  const options = { foreignKey: (value: string) => references[value] ?? null, valueSerde: Serdes.string };
  return op === 'inner' ? left.join(right, joiner, options) : left.leftJoin(right, joiner, options);
}

function ops<T extends string>(
  list: readonly T[],
  define: (op: T) => Readonly<Record<string, (b: StreamsBuilder) => void>>,
) {
  return Object.assign({}, ...list.map(define)) as Readonly<Record<string, (b: StreamsBuilder) => void>>;
}

/** The same topologies as were run by Kafka Streams' own test driver, by the names in the recording. */
export const topologies: Readonly<Record<string, (builder: StreamsBuilder) => void>> = {
  ...stateTopologies,
  stateless: (b) =>
    b
      .stream('left', S)
      .filter((_k, v) => v !== null && v !== 'v1')
      .mapValues((v) => `${v}!`)
      .flatMapValues((v) => [v, v + v])
      .peek(() => {})
      .selectKey((_k, v) => v)
      .to('out', S),
  count: (b) => out(b.stream('left', S).groupByKey(S).count()),
  'count-by': (b) =>
    out(
      b
        .stream('left', S)
        .groupBy((_k, v) => v, S)
        .count(),
    ),
  'count-named': (b) =>
    out(
      b
        .stream('left', S)
        .groupBy((_k, v) => v, S)
        .count({ storeName: 'counts' }),
    ),
  reduce: (b) =>
    out(
      b
        .stream('left', S)
        .groupByKey(S)
        .reduce((a, v) => a + v),
    ),
  aggregate: (b) =>
    out(
      b
        .stream('left', S)
        .groupByKey(S)
        .aggregate(
          () => '0',
          (k, v, a) => a + k + v,
          S,
        ),
    ),
  tumbling: (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 5 }))
        .count(),
    ),
  hopping: (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 3 }).advanceBy(4))
        .reduce((a, v) => a + v),
    ),
  session: (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(SessionWindows.ofInactivityGapAndGrace({ inactivityGapMs: 5, gracePeriodMs: 10 }))
        .count(),
    ),
  'session-aggregate': (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(4))
        .aggregate(
          () => '',
          (_k, v, a) => a + v,
          (_k, x, y) => `${x}+${y}`,
          { ...S, retentionMs: 1000 },
        ),
    ),
  'tumbling-final': (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 5 }))
        .emitStrategy('on-window-close')
        .count(),
    ),
  'session-final': (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(SessionWindows.ofInactivityGapAndGrace({ inactivityGapMs: 5, gracePeriodMs: 3 }))
        .emitStrategy('on-window-close')
        .count(),
    ),
  'suppress-final': (b) =>
    outWindowed(
      b
        .stream('left', S)
        .groupByKey(S)
        .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs: 5 }))
        .count({ valueSerde: Serdes.long })
        .suppress({ until: 'window-closes' }),
    ),
  'suppress-time': (b) =>
    out(
      b
        .stream('left', S)
        .groupByKey(S)
        .count({ valueSerde: Serdes.long })
        .suppress({ until: 'time-limit', waitMs: 6, buffer: { recordsMax: 2 } }),
    ),
  table: (b) => out(b.table('left', S)),
  'table-named': (b) => out(b.table('left', S, { storeName: 't' })),
  'table-filter': (b) => out(b.table('left', S).filter((_k, v) => v >= 'v2')),
  'table-filter-kept': (b) => out(b.table('left', S, { storeName: 't' }).filter((_k, v) => v >= 'v2')),
  'table-filter-stored': (b) => out(b.table('left', S).filter((_k, v) => v >= 'v2', { storeName: 'f' })),
  'table-map': (b) => out(b.table('left', S).mapValues((v) => `${v}!`)),
  'table-group-count': (b) =>
    out(
      b
        .table('left', S)
        .groupBy((k, v) => [v, k] as const, S)
        .count(),
    ),
  'table-group-reduce': (b) =>
    out(
      b
        .table('left', S)
        .groupBy((k, v) => [v, k] as const, S)
        .reduce(
          (a, v) => a + v,
          (a, v) => `${a}-${v}`,
        ),
    ),
  'table-group-aggregate': (b) =>
    out(
      b
        .table('left', S)
        .groupBy((k, v) => [v === 'v3' ? null : v, k] as const, S)
        .aggregate(
          () => '',
          (_k, v, a) => a + v,
          (_k, v, a) => a.replace(v, ''),
          S,
        ),
    ),
  having: (b) =>
    out(
      b
        .stream('left', S)
        .groupByKey(S)
        .count({ valueSerde: Serdes.long })
        .filter((_k, v) => v % 2 === 0),
    ),
  'to-table': (b) => out(b.stream('left', S).toTable()),
  'to-table-keyed': (b) =>
    out(
      b
        .stream('left', S)
        .selectKey((_k, v) => v)
        .toTable(S),
    ),
  split: (b) => {
    const branches = b
      .stream('left', S)
      .split()
      .branch((_k, v) => v === 'v1')
      .branch((_k, v) => v === 'v2')
      .defaultBranch();
    branches
      .get('KSTREAM-BRANCH-00000000011')
      ?.mapValues(() => 'one')
      .to('out', S);
    branches
      .get('KSTREAM-BRANCH-00000000012')
      ?.mapValues(() => 'two')
      .to('out', S);
    branches
      .get('KSTREAM-BRANCH-00000000010')
      ?.mapValues(() => 'other')
      .to('out', S);
  },
  merge: (b) => b.stream('left', S).merge(b.stream('right', S)).to('out', S),
  repartition: (b) => b.stream('left', S).repartition(S).to('out', S),
  'repartition-named': (b) =>
    b
      .stream('left', S)
      .repartition({ name: 'rp', ...S })
      .to('out', S),
  ...ops<Op>(['inner', 'left', 'outer'], (op) => ({
    [`stream-stream-${op}`]: (b) =>
      streamStream(b, op, JoinWindows.ofTimeDifferenceWithNoGrace(5)).to('out', S),
    [`stream-stream-grace-${op}`]: (b) =>
      streamStream(
        b,
        op,
        JoinWindows.ofTimeDifferenceAndGrace({ differenceMs: 3, gracePeriodMs: 4 }).before(6),
      ).to('out', S),
    [`stream-stream-eager-${op}`]: (b) => streamStream(b, op, JoinWindows.of(5)).to('out', S),
    [`table-table-${op}`]: (b) => out(tableTable(b.table('left', S), b.table('right', S), op)),
    [`table-table-filter-${op}`]: (b) =>
      out(
        tableTable(
          b.table('left', S).filter((_k, v) => v !== 'v1'),
          b.table('right', S).mapValues((v) => `${v}m`),
          op,
        ).filter((_k, v) => !v.includes('v2')),
      ),
    [`table-table-group-${op}`]: (b) =>
      out(
        tableTable(b.table('left', S), b.table('right', S), op)
          .groupBy((k, v) => [v, k] as const, S)
          .count(),
      ),
  })),
  'stream-stream-keyed': (b) =>
    b
      .stream('left', S)
      .selectKey((_k, v) => v)
      .join(b.stream('right', S), joiner, JoinWindows.ofTimeDifferenceWithNoGrace(5), SJ)
      .to('out', S),
  'stream-stream-named': (b) =>
    b
      .stream('left', S)
      .leftJoin(b.stream('right', S), joiner, JoinWindows.ofTimeDifferenceWithNoGrace(5), {
        ...SJ,
        name: 'jn',
        storeName: 'js',
      })
      .to('out', S),
  'self-join': (b) => {
    const stream = b.stream('left', S);
    stream.join(stream, joiner, JoinWindows.ofTimeDifferenceWithNoGrace(5), SJ).to('out', S);
  },
  'stream-table': (b) => b.stream('left', S).join(b.table('right', S), joiner).to('out', S),
  'stream-table-left': (b) => b.stream('left', S).leftJoin(b.table('right', S), joiner).to('out', S),
  'stream-table-keyed': (b) =>
    b
      .stream('left', S)
      .selectKey((_k, v) => v)
      .leftJoin(b.table('right', S), joiner, SJ)
      .to('out', S),
  'stream-table-versioned': (b) =>
    b
      .stream('left', S)
      .leftJoin(b.table('right', S, { storeName: 'v', historyRetentionMs: 10 }), joiner)
      .to('out', S),
  'stream-table-grace': (b) =>
    b
      .stream('left', S)
      .leftJoin(b.table('right', S, { storeName: 'v', historyRetentionMs: 50 }), joiner, {
        ...SJ,
        name: 'j',
        gracePeriodMs: 4,
      })
      .to('out', S),
  'table-table-versioned': (b) =>
    out(
      b
        .table('left', S, { storeName: 'l', historyRetentionMs: 10 })
        .outerJoin(b.table('right', S, { storeName: 'r', historyRetentionMs: 10 }), joiner),
    ),
  ...ops<'inner' | 'left'>(['inner', 'left'], (op) => ({
    [`foreign-key-${op}`]: (b) => out(foreignKey(b, op)),
    [`foreign-key-count-${op}`]: (b) =>
      out(
        foreignKey(b, op)
          .groupBy((k, v) => [v, k] as const, S)
          .count(),
      ),
  })),
};
