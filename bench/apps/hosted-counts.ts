import { Serdes, StreamsBuilder } from '../../src/streams/index.ts';

/** A count of a topic: what many small applications are. */
export function counts(topic: string): StreamsBuilder {
  const builder = new StreamsBuilder();
  builder
    .stream(topic, { keySerde: Serdes.string, valueSerde: Serdes.string })
    .groupByKey()
    .count({ storeName: 'counts' });
  return builder;
}
