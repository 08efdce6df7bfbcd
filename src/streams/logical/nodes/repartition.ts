import type { Erased } from '../../erased.ts';
import type { StreamPartitioner } from '../../functions.ts';
import type { Repartitioned } from '../../options.ts';
import { frozen, type StreamBase, sameStream, type StreamNode } from './node.ts';
import { nodeKind } from './node-kind.ts';

/** A detour through an internal topic that the application asked for. */
export interface Repartition extends StreamBase<'repartition'> {
  readonly inputs: readonly [StreamNode];
  readonly partitions: number | undefined;
  readonly partitioner: Erased<StreamPartitioner<unknown, unknown>> | undefined;
}

export function repartition(
  input: StreamNode,
  repartitioned: Omit<Repartitioned<unknown, unknown>, 'partitioner'> & {
    readonly partitioner?: Repartition['partitioner'];
  },
): Repartition {
  return frozen<Repartition>({
    kind: 'repartition',
    inputs: [input],
    name: repartitioned.name,
    ...sameStream(input),
    keySerde: repartitioned.keySerde ?? input.keySerde,
    valueSerde: repartitioned.valueSerde ?? input.valueSerde,
    keyChanged: false,
    partitions: repartitioned.numberOfPartitions,
    partitioner: repartitioned.partitioner,
  });
}

/** It is nothing but what it requires of its input. */
export const repartitionKind = nodeKind<Repartition>({
  names(node, take) {
    const topic = node.name ?? take.generated('KSTREAM-REPARTITION-');
    const source = take.repartition(0, topic)?.source ?? topic;
    return { name: source, node: source };
  },
  requires: ({ keySerde, valueSerde, partitions, partitioner }) => [
    { when: 'always', keySerde, valueSerde, partitions, partitioner },
  ],
  lower: () => undefined,
});
