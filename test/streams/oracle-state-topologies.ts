import {
  type KGroupedStream,
  type KTable,
  Serdes,
  SessionWindows,
  type StreamsBuilder,
  TimeWindows,
} from '../../src/streams/index.ts';
import { out, outWindowed } from './oracle-outputs.ts';

const S = { keySerde: Serdes.string, valueSerde: Serdes.string };
const joiner = (left: string | null, right: string | null): string => `${left}-${right}`;
const references: Readonly<Record<string, string>> = { v1: 'a', v2: 'b', v3: 'c' };
const foreignKey = (value: string): string | null => references[value] ?? null;
const LIMIT = { until: 'time-limit', waitMs: 6 } as const;

const table = (b: StreamsBuilder): KTable<string, string> => b.table('left', S);
const suppressed = (b: StreamsBuilder): KTable<string, string> => table(b).suppress(LIMIT);
const right = (b: StreamsBuilder): KTable<string, string> => b.table('right', S);
const grouped = (b: StreamsBuilder): KGroupedStream<string, string> => b.stream('left', S).groupByKey(S);
const isLate = (_key: string, value: string): boolean => value >= 'v2';
/** A reduction that deletes what it has when v1 comes. */
const orNull = (aggregate: string, value: string): string | null =>
  value === 'v1' ? null : aggregate + value;
const tumbling = (gracePeriodMs: number): TimeWindows =>
  TimeWindows.ofSizeAndGrace({ sizeMs: 10, gracePeriodMs });
const sessions = (gracePeriodMs: number): SessionWindows =>
  SessionWindows.ofInactivityGapAndGrace({ inactivityGapMs: 5, gracePeriodMs });

/** Suppressed tables and what is made of them, aggregates that are deleted, and final results. */
export const stateTopologies: Readonly<Record<string, (builder: StreamsBuilder) => void>> = {
  'suppress-table': (b) => out(suppressed(b)),
  'suppress-table-named': (b) => out(b.table('left', S, { storeName: 't' }).suppress(LIMIT)),
  'filter-suppress': (b) => out(table(b).filter(isLate).suppress(LIMIT)),
  'suppress-join': (b) => out(suppressed(b).join(right(b), joiner)),
  'suppress-map-join': (b) =>
    out(
      table(b)
        .mapValues((v) => `${v}m`, S)
        .suppress(LIMIT)
        .join(right(b), joiner),
    ),
  'stream-suppress': (b) => b.stream('right', S).leftJoin(suppressed(b), joiner).to('out', S),
  'count-suppress-join': (b) =>
    out(
      grouped(b)
        .count()
        .mapValues(String, { ...S, storeName: 'm' })
        .suppress({ ...LIMIT, buffer: { recordsMax: 2 } })
        .outerJoin(right(b), joiner),
    ),
  'suppress-fk-right': (b) => out(right(b).join(suppressed(b), joiner, { foreignKey })),
  'window-null': (b) => outWindowed(grouped(b).windowedBy(tumbling(5)).reduce(orNull)),
  'window-agg-null': (b) =>
    outWindowed(
      grouped(b)
        .windowedBy(tumbling(5).advanceBy(4))
        .aggregate(
          () => '',
          (_k, v, a) => (v === 'v1' ? null : (a ?? '') + v),
          S,
        ),
    ),
  'aggregate-null': (b) =>
    out(
      grouped(b).aggregate(
        () => '',
        (_k, v, a) => orNull(a, v),
        S,
      ),
    ),
  'reduce-null': (b) => out(grouped(b).reduce(orNull)),
  'window-null-group': (b) =>
    out(
      grouped(b)
        .windowedBy(tumbling(5))
        .reduce(orNull)
        .groupBy(({ key }, v) => [key, v] as const, S)
        .reduce(
          (a, v) => `${a}+${v}`,
          (a, v) => `${a}-${v}`,
        ),
    ),
  'suppress-final-null': (b) =>
    outWindowed(grouped(b).windowedBy(tumbling(2)).reduce(orNull).suppress({ until: 'window-closes' })),
  'suppress-session-final': (b) =>
    outWindowed(grouped(b).windowedBy(sessions(2)).count().suppress({ until: 'window-closes' })),
};
