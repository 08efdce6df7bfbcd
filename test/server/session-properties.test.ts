import { describe, expect, it } from 'vitest';
import { brokerProperties as brokerKeys } from '../../broker/index.ts';
import { ignoredWarning } from '../../src/server/config/ignored-properties.ts';
import {
  ignoredKsqlProperties,
  ignoredStreamsProperties,
  processSettings,
  sqlProperty,
} from '../../src/server/config/index.ts';
import { serverConfig } from '../../src/server/config/server-config.ts';
import { whySessionRefuses } from '../../src/server/config/session-property.ts';

describe('what a session may SET', () => {
  it.each([
    ['auto.offset.reset', 'earliest'],
    ['ksql.streams.auto.offset.reset', 'latest'],
    ['ksql.streams.commit.interval.ms', '0'],
    ['commit.interval.ms', '100'],
    ['ksql.persistence.default.format.value', 'JSON'],
    ['ksql.persistence.default.format.key', 'delimited'],
    ['ksql.streams.consumer.max.poll.records', '10'],
    ['ksql.query.pull.table.scan.enabled', 'TRUE'],
    ['ksql.streams.topology.optimization', 'all'],
    ['ksql.streams.num.standby.replicas', '1'],
    ['ksql.error.classifier.regex.topic', 'USER .*InvalidTopic.*'],
  ])('%s = %s, with effect', (name, value) => {
    expect(whySessionRefuses(name, value)).toBeUndefined();
    expect(ignoredWarning(name)).toBeUndefined();
  });

  it.each([
    ['num.stream.threads', '4'],
    ['ksql.streams.num.stream.threads', '4'],
    ['ksql.streams.metrics.num.samples', '1'],
    ['ksql.streams.producer.interceptor.classes', 'com.example.Audit'],
    ['ksql.nested.error.set.null', 'true'],
    ['ksql.query.pull.thread.pool.size', '100'],
    ['ksql.query.push.v2.interpreter.enabled', 'false'],
    ['ksql.suppress.enabled', 'true'],
    ['ksql.lambdas.enabled', 'true'],
    ['ksql.functions.my_sum.limit', 'ten'],
  ])('%s = %s, with a warning', (name, value) => {
    expect(whySessionRefuses(name, value)).toBeUndefined();
    expect(ignoredWarning(name)).toMatch(/^'.*' has no effect: ./);
  });

  it.each([
    ['auto.offset.reset', 'erliest', 'one of earliest, latest'],
    ['ksql.streams.commit.interval.ms', '-1', 'at least 0'],
    ['topology.optimization', 'most', 'a list of all, none'],
    ['ksql.persistence.default.format.value', 'JSN', 'one of AVRO, DELIMITED, JSON, JSON_SR, KAFKA, NONE'],
    [
      'ksql.persistence.default.format.key',
      'PROTOBUFF',
      'one of AVRO, DELIMITED, JSON, JSON_SR, KAFKA, NONE',
    ],
    ['ksql.persistence.default.format.key', '', 'one of AVRO, DELIMITED, JSON, JSON_SR, KAFKA, NONE'],
    ['ksql.query.pull.table.scan.enabled', 'yes', 'true or false'],
    ['ksql.error.classifier.regex.topic', 'MINE .*', 'USER, SYSTEM or UNKNOWN and a regular expression'],
    ['ksql.error.classifier.regex.topic', 'USER (', 'USER, SYSTEM or UNKNOWN and a regular expression'],
    ['processing.guarantee', 'exactly_twice', 'at_least_once'],
    ['ksql.functions.collect_list.limit', 'ten', 'a whole number'],
    ['ksql.query.pull.thread.pool.size', 'many', 'a whole number'],
    ['ksql.query.pull.max.allowed.offset.lag', '-1', 'at least 0'],
    ['ksql.suppress.enabled', 'on', 'true or false'],
    ['num.standby.replicas', '1.5', 'a whole number'],
    ['ksql.streams.metrics.recording.level', 'LOUD', 'one of INFO, DEBUG, TRACE'],
  ])('not %s = %s', (name, value, allowed) => {
    expect(whySessionRefuses(name, value)).toContain(allowed);
  });

  it.each([
    'ksql.service.id',
    'bootstrap.servers',
    'ksql.extension.dir',
    'ksql.query.status.running.threshold.seconds',
  ])("not %s, which is the server's", (name) =>
    expect(whySessionRefuses(name, '1')).toBe(`Cannot override property '${name}'`),
  );

  it.each([
    ['auto.ofset.reset', 'auto.offset.reset'],
    ['ksql.suppress.enable', undefined],
    ['no.such.thing', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['ksql.streams.', undefined],
  ])('not %s, which is none', (name, meant) => {
    const refusal = whySessionRefuses(name, '1');
    expect(refusal).toContain(`Not recognizable as ksql, streams, consumer, or producer property: '${name}'`);
    if (meant !== undefined) expect(refusal).toContain(`did you mean ${meant}?`);
  });
});

it('says of no property that it has no effect which has one', () => {
  const ignored = [...Object.keys(ignoredKsqlProperties), ...Object.keys(ignoredStreamsProperties)];
  expect(ignored.filter((name) => sqlProperty(name) !== undefined)).toEqual([]);
});

describe('properties of ksqlDB in a configuration', () => {
  const settingsOf = (name: string, value: string) =>
    processSettings({ env: {}, flags: { [name]: value }, brokerKeys });

  it.each([
    ['ksql.transient.query.cleanup.service.enable', 'true'],
    ['ksql.query.status.running.threshold.seconds', '100'],
    ['ksql.streams.metrics.num.samples', '1'],
  ])('are taken, and said to have no effect: %s', (name, value) => {
    expect([...settingsOf(name, value).ignored.keys()]).toEqual([name]);
    expect(serverConfig({ [name]: value }).get('ksql.service.id')).toBe('default_');
  });

  it('are checked', () => {
    expect(() => settingsOf('ksql.query.status.running.threshold.seconds', 'many')).toThrow(
      'invalid value "many"',
    );
    expect(() => serverConfig({ 'ksql.verticle.instances': 'many' })).toThrow('invalid value "many"');
    expect(() => settingsOf('ksql.verticle.instance', '1')).toThrow(
      'unknown property ksql.verticle.instance',
    );
  });
});
