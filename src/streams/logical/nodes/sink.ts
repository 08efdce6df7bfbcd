import type { Erased } from '../../erased.ts';
import type { StreamPartitioner, TopicNameExtractor } from '../../functions.ts';
import type { Serde } from '../../serde.ts';
import { frozen, type PlainBase, type StreamNode } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';
import { requireSerdes } from './require-serdes.ts';

/** Writes a stream to a topic. */
export interface Sink extends PlainBase<'sink'> {
  readonly inputs: readonly [StreamNode];
  readonly topic: string | Erased<TopicNameExtractor<unknown, unknown>>;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  readonly partitioner: Erased<StreamPartitioner<unknown, unknown>> | undefined;
}

export function sink(
  input: StreamNode,
  topic: Sink['topic'],
  produced: {
    readonly name?: string;
    readonly keySerde?: Serde<unknown>;
    readonly valueSerde?: Serde<unknown>;
    readonly partitioner?: Sink['partitioner'];
  },
): Sink {
  return frozen<Sink>({
    kind: 'sink',
    shape: 'plain',
    inputs: [input],
    name: produced.name,
    topic,
    keySerde: produced.keySerde ?? input.keySerde,
    valueSerde: produced.valueSerde ?? input.valueSerde,
    partitioner: produced.partitioner,
  });
}

export const sinkKind = nodeKind<Sink>({
  names: (node, take) => oneNode(take.node(node.name, 'KSTREAM-SINK-')),
  check: (node, { name }) => void requireSerdes(name, node),
  lower(node, into) {
    const { topic, partitioner } = node;
    const { name } = into.names;
    const serdes = requireSerdes(name, node);
    into.topology.addSink({ name, parents: [into.input(0)], topic, ...serdes, partitioner });
  },
});
