import { kafkaStreams, ours } from '../harness/contenders.ts';
import type { Figure, RunSize } from '../harness/figure.ts';
import type { Input } from '../harness/inputs.ts';

const MEBIBYTE = 1024 * 1024;

const text = ({ quick }: RunSize, keys: number): Input => ({
  kind: 'text',
  // Where there are more keys than that, there is a record for each, on average.
  records: quick ? 500_000 : Math.max(2_000_000, keys),
  keys,
});

/** For what does more with a record. */
const fewer = ({ quick }: RunSize, keys: number, seed = 1): Input => ({
  kind: 'text',
  records: quick ? 200_000 : 1_000_000,
  keys,
  seed,
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

const cached = { keys: 10_000, cacheBytes: 10 * MEBIBYTE, atLeast: 1.3 };

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
  atLeast: 1.3,
});

/** The same with 5,000,000 rows, of which few are met twice. */
export const streamsRocksDbLarge = figure('Streams count, 5,000,000 keys, RocksDB', {
  mode: 'count',
  keys: 5_000_000,
  cacheBytes: 10 * MEBIBYTE,
  atLeast: 1,
});

const CACHE_BYTES = 10 * MEBIBYTE;
const KEYS = 10_000;

function windowFigure(name: string, mode: string): Figure {
  return {
    name,
    unit: 'records/s',
    bound: { atLeast: 1.3 },
    async prepare(size) {
      const run = { mode, cacheBytes: CACHE_BYTES, input: fewer(size, KEYS) };
      return { ours: ours('streams', 'millrace', run), rival: kafkaStreams(run) };
    },
  };
}

/** Windows of ten seconds every two seconds: five of them for each record. */
export const streamsHop = windowFigure('Streams hopping count', 'hop');

/** Sessions that end after five seconds without a record, where a key has one every ten seconds. */
export const streamsSession = windowFigure('Streams session count', 'session');

/** @param isCounted whether the records of the other input are counted, too. */
function joinFigure(name: string, mode: string, { isCounted }: { readonly isCounted: boolean }): Figure {
  return {
    name,
    unit: 'records/s',
    bound: { atLeast: 1.3 },
    async prepare(size) {
      const input = fewer(size, KEYS);
      const other = isCounted ? fewer(size, KEYS, 2) : text({ quick: true }, KEYS);
      const records = input.records + (isCounted ? other.records : 0);
      const run = { mode, cacheBytes: CACHE_BYTES, input, other, records };
      return { ours: ours('streams', 'millrace', run), rival: kafkaStreams(run) };
    },
  };
}

export const streamsStreamTable = joinFigure('Streams stream-table join', 'stream-table', {
  isCounted: false,
});

/** Within five seconds: one match for each record. */
export const streamsStreamStream = joinFigure('Streams stream-stream join', 'stream-stream', {
  isCounted: true,
});

export const streamsTableTable = joinFigure('Streams table-table join', 'table-table', { isCounted: true });

/** Ten rows of the left for each of the right. */
export const streamsForeignKey = joinFigure('Streams foreign-key join', 'foreign-key', { isCounted: true });
