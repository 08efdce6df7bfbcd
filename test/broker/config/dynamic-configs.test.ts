import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { brokerProperties } from '../../../broker/config/broker-properties.ts';
import { topicPropertySynonyms } from '../../../broker/config/topic-properties.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { alterConfigs } from '../../../src/protocol/messages/33-alter-configs.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { TestBrokers, type TestClient } from '../running-broker.ts';

const BROKER = 4;
/** `ConfigSource` of KIP-226. */
const DYNAMIC_DEFAULT_BROKER = 3;
const SET = 0;
const DELETE = 1;
const APPEND = 2;

function overrides({ image }: Broker) {
  return [...image.configs].map(([key, configs]) => [key, Object.fromEntries(configs)]);
}

/** Codes and messages are those of Apache Kafka 4.3.1. */
describe('settings of a running broker', () => {
  const brokers = new TestBrokers();
  let client: TestClient;
  let broker: Broker;

  beforeAll(async () => {
    broker = await brokers.start();
    client = brokers.to(broker);
  });

  afterAll(() => brokers.close());

  async function alter(
    configs: Readonly<Record<string, string | null>>,
    options: { resourceName?: string; configOperation?: number; validateOnly?: boolean } = {},
  ) {
    const { resourceName = '', configOperation = SET, validateOnly = false } = options;
    const edits = Object.entries(configs).map(([name, value]) => ({ name, configOperation, value }));
    const { responses } = await client.send(incrementalAlterConfigs, 1, {
      resources: [{ resourceType: BROKER, resourceName, configs: edits }],
      validateOnly,
    });
    return responses.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])[0];
  }

  async function described(resourceName: string) {
    const resources = [{ resourceType: BROKER, resourceName, configurationKeys: null }];
    const { results } = await client.send(describeConfigs, 4, { resources });
    return results[0]?.configs ?? [];
  }

  it.each([
    ['of all brokers', '', false],
    ['of one broker', '1', false],
    ['of one broker, only asking', '1', true],
  ])('refuses what only a start can change, %s', async (_what, resourceName, validateOnly) => {
    const readOnly = { 'log.dirs': '/elsewhere', 'log.retention.ms': '1', 'node.id': '7' };
    expect(await alter(readOnly, { resourceName, validateOnly })).toEqual([
      ErrorCode.INVALID_REQUEST,
      'Cannot update these configs dynamically: [log.dirs, node.id]',
    ]);
    const legacy = await client.send(alterConfigs, 1, {
      resources: [
        { resourceType: BROKER, resourceName, configs: [{ name: 'process.roles', value: 'broker' }] },
      ],
      validateOnly,
    });
    expect(legacy.responses[0]?.errorCode).toBe(ErrorCode.INVALID_REQUEST);
    // Nothing of it was done, neither what might have been.
    expect(overrides(broker)).toEqual([['4:', { 'min.insync.replicas': '1' }]]);
  });

  it('tells as read-only what it refuses, and only that', async () => {
    const all = await described('1');
    expect(all.map(({ name }) => name)).toEqual(Object.keys(brokerProperties));
    for (const { name, value, readOnly } of all) {
      const answer = await alter({ [name]: value ?? '1' }, { validateOnly: true });
      expect([name, answer?.[0]]).toEqual([name, readOnly ? ErrorCode.INVALID_REQUEST : ErrorCode.NONE]);
    }
    const dynamic = all.filter(({ readOnly }) => !readOnly).map(({ name }) => name);
    // The defaults of topics in milliseconds; not log.retention.hours and its like.
    const topicDefaults = Object.values(topicPropertySynonyms).flatMap(([first]) => first ?? []);
    const others = [
      'producer.id.expiration.ms',
      'transaction.partition.verification.enable',
      'log.cleaner.threads',
      'log.cleaner.dedupe.buffer.size',
      'log.cleaner.io.buffer.size',
      'log.cleaner.io.buffer.load.factor',
      'log.cleaner.io.max.bytes.per.second',
      'log.cleaner.backoff.ms',
    ];
    expect(dynamic.toSorted()).toEqual([...topicDefaults, ...others].toSorted());
  });

  it('refuses values that cannot be, and edits of what is no list', async () => {
    expect(await alter({ 'log.retention.ms': 'soon' })).toEqual([
      ErrorCode.INVALID_REQUEST,
      'Invalid value soon for configuration log.retention.ms: Not a number of type LONG',
    ]);
    expect(await alter({ 'log.retention.ms': '1' }, { configOperation: APPEND })).toEqual([
      ErrorCode.INVALID_CONFIG,
      'Config value append is not allowed for config key: log.retention.ms',
    ]);
    expect(await alter({ nosuch: '1' }, { configOperation: APPEND })).toEqual([
      ErrorCode.INVALID_CONFIG,
      'Unknown config name: nosuch',
    ]);
    expect((await alter({ 'log.dirs': 'x' }, { configOperation: APPEND }))?.[0]).toBe(
      ErrorCode.INVALID_REQUEST,
    );
    expect(await alter({ 'min.insync.replicas': '2' }, { resourceName: '1' })).toEqual([
      ErrorCode.INVALID_CONFIG,
      'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
    ]);
  });

  it('refuses what the log cleaner would not run with, as it runs now, and passes on the rest', async () => {
    const threads = (value: string | null) => ({ 'log.cleaner.threads': value });
    const refused = (message: string) => [ErrorCode.INVALID_REQUEST, message];
    const tooMany = refused(
      'Log cleaner threads cannot be increased to more than double the current value 1',
    );
    const noMemory = refused('log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.');
    for (const resourceName of ['', '1']) {
      expect(await alter(threads('3'), { resourceName })).toEqual(tooMany);
      expect(await alter(threads('0'), { resourceName, validateOnly: true })).toEqual(
        refused('Log cleaner threads should be at least 1'),
      );
      expect(await alter({ 'log.cleaner.dedupe.buffer.size': '10' }, { resourceName })).toEqual(noMemory);
    }
    const before = overrides(broker);
    const cleaner = (resourceName: string, name: string, value: string) => ({
      resourceType: BROKER,
      resourceName,
      configs: [{ name: `log.cleaner.${name}`, configOperation: SET, value }],
    });
    const { responses } = await client.send(incrementalAlterConfigs, 1, {
      resources: [
        cleaner('', 'threads', '3'),
        cleaner('7', 'threads', '1'),
        cleaner('1', 'threads', '2'),
        cleaner('x', 'threads', '2'),
      ],
    });
    expect(responses.map(({ resourceName, errorMessage }) => [resourceName, errorMessage])).toEqual([
      ['', tooMany[1]],
      ['7', 'Unexpected broker id, expected 1, but received 7'],
      ['1', null],
      ['x', 'Node id must be an integer, but it is: x'],
    ]);
    expect(overrides(broker)).toEqual([...before, ['4:1', { 'log.cleaner.threads': '2' }]]);
    // From where it is now.
    for (const value of ['4', '8', '4', '2', null]) {
      const configOperation = value === null ? DELETE : SET;
      expect(await alter(threads(value), { resourceName: '1', configOperation })).toEqual([0, null]);
    }
    const legacy = await client.send(alterConfigs, 1, {
      resources: [
        { resourceType: BROKER, resourceName: '1', configs: [{ name: 'log.cleaner.threads', value: '9' }] },
      ],
    });
    expect(legacy.responses[0]).toMatchObject({ errorCode: tooMany[0], errorMessage: tooMany[1] });
    expect(overrides(broker)).toEqual(before);
  });

  it('has one min.insync.replicas for all brokers, from the first controller, that can be changed and not removed', async () => {
    const minIsr = async () => (await described('1')).find(({ name }) => name === 'min.insync.replicas');
    const atStart = { value: '1', configSource: DYNAMIC_DEFAULT_BROKER };
    expect(await minIsr()).toMatchObject(atStart);
    const ofBroker = 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.';
    const ofCluster = 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.';
    const refuses = [ErrorCode.INVALID_CONFIG, ofCluster];
    const removal = { 'min.insync.replicas': null };
    expect(await alter(removal, { configOperation: DELETE })).toEqual(refuses);
    expect(await alter(removal, { configOperation: DELETE, resourceName: '1' })).toEqual([
      ErrorCode.INVALID_CONFIG,
      ofBroker,
    ]);
    const replaceAll = {
      resourceType: BROKER,
      resourceName: '',
      configs: [{ name: 'log.retention.ms', value: '1' }],
    };
    const { responses } = await client.send(alterConfigs, 1, { resources: [replaceAll] });
    expect([responses[0]?.errorCode, responses[0]?.errorMessage]).toEqual(refuses);
    expect(await minIsr()).toMatchObject(atStart);
    expect(await alter({ 'min.insync.replicas': '2' })).toEqual([ErrorCode.NONE, null]);
    expect(await minIsr()).toMatchObject({ ...atStart, value: '2' });

    const other = await brokers.start({ 'min.insync.replicas': 3 });
    expect(overrides(other)).toEqual([['4:', { 'min.insync.replicas': '3' }]]);
  });

  it('tells a value as it was read, and where it is set as it was written', async () => {
    expect(await alter({ 'log.cleanup.policy': ' compact , compact' })).toEqual([0, null]);
    const resources = ['1', ''].map((resourceName) => ({
      resourceType: BROKER,
      resourceName,
      configurationKeys: ['log.cleanup.policy'],
    }));
    const { results } = await client.send(describeConfigs, 4, { resources, includeSynonyms: true });
    const told = results.map(({ configs: [config] }) => [config?.value, config?.synonyms[0]?.value]);
    expect(told).toEqual([
      ['compact', ' compact , compact'],
      [' compact , compact', ' compact , compact'],
    ]);
    expect(await alter({ 'log.cleanup.policy': null }, { configOperation: DELETE })).toEqual([0, null]);
  });

  it('changes what can be changed, and takes it back', async () => {
    expect(await alter({ 'log.cleanup.policy': 'compact' }, { configOperation: APPEND })).toEqual([0, null]);
    expect(await alter({ 'producer.id.expiration.ms': '60000' }, { resourceName: '1' })).toEqual([0, null]);
    const valueOf = async (name: string): Promise<unknown> =>
      (await described('1')).find((config) => config.name === name)?.value;
    expect(await valueOf('log.cleanup.policy')).toBe('delete,compact');
    expect(await valueOf('producer.id.expiration.ms')).toBe('60000');
    const nothing = { 'log.cleanup.policy': null, 'log.dirs': null };
    expect(await alter(nothing, { configOperation: DELETE })).toEqual([0, null]);
    expect(await valueOf('log.cleanup.policy')).toBe('delete');
  });
});
