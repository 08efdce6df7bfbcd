import { describe, expect, it } from 'vitest';
import { BrokerConfig } from '../../../broker/config/broker-config.ts';
import { brokerProperties } from '../../../broker/config/broker-properties.ts';
import { topicDefaults } from '../../../broker/config/config-places.ts';
import { parseListeners, parseVoters } from '../../../broker/config/listeners.ts';
import { topicPropertySynonyms } from '../../../broker/config/topic-properties.ts';
import { brokerTopology } from '../../../broker/config/topology.ts';
import { readConfig } from '../../../src/base/config/config-value.ts';
import { DiagnosticError } from '../../../src/base/errors.ts';

function diagnosticOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic;
    throw error;
  }
  throw new Error('no diagnostic');
}

describe('BrokerConfig', () => {
  it('has a default for what is not said and remembers who said the rest', () => {
    const config = new BrokerConfig({
      config: { 'num.partitions': 3, 'log.retention.hours': '1' },
      sources: { 'num.partitions': 'env' },
    });
    expect(config.get('num.partitions')).toBe(3);
    expect(config.placeOf('num.partitions')).toMatchObject({ value: '3', source: 'env' });
    expect(config.placeOf('log.retention.hours')).toMatchObject({ value: '1', source: 'flag' });
    expect(config.placeOf('node.id')).toMatchObject({ value: '1', source: 'default' });
    expect(config.find('broker.rack')).toBeUndefined();
    expect(topicDefaults(config).filter(({ source }) => source !== 'default')).toEqual([
      { name: 'retention.ms', value: '3600000', source: 'flag', from: 'log.retention.hours' },
    ]);
  });

  it('names the nearest property for one that it does not know', () => {
    expect(diagnosticOf(() => new BrokerConfig({ config: { 'num.partition': 3 } }))).toMatchObject({
      message: 'unknown property num.partition',
      suggestion: 'num.partitions',
    });
  });

  it.each([
    ['num.partitions', 'many', 'expected a whole number of 32 bits, at least 1'],
    ['num.partitions', '0', 'expected a whole number of 32 bits, at least 1'],
    ['auto.create.topics.enable', 'yes', 'expected true or false'],
    ['compression.type', 'brotli', 'expected one of uncompressed, zstd'],
    ['node.id', '99999999999', 'expected a whole number of 32 bits'],
  ])('refuses %s=%s', (name, value, problem) => {
    const diagnostic = diagnosticOf(() => new BrokerConfig({ config: { [name]: value } }));
    expect(diagnostic.message).toContain(problem);
    expect(diagnostic.detail).toMatch(/\(set by flag\)$/);
  });

  it('can parse every default', () => {
    for (const [name, property] of Object.entries(brokerProperties)) {
      if (property.default !== null)
        expect(readConfig(property, property.default), name).toHaveProperty('value');
    }
  });

  it('knows the broker property behind every topic default', () => {
    for (const synonym of Object.values(topicPropertySynonyms).flat()) {
      expect(Object.keys(brokerProperties)).toContain(synonym);
    }
  });
});

describe('addresses', () => {
  it('reads listeners and voters, IPv6 among them', () => {
    expect(parseListeners('listeners', ['plaintext://:9092', 'C://[::1]:1'])).toEqual([
      { name: 'PLAINTEXT', host: '0.0.0.0', port: 9092 },
      { name: 'C', host: '::1', port: 1 },
    ]);
    expect(parseVoters(['1@localhost:9093'])).toEqual([
      { id: 1, address: { host: 'localhost', port: 9093 } },
    ]);
  });

  it.each(['9092', 'PLAINTEXT:9092', 'PLAINTEXT://h:99999', ''])('refuses the listener %j', (entry) => {
    expect(diagnosticOf(() => parseListeners('listeners', [entry])).hint).toContain('NAME://HOST:PORT');
  });

  it('makes a topology of a single node without a controller listener, and of three with one', () => {
    const single = brokerTopology(new BrokerConfig({ config: {} }));
    expect(single.controllerListener).toBeUndefined();
    expect(single.voters).toHaveLength(1);
    const voters = '1@h1:1,2@h2:2,3@h3:3';
    const one = brokerTopology(
      new BrokerConfig({ config: { 'node.id': 2, 'controller.quorum.voters': voters } }),
    );
    expect(one.controllerListener).toEqual({ name: 'CONTROLLER', host: 'h2', port: 2 });
    const other = brokerTopology(
      new BrokerConfig({ config: { 'node.id': 3, 'controller.quorum.voters': voters } }),
    );
    expect(other.newClusterId).toBe(one.newClusterId);
    expect(one.newClusterId).toMatch(/^[\w-]{22}$/);
    expect(one.reachableHost('0.0.0.0')).toBe('h2');
  });

  it('refuses a node that is not among the voters, and a process of one role', () => {
    const absent = { 'node.id': 7, 'controller.quorum.voters': '1@h:1' };
    expect(diagnosticOf(() => brokerTopology(new BrokerConfig({ config: absent }))).message).toContain(
      'node.id 7',
    );
    const broker = { 'process.roles': 'broker' };
    expect(diagnosticOf(() => brokerTopology(new BrokerConfig({ config: broker }))).message).toContain(
      'process.roles',
    );
  });
});
