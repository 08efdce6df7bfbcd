import type { Serde, TopicUse } from '../serde.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { Topology } from '../topology/topology.ts';
import { brokerTopicName, changelogTopicName } from './topic-plan.ts';

interface Use {
  readonly serdes: readonly Pick<Serde<never>, 'prepareTopic'>[];
  /** On the broker. */
  readonly topic: string;
}

/**
 * Has all serdes of a topology fetch what they need before anything is written or restored: first for the topics of others, so that
 * what is written to internal ones need not have a schema of its own. Topics that a function chooses are asked for when it does.
 * @throws what a serde rejects with.
 */
export async function prepareSerdes(topology: Topology, applicationId: string): Promise<void> {
  const { sinks, internal, sources } = usesOf(topology, applicationId);
  await prepared(sinks, 'sink');
  await prepared(internal, 'internal');
  await prepared(sources, 'source');
}

async function prepared(uses: readonly Use[], use: TopicUse): Promise<void> {
  await Promise.all(
    uses.flatMap(({ serdes, topic }) => serdes.flatMap((serde) => serde.prepareTopic?.(topic, use) ?? [])),
  );
}

function usesOf(
  topology: Topology,
  applicationId: string,
): { readonly sinks: readonly Use[]; readonly internal: readonly Use[]; readonly sources: readonly Use[] } {
  const name = brokerTopicName(topology, applicationId);
  const sinks: Use[] = [];
  const internal: Use[] = [];
  const sources: Use[] = [];
  for (const node of topology.nodes.values()) {
    if (node.kind !== 'sink' || typeof node.topic !== 'string') continue;
    const isInternal = topology.repartitionTopics.has(node.topic);
    (isInternal ? internal : sinks).push({
      serdes: [node.keySerde, node.valueSerde],
      topic: name(node.topic),
    });
  }
  for (const [store, definition] of topology.stores) {
    const serdes = serdesOf(definition);
    internal.push({ serdes, topic: changelogTopicName(applicationId, store) });
    const source = topology.restoredFromSource.get(store);
    if (source !== undefined) sources.push({ serdes, topic: name(source) });
  }
  return { sinks, internal, sources };
}

function serdesOf(store: StoreDefinition): Use['serdes'] {
  switch (store.kind) {
    case 'subscription':
      return [store.foreignKeySerde, store.primaryKeySerde];
    case 'outer-join':
      return [store.keySerde, store.valueSerde, store.otherValueSerde];
    default:
      return [store.keySerde, store.valueSerde];
  }
}
