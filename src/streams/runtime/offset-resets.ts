import type { Topology } from '../topology/topology.ts';
import { brokerTopicName } from './topic-plan.ts';

type OffsetReset = 'earliest' | 'latest';

/**
 * Where each source topic that says so is read from when there is no offset for it, or one that has left the log, by the
 * topic's name on the broker: a table is read whole beside a stream that is read from now on, and internal topics always
 * from their beginning.
 */
export function offsetResets(topology: Topology, applicationId: string): ReadonlyMap<string, OffsetReset> {
  const nameOf = brokerTopicName(topology, applicationId);
  const resets = new Map<string, OffsetReset>();
  for (const node of topology.nodes.values()) {
    if (node.kind !== 'source' || node.offsetReset === undefined) continue;
    for (const topic of node.topics) resets.set(nameOf(topic), node.offsetReset);
  }
  return resets;
}
