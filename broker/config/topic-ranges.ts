import { atLeast } from '../../src/base/config/config-range.ts';

/**
 * What a topic's `segment.bytes` may be. Broker properties that become it have the same range: a topic that the broker makes by
 * itself could not be made otherwise, and whoever needs it would wait for ever.
 */
export const segmentBytesRange = atLeast(1_048_576);

/** What a topic's `min.insync.replicas` may be. */
export const minInsyncReplicasRange = atLeast(1);
