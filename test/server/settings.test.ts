import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokerProperties as brokerKeys } from '../../broker/index.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import { readConfigFile, processSettings } from '../../src/server/config/index.ts';

function file(name: string, text: string): string {
  const place = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-config-')), name);
  writeFileSync(place, text);
  return place;
}

describe('config files', () => {
  it('reads Java properties with comments, continuations and escapes', () => {
    const place = file(
      'server.properties',
      '# comment\nnum.partitions = 3\n! another\nlog.dirs: /a,\\\n    /b\nksql.service.id=x\\u0041\\:y\n',
    );
    expect([...readConfigFile(place)]).toEqual([
      ['num.partitions', '3'],
      ['log.dirs', '/a,/b'],
      ['ksql.service.id', 'xA:y'],
    ]);
  });

  it('reads TOML, tables joined with dots', () => {
    const place = file('millrace.toml', '"num.partitions" = 3\n[ksql.service]\nid = "x"\n');
    expect([...readConfigFile(place)]).toEqual([
      ['num.partitions', '3'],
      ['ksql.service.id', 'x'],
    ]);
  });

  it('names the file and what is wrong', () => {
    expect(() => readConfigFile('/nowhere/at.all')).toThrow('cannot read config file /nowhere/at.all');
    expect(() => readConfigFile(file('a.properties', 'fine=1\n=2\n'))).toThrow(/line 2 of config file/);
    expect(() => readConfigFile(file('a.toml', 'a = = 2'))).toThrow(/is not valid TOML/);
  });
});

describe('settings', () => {
  it('lets flags win over the environment, and that over the file, and remembers who set what', () => {
    const settings = processSettings({
      file: {
        path: 'f',
        settings: new Map([
          ['num.partitions', '1'],
          ['log.dirs', '/f'],
          ['log.retention.ms', '5'],
        ]),
      },
      env: {
        KAFKA_NUM_PARTITIONS: '2',
        KAFKA_LOG_DIRS: '/e',
        KAFKA_HEAP_OPTS: '-Xmx1g',
        KSQL_KSQL_SERVICE_ID: 's',
      },
      flags: { 'num.partitions': '3' },
      brokerKeys,
    });
    expect(settings.broker.get('num.partitions')).toEqual({ value: '3', source: 'flag' });
    expect(settings.broker.get('log.dirs')).toEqual({ value: '/e', source: 'env', origin: 'KAFKA_LOG_DIRS' });
    expect(settings.broker.get('log.retention.ms')).toEqual({ value: '5', source: 'file', origin: 'f' });
    expect(settings.server.get('ksql.service.id')).toEqual({
      value: 's',
      source: 'env',
      origin: 'KSQL_KSQL_SERVICE_ID',
    });
  });

  it('divides listeners by their scheme', () => {
    const { broker, httpListener } = processSettings({
      env: {},
      flags: { listeners: 'PLAINTEXT://0.0.0.0:9092,http://0.0.0.0:8088' },
      brokerKeys,
    });
    expect(broker.get('listeners')?.value).toBe('PLAINTEXT://0.0.0.0:9092');
    expect(httpListener?.value).toBe('0.0.0.0:8088');
  });

  it('knows the properties of the SQL engine, and no others', () => {
    const set = (name: string, value = '1') =>
      processSettings({ env: {}, flags: { [name]: value }, brokerKeys });
    expect(set('ksql.persistence.wrap.single.values', 'true').server.size).toBe(1);
    expect(set('ksql.streams.max.task.idle.ms').server.size).toBe(1);
    expect(set('ksql.streams.consumer.max.poll.records').server.size).toBe(1);
    expect(() => set('ksql.servce.id')).toThrow('unknown property ksql.servce.id');
    expect(() => set('ksql.streams.max.task.idle')).toThrow('unknown property ksql.streams.max.task.idle');
    expect(() => set('ksql.streams.application.id')).toThrow('unknown property');
  });

  it.each([
    ['auto.offset.reset', 'erliest', 'one of earliest, latest'],
    ['ksql.streams.commit.interval.ms', 'often', 'a whole number, at least 0'],
    ['ksql.streams.consumer.isolation.level', 'all', 'one of read_uncommitted, read_committed'],
    ['num.partitions', '0', 'a whole number of 32 bits, at least 1'],
  ])('refuses %s=%s', (name, value, allowed) => {
    const message = `invalid value "${value}" for ${name}: expected ${allowed}`;
    expect(() => processSettings({ env: {}, flags: { [name]: value }, brokerKeys })).toThrow(message);
  });

  it('names the variables of the environment that may be misspelt', () => {
    const env = { KAFKA_NUM_PARTITION: '2', KAFKA_HEAP_OPTS: '-Xmx1g' };
    expect(processSettings({ env, flags: {}, brokerKeys }).suspects).toEqual([
      { variable: 'KAFKA_NUM_PARTITION', meant: 'num.partitions' },
    ]);
  });

  it('shows the nearest name for a mistyped one', () => {
    const settings = new Map([['num.partition', '3']]);
    const attempt = () =>
      processSettings({ file: { path: 'my.properties', settings }, env: {}, flags: {}, brokerKeys });
    expect(attempt).toThrow(DiagnosticError);
    try {
      attempt();
    } catch (error) {
      expect((error as DiagnosticError).diagnostic).toEqual({
        message: 'unknown property num.partition in my.properties',
        suggestion: 'num.partitions',
      });
    }
  });
});
