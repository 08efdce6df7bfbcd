import type { ConfigPlace } from '../../src/base/config/config-source.ts';
import { type LogConfig, type TargetCompression, UNLIMITED } from '../log/log-config.ts';
import { topicConfigs } from './topic-configs.ts';
import type { BrokerConfig } from './broker-config.ts';
import {
  brokerConfigPlaces,
  type ConfigContext,
  topicConfigPlaces,
  topicConfigValue,
} from './config-places.ts';

/** What a broker needs to know of a topic's configuration. */
export interface TopicConfig {
  readonly log: LogConfig;
  readonly minInsyncReplicas: number;
}

/** The configuration in force for a topic: its overrides over the brokers' dynamic and static settings. */
export function resolveTopicConfig(topic: string, context: ConfigContext): TopicConfig {
  const number = (name: string): number => {
    const value = Number(topicConfigValue(name, topic, context));
    return Number.isNaN(value) ? Number(topicConfigs[name]?.default) : Math.min(value, UNLIMITED);
  };
  const policies = topicConfigValue('cleanup.policy', topic, context).split(',');
  const policy = new Set(policies.map((item) => item.trim()));
  const timestampType = topicConfigValue('message.timestamp.type', topic, context);
  return {
    minInsyncReplicas: number('min.insync.replicas'),
    log: {
      segmentBytes: number('segment.bytes'),
      segmentMs: number('segment.ms'),
      segmentJitterMs: number('segment.jitter.ms'),
      segmentIndexBytes: number('segment.index.bytes'),
      indexIntervalBytes: number('index.interval.bytes'),
      retentionMs: number('retention.ms'),
      retentionBytes: number('retention.bytes'),
      compact: policy.has('compact'),
      delete: policy.has('delete'),
      deleteRetentionMs: number('delete.retention.ms'),
      minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
      minCompactionLagMs: number('min.compaction.lag.ms'),
      maxCompactionLagMs: number('max.compaction.lag.ms'),
      fileDeleteDelayMs: number('file.delete.delay.ms'),
      flushMessages: number('flush.messages'),
      flushMs: flushMs(topicConfigPlaces('flush.ms', topic, context)[0], context.config),
      maxMessageBytes: number('max.message.bytes'),
      messageTimestampType: timestampType === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
      messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
      messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
      validateRecords: context.config.get('log.record.validation.enable'),
      decompressedBytesMax: Number(context.config.get('millrace.decompressed.batch.max.bytes')),
      compression: targetCompression((name) => topicConfigValue(name, topic, context)),
      producerIdExpirationMs: Number(
        brokerConfigPlaces('producer.id.expiration.ms', context)[0]?.value ??
          context.config.get('producer.id.expiration.ms'),
      ),
      verifyTransactions:
        brokerConfigPlaces('transaction.partition.verification.enable', context)[0]?.value !== 'false',
    },
  };
}

/** By `compression.type` and the level of that codec. */
function targetCompression(valueOf: (name: string) => string): TargetCompression | null {
  const type = valueOf('compression.type');
  switch (type) {
    case 'uncompressed':
      return { codec: 'none', level: undefined };
    case 'snappy':
      return { codec: type, level: undefined };
    case 'lz4':
      return { codec: type, level: Number(valueOf('compression.lz4.level')) };
    case 'gzip':
      return { codec: type, level: Number(valueOf('compression.gzip.level')) };
    case 'zstd':
      return { codec: type, level: Number(valueOf('compression.zstd.level')) };
    default:
      return null;
  }
}

/** As in Kafka the interval of the checks stands in where nothing says how long a record may stay unsynced. */
function flushMs(place: ConfigPlace | undefined, config: BrokerConfig): number {
  const isSet = place !== undefined && place.source !== 'default';
  return Math.min(Number(isSet ? place.value : config.get('log.flush.scheduler.interval.ms')), UNLIMITED);
}
