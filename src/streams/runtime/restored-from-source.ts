import { OperationalError } from '../../base/errors.ts';
import type { ManagedStore } from '../state/managed-store.ts';
import type { Topology } from '../topology/topology.ts';
import type { ProcessorMetadata } from './processor-metadata.ts';

/**
 * Notes with the committed offsets which stores of a task have no changelog because they are restored from the topic that they
 * are read from (`reuse.ktable.source.topics`). Where a topology that was built without that goes on from there, it would
 * find a changelog without what is committed: a table that is empty, and says nothing.
 * @throws {OperationalError} `CHANGELOG_INCOMPLETE`, of such a store.
 */
export function noteRestoredFromSource(task: {
  readonly id: string;
  readonly topology: Topology;
  readonly stores: Iterable<ManagedStore>;
  readonly metadata: ProcessorMetadata;
}): void {
  const { id, topology, stores, metadata } = task;
  for (const { name, definition } of stores) {
    const isFromSource = topology.restoredFromSource.has(name);
    if (!isFromSource && !definition.loggingEnabled) continue;
    const key = `${name}/restored-from-source`;
    if (isFromSource) metadata.keep(key, 1);
    // An entry that has no value is not committed.
    else if (metadata.entry(key).value >= 0) throw incomplete(id, name);
  }
}

function incomplete(taskId: string, store: string): OperationalError {
  return new OperationalError(
    'CHANGELOG_INCOMPLETE',
    `the changelog of the store ${store} of task ${taskId} lacks what is committed: so far the store was restored from the topic ` +
      "that it is read from (topologyOptimization 'all' or 'reuse.ktable.source.topics'). Build the topology so again, or reset the " +
      'application: delete the offsets of its group and its internal topics, so that its topics are read from their beginning',
    { retriable: false },
  );
}
