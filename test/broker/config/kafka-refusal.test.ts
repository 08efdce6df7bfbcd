import { expect, it } from 'vitest';
import { checkDynamicConfigs } from '../../../broker/config/dynamic-configs.ts';
import { checkTopicConfig } from '../../../broker/config/topic-configs.ts';

/** As Apache Kafka 4.3.1 says it. */
const CASES: readonly (readonly [name: string, value: string, reason: string])[] = [
  ['retention.ms', 'soon', 'Not a number of type LONG'],
  ['retention.ms', '', 'Not a number of type LONG'],
  ['retention.ms', '-2', 'Value must be at least -1'],
  ['min.insync.replicas', '1.5', 'Not a number of type INT'],
  ['min.insync.replicas', '0', 'Value must be at least 1'],
  ['min.cleanable.dirty.ratio', '2', 'Value must be no more than 1'],
  ['min.cleanable.dirty.ratio', '-1', 'Value must be at least 0'],
  ['preallocate', 'yes', 'Expected value to be either true or false'],
  ['message.timestamp.type', 'Mine', 'String must be one of: CreateTime, LogAppendTime'],
];

it.each(CASES)('%s=%s', (name, value, reason) => {
  expect(checkTopicConfig(name, value)).toBe(`Invalid value ${value} for configuration ${name}: ${reason}`);
});

it('a dynamic setting of brokers', () => {
  expect(checkDynamicConfigs(new Map([['log.retention.ms', 'x']]))).toBe(
    'Invalid value x for configuration log.retention.ms: Not a number of type LONG',
  );
});
