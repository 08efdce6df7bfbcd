/** A topic that a statement needs; made where it is missing. */
export interface TopicRequest {
  readonly name: string;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly retentionMs?: number;
  readonly cleanupPolicy?: string;
  /** The topic belongs to a table: only the last row of each key matters. */
  readonly compacted: boolean;
}

/**
 * How the topic of a stream or table is cleaned unless the statement says otherwise: of a table only the last row of each
 * key is kept, of windows those that are not too old. A stream has the cluster's default.
 */
export function cleanupOf(
  kind: 'STREAM' | 'TABLE',
  isWindowed: boolean,
): Pick<TopicRequest, 'compacted' | 'cleanupPolicy'> {
  if (kind === 'STREAM') return { compacted: false };
  return isWindowed ? { compacted: true, cleanupPolicy: 'compact,delete' } : { compacted: true };
}
