import type { CommittedBatch } from '../quorum/raft-listener.ts';
import { decodeMetadataRecord, metadataRecordType } from './metadata-record-codec.ts';

/** Topics that there have been. */
export interface RemovedTopics {
  readonly ids: ReadonlySet<string>;
  /** There may be a topic of the name again. */
  readonly names: ReadonlySet<string>;
}

/**
 * Returns `later`, and what the batches before it have removed. A snapshot says nothing of them, and hardly any start has to
 * know: the batches are read when somebody asks.
 */
export function withEarlierRemovals(
  later: RemovedTopics,
  visitEarlier: (visit: (batch: CommittedBatch) => void) => void,
): RemovedTopics {
  let all: RemovedTopics | undefined;
  const read = (): RemovedTopics => {
    all ??= readRemovals(later, visitEarlier);
    return all;
  };
  return {
    get ids() {
      return read().ids;
    },
    get names() {
      return read().names;
    },
  };
}

function readRemovals(
  later: RemovedTopics,
  visitEarlier: (visit: (batch: CommittedBatch) => void) => void,
): RemovedTopics {
  const ids = new Set(later.ids);
  const names = new Set(later.names);
  const namesById = new Map<string, string>();
  visitEarlier((batch) => {
    for (const value of batch.values) {
      const type = metadataRecordType(value);
      if (type !== 'TopicRecord' && type !== 'RemoveTopicRecord') continue;
      const record = decodeMetadataRecord(value);
      if (record.type === 'TopicRecord') namesById.set(record.data.topicId, record.data.name);
      if (record.type !== 'RemoveTopicRecord') continue;
      const { topicId } = record.data;
      ids.add(topicId);
      const name = namesById.get(topicId);
      if (name !== undefined) names.add(name);
    }
  });
  return { ids, names };
}
