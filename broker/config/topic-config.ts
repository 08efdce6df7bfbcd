import { type LogConfig, UNLIMITED } from '../log/log-config.ts';
import { type ConfigContext, topicConfigValue } from './config-values.ts';
import { parseProperty } from './property.ts';
import { type TopicPropertyName, topicProperties } from './topic-properties.ts';

/** What a broker needs to know of a topic's configuration. */
export interface TopicConfig {
  readonly log: LogConfig;
  readonly minInsyncReplicas: number;
}

/** The configuration in force for a topic: its overrides over the brokers' dynamic and static settings. */
export function resolveTopicConfig(topic: string, context: ConfigContext): TopicConfig {
  const number = (name: TopicPropertyName): number => {
    const value = Number(topicConfigValue(name, topic, context));
    return Number.isNaN(value) ? Number(topicProperties[name].default) : Math.min(value, UNLIMITED);
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
      fileDeleteDelayMs: number('file.delete.delay.ms'),
      flushMessages: number('flush.messages'),
      flushMs: number('flush.ms'),
      maxMessageBytes: number('max.message.bytes'),
      messageTimestampType: timestampType === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
      messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
      messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
      producerIdExpirationMs: context.config.get('producer.id.expiration.ms'),
    },
  };
}

/** Answers what is wrong with a topic setting, or undefined: for CreateTopics and the config APIs. */
export function topicConfigProblem(name: string, value: string): string | undefined {
  if (!Object.hasOwn(topicProperties, name)) return `unknown topic config name: ${name}`;
  const result = parseProperty(topicProperties[name as TopicPropertyName], value);
  return 'problem' in result
    ? `invalid value ${value} for configuration ${name}: it ${result.problem}`
    : undefined;
}
