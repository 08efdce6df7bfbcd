import { expect, test } from 'vitest';
import { brokerProperties } from '../../../broker/config/broker-properties.ts';
import { BrokerConfig } from '../../../broker/config/broker-config.ts';
import { topicConfigPlaces } from '../../../broker/config/config-places.ts';
import { readConfig } from '../../../src/base/config/config-value.ts';
import { MetadataDelta } from '../../../broker/metadata/metadata-delta.ts';
import { EMPTY_IMAGE } from '../../../broker/metadata/metadata-image.ts';
import { checkTopicConfig, checkTopicConfigs, topicConfigs } from '../../../broker/config/topic-configs.ts';

test('every default is a value that its own check accepts', () => {
  for (const [name, definition] of Object.entries(topicConfigs)) {
    expect(definition.doc.endsWith('.'), name).toBe(true);
    expect(readConfig(definition, definition.default ?? ''), name).toHaveProperty('value');
  }
});

test.each([
  ['retention.ms', '-1', true],
  ['retention.ms', '-2', false],
  ['retention.ms', '1.5', false],
  ['segment.bytes', '1048576', true],
  ['segment.bytes', '1048575', false],
  ['cleanup.policy', 'compact,delete', true],
  ['cleanup.policy', 'compact, delete', true],
  ['cleanup.policy', 'shrink', false],
  ['compression.type', 'zstd', true],
  ['compression.type', 'brotli', false],
  ['compression.gzip.level', '-1', true],
  ['compression.gzip.level', '0', false],
  ['preallocate', 'TRUE', true],
  ['preallocate', 'yes', false],
  ['min.cleanable.dirty.ratio', '0.01', true],
  ['min.cleanable.dirty.ratio', '1.01', false],
  ['min.insync.replicas', '0', false],
  ['flush.ms', '9223372036854775807', true],
  ['leader.replication.throttled.replicas', '0:1,1:2', true],
  ['leader.replication.throttled.replicas', '*', true],
  ['leader.replication.throttled.replicas', 'x', false],
])('%s=%s', (name, value, ok) => {
  expect(checkTopicConfig(name, value) === undefined).toBe(ok);
});

test('unknown names are answered with the nearest; prototype members are no configs', () => {
  expect(checkTopicConfig('cleanup.polciy', 'delete')).toContain('did you mean cleanup.policy?');
  expect(checkTopicConfig('constructor', 'x')).toBe('Unknown topic config name: constructor');
});

test('values must agree with each other', () => {
  expect(checkTopicConfigs(new Map([['min.compaction.lag.ms', '9']]))).toBeUndefined();
  expect(
    checkTopicConfigs(
      new Map([
        ['min.compaction.lag.ms', '9'],
        ['max.compaction.lag.ms', '8'],
      ]),
    ),
  ).toContain('conflict');
});

test('a value comes from the topic, the cluster, the file, or the default, in this order', () => {
  const fixed = new BrokerConfig({
    config: { 'log.retention.ms': 3 },
    sources: { 'log.retention.ms': 'file' },
  });
  const set = (resourceType: number, resourceName: string, name: string, value: string) => {
    const delta = new MetadataDelta(image);
    delta.replay({ type: 'ConfigRecord', data: { resourceType, resourceName, name, value } });
    image = delta.build({ offset: 1, epoch: 1 });
  };
  let image = EMPTY_IMAGE;
  const effective = (config = fixed) =>
    topicConfigPlaces('retention.ms', 'a', { image, config, nodeId: null })[0];
  expect(effective(new BrokerConfig({ config: {} }))).toMatchObject({
    value: '604800000',
    source: 'default',
  });
  expect(effective()).toMatchObject({ value: '3', source: 'file' });
  set(4, '', 'log.retention.ms', '2');
  expect(effective()).toMatchObject({ value: '2', source: 'cluster' });
  set(2, 'a', 'retention.ms', '1');
  expect(effective()).toMatchObject({ value: '1', source: 'topic' });
});

test('what the broker makes a topic with is refused at the start where the topic would be', () => {
  // `log.segment.bytes` may be smaller than a topic's own: it is the default of those that say nothing.
  for (const { brokerName, range } of Object.values(topicConfigs)) {
    if (brokerName === null || brokerName === 'log.segment.bytes' || range?.min === undefined) continue;
    expect(brokerProperties[brokerName].range?.min, brokerName).toBe(range.min);
  }
  for (const [property, config] of [
    ['offsets.topic.segment.bytes', 'segment.bytes'],
    ['transaction.state.log.segment.bytes', 'segment.bytes'],
    ['transaction.state.log.min.isr', 'min.insync.replicas'],
  ] as const) {
    const least = topicConfigs[config]?.range?.min ?? Number.NaN;
    expect(new BrokerConfig({ config: { 'node.id': 1, [property]: least } }).get(property)).toBe(least);
    expect(() => new BrokerConfig({ config: { 'node.id': 1, [property]: least - 1 } })).toThrow(
      new RegExp(`${property}.*at least ${least}`),
    );
  }
});
