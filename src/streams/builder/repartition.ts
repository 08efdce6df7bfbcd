import { repartitionFilter } from '../operators/repartition-filter.ts';
import type { Serde } from '../serde.ts';
import type { RepartitionStep, StreamDescriptor } from './dsl.ts';
import type { StreamPartitioner } from './functions.ts';
import { requireSerdes } from './require-serdes.ts';

export interface RepartitionRequest<K, V> {
  /** Without the suffix `-repartition`. */
  readonly topicName: string;
  readonly keySerde?: Serde<K> | undefined;
  readonly valueSerde?: Serde<V> | undefined;
  readonly numberOfPartitions?: number | undefined;
  readonly partitioner?: StreamPartitioner<K, V> | undefined;
}

const GENERATED = /^KSTREAM.*-[0-9]{10}$/;

/**
 * Sends a stream through an internal topic: a filter for null keys, a sink and a source. Three names are taken from
 * the counter even where they are not used, as Kafka Streams does to keep numbering stable.
 */
export function repartition<K, V>(
  part: StreamDescriptor<K, V>,
  request: RepartitionRequest<K, V>,
): StreamDescriptor<K, V> {
  const { topology } = part.dsl;
  const topic = request.topicName.endsWith('-repartition')
    ? request.topicName
    : `${request.topicName}-repartition`;
  const generated = {
    sink: topology.newProcessorName('KSTREAM-SINK-'),
    filter: topology.newProcessorName('KSTREAM-FILTER-'),
    source: topology.newProcessorName('KSTREAM-SOURCE-'),
  };
  const names = GENERATED.test(request.topicName)
    ? generated
    : { sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` };

  const serdes = requireSerdes(names.sink, request, part);
  const step: RepartitionStep = { dropNullKeys: true };
  topology.addRepartitionTopic({ name: topic, partitions: request.numberOfPartitions });
  topology.addProcessor({ name: names.filter, parents: [part.node], factory: repartitionFilter(step) });
  topology.addSink({
    name: names.sink,
    parents: [names.filter],
    topic,
    ...serdes,
    partitioner: request.partitioner,
  });
  topology.addSource({
    name: names.source,
    topics: [topic],
    ...serdes,
    timestampExtractor: undefined,
    offsetReset: 'earliest',
  });
  return {
    dsl: part.dsl,
    name: names.source,
    node: names.source,
    ...serdes,
    sources: [names.source],
    repartitionRequired: false,
    repartitions: [...part.repartitions, step],
  };
}
