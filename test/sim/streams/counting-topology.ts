import { Serdes, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/**
 * Counts records and collects their values, in stores with a changelog and in one without. What each must come to is told at
 * {@link StreamsRun}. Results are written at once, under the name of what they are of.
 */
export function countingTopology(): Topology {
  const builder = new StreamsBuilder();
  const grouped = builder.stream('in', strings).groupByKey();
  const told = (of: string) => (key: string, value: unknown) => [`${of}:${key}`, String(value)] as const;
  grouped
    .count({ storeName: 'logged', keySerde: Serdes.string, cachingEnabled: false })
    .toStream()
    .map(told('logged'), strings)
    .to('out');
  grouped
    .count({ storeName: 'unlogged', keySerde: Serdes.string, loggingEnabled: false, cachingEnabled: false })
    .toStream()
    .map(told('unlogged'), strings)
    .to('out');
  grouped
    .aggregate(
      () => '',
      (_key, value, all) => (all.split(' ').includes(value) ? all : `${all} ${value}`.trim()),
      { storeName: 'collected', keySerde: Serdes.string, valueSerde: Serdes.string },
    )
    .toStream()
    .map(told('collected'), strings)
    .to('out');
  return builder.build();
}
