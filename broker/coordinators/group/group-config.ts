/** Settings of the group coordinator, under Kafka's names; times in milliseconds. */
export interface GroupConfig {
  /** `offsets.topic.num.partitions` */
  readonly offsetsTopicPartitions: number;
  /** `group.min.session.timeout.ms` */
  readonly sessionTimeoutMsMin: number;
  /** `group.max.session.timeout.ms` */
  readonly sessionTimeoutMsMax: number;
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number;
  /** `group.max.size` */
  readonly groupSizeMax: number;
  /** `offsets.retention.minutes` */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms` */
  readonly offsetsRetentionCheckIntervalMs: number;
  /** `offsets.commit.timeout.ms` */
  readonly offsetsCommitTimeoutMs: number;
  /** `offset.metadata.max.bytes` */
  readonly offsetMetadataBytesMax: number;
}

/** Kafka's defaults. */
export const GROUP_CONFIG_DEFAULTS: GroupConfig = {
  offsetsTopicPartitions: 50,
  sessionTimeoutMsMin: 6_000,
  sessionTimeoutMsMax: 1_800_000,
  initialRebalanceDelayMs: 3_000,
  groupSizeMax: 0x7fffffff,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  offsetsCommitTimeoutMs: 5_000,
  offsetMetadataBytesMax: 4_096,
};
