import { producedMegabytesPerSecond, produceWithTool, sharedBrokers, withTopic } from '../harness/brokers.ts';
import type { Figure, RunSize } from '../harness/figure.ts';

interface Row {
  readonly recordBytes: number;
  readonly acks: '1' | 'all';
  readonly partitions: number;
  readonly compression?: 'lz4';
}

const ROWS: readonly Row[] = [
  { recordBytes: 1024, acks: '1', partitions: 6 },
  { recordBytes: 1024, acks: 'all', partitions: 6 },
  { recordBytes: 1024, acks: '1', partitions: 1 },
  { recordBytes: 1024, acks: 'all', partitions: 1 },
  { recordBytes: 100, acks: '1', partitions: 6 },
  { recordBytes: 100, acks: 'all', partitions: 6 },
  { recordBytes: 100, acks: '1', partitions: 1 },
  { recordBytes: 100, acks: 'all', partitions: 1 },
  { recordBytes: 1024, acks: '1', partitions: 6, compression: 'lz4' },
  { recordBytes: 100, acks: 'all', partitions: 1, compression: 'lz4' },
];

/** About half a gigabyte of large records, a fifth of small ones, of which producers are the slower part. */
const countOf = ({ recordBytes }: Row, { quick }: RunSize): number =>
  (recordBytes === 100 ? 2_000_000 : 500_000) / (quick ? 4 : 1);

/** `kafka-producer-perf-test` as fast as it goes, with its other settings as they are. */
export const brokerProduce: readonly Figure[] = ROWS.map((row, index) => {
  const { recordBytes, acks, partitions, compression } = row;
  const size = recordBytes === 1024 ? '1 KiB' : `${recordBytes} B`;
  const codec = compression === undefined ? '' : `, ${compression}`;
  return {
    name: `broker produce, ${size}, acks=${acks}, ${partitions === 1 ? '1 partition' : `${partitions} partitions`}${codec}`,
    unit: 'MB/s',
    bound: { atLeast: 1 },
    prepare: (runSize) =>
      sharedBrokers(runSize, async (broker, run) => {
        const topic = `produce-${index}-${run}`;
        const properties = [`acks=${acks}`, `compression.type=${compression ?? 'none'}`];
        const load = { topic, count: countOf(row, runSize), recordBytes, properties };
        const text = await withTopic(broker, { topic, partitions }, () => produceWithTool(broker, load));
        return producedMegabytesPerSecond(text);
      }),
  };
});
