import { kafkaStreams, ours } from '../harness/contenders.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import type { Input } from '../harness/inputs.ts';

const MEBIBYTE = 1024 * 1024;

const text = ({ quick }: RunSize, keys: number): Input => ({
  kind: 'text',
  records: quick ? 500_000 : 2_000_000,
  keys,
});

function figure(
  name: string,
  settings: {
    readonly mode: string;
    readonly keys: number;
    readonly cacheBytes: number;
    readonly atLeast: number;
  },
): Figure {
  const { mode, keys, cacheBytes, atLeast } = settings;
  return {
    name,
    unit: 'records/s',
    bound: { atLeast },
    async prepare(size) {
      const run = { mode, cacheBytes, input: text(size, keys) };
      return { ours: ours('streams', 'millrace', run), rival: kafkaStreams(run) };
    },
  };
}

const cached = { keys: 10_000, cacheBytes: 10 * MEBIBYTE, atLeast: 0.7 };

/** A filter and a map of values, one thread. */
export const streamsMap = figure('Streams map', { mode: 'map', ...cached });

/** A count whose 10,000 rows fit the cache. */
export const streamsCount = figure('Streams count, 10,000 keys', { mode: 'count', ...cached });

/** A count by windows of ten seconds, which 10,000 records fill. */
export const streamsTumble = figure('Streams tumbling count', { mode: 'tumble', ...cached });

/** A count of 500,000 rows, about 50 MB of state, behind 10 MiB of cache: most reads and writes are RocksDB's. */
export const streamsRocksDb = figure('Streams count, 500,000 keys, RocksDB', {
  mode: 'count',
  keys: 500_000,
  cacheBytes: 10 * MEBIBYTE,
  atLeast: 0.5,
});
