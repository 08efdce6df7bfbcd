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
