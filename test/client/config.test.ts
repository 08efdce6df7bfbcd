import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/base/errors.ts';
import {
  adminConfig,
  consumerConfig,
  consumerOptionsFrom,
  nodeEnvironment,
  Producer,
  producerConfig,
  producerOptionsFrom,
} from '../../src/client/index.ts';
import { consumerSettings, parseAddresses, producerSettings } from '../../src/client/config/settings.ts';

const BOOTSTRAP = { 'bootstrap.servers': 'one:9092,two:9093' };
const environment = nodeEnvironment;

describe('properties', () => {
  it('become options, with the types of their definitions', () => {
    expect(
      producerOptionsFrom({
        ...BOOTSTRAP,
        acks: '-1',
        'linger.ms': '20',
        'enable.idempotence': 'true',
        'compression.type': 'zstd',
      }),
    ).toEqual({
      bootstrapServers: ['one:9092', 'two:9093'],
      acks: 'all',
      lingerMs: 20,
      idempotent: true,
      compression: 'zstd',
    });
    expect(producerOptionsFrom({ ...BOOTSTRAP, acks: 1, 'enable.idempotence': false })).toMatchObject({
      acks: 1,
      idempotent: false,
    });
  });

  it('know the class names of the Java client', () => {
    expect(
      consumerOptionsFrom({
        ...BOOTSTRAP,
        'partition.assignment.strategy': 'org.apache.kafka.clients.consumer.StickyAssignor, range',
      }).assignors,
    ).toEqual(['sticky', 'range']);
  });

  it('are refused with the nearest key, or with what is expected', () => {
    expect(diagnosticOf(() => producerOptionsFrom({ ...BOOTSTRAP, 'linger.msx': 1 }))).toMatchObject({
      message: 'unknown property linger.msx',
      suggestion: 'linger.ms',
    });
    const bad = (properties: Record<string, string>) =>
      diagnosticOf(() => producerOptionsFrom({ ...BOOTSTRAP, ...properties })).message;
    expect(bad({ 'linger.ms': 'soon' })).toBe(
      'invalid value "soon" for linger.ms: expected a whole number, at least 0',
    );
    expect(bad({ 'linger.ms': '-1' })).toBe(
      'invalid value "-1" for linger.ms: expected a whole number, at least 0',
    );
    expect(bad({ acks: '2' })).toBe('invalid value "2" for acks: expected one of 0, 1, all');
    expect(diagnosticOf(() => producerOptionsFrom({})).message).toBe('bootstrap.servers is missing');
  });
});

describe('settings', () => {
  it('have the defaults of the Java client', () => {
    const producer = producerSettings({ environment, bootstrapServers: 'x' });
    expect(producer).toMatchObject({
      acks: 'all',
      idempotent: true,
      lingerMs: 5,
      deliveryTimeoutMs: 120_000,
    });
    const consumer = consumerSettings({ environment, bootstrapServers: 'x' });
    expect(consumer).toMatchObject({
      autoOffsetReset: 'latest',
      pollRecordsMax: 500,
      sessionTimeoutMs: 45_000,
    });
  });

  it('give up idempotence that was not asked for, and refuse it where it cannot be', () => {
    expect(producerSettings({ environment, bootstrapServers: 'x', acks: 1 }).idempotent).toBe(false);
    expect(() => producerSettings({ environment, bootstrapServers: 'x', acks: 1, idempotent: true })).toThrow(
      'an idempotent producer needs acks=all',
    );
  });

  it('name a mistyped option', () => {
    const options = { environment, bootstrapServers: 'x', lingerMS: 3 };
    expect(diagnosticOf(() => new Producer(options))).toMatchObject({ suggestion: 'lingerMs' });
  });

  it('read addresses', () => {
    expect(parseAddresses('a:1, [::1]:2,PLAINTEXT://c:3,d')).toEqual([
      { host: 'a', port: 1 },
      { host: '::1', port: 2 },
      { host: 'c', port: 3 },
      { host: 'd', port: 9092 },
    ]);
    expect(() => parseAddresses('a:b')).toThrow('invalid address "a:b" in bootstrap.servers');
    expect(() => parseAddresses(' , ')).toThrow('bootstrap.servers is empty');
  });
});

describe('definitions', () => {
  it('have a doc and a name of their own each', () => {
    for (const definitions of [producerConfig, consumerConfig, adminConfig]) {
      const names = Object.values(definitions).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { doc } of Object.values(definitions)) expect(doc).toMatch(/^[A-Z].*\.$/);
    }
  });
});

function diagnosticOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic;
    throw error;
  }
  throw new Error('nothing was thrown');
}
