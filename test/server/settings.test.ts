import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/base/errors.ts';
import { readConfigFile, resolveSettings } from '../../src/server/config/index.ts';

const brokerProperties = new Set(['listeners', 'log.dirs', 'num.partitions', 'log.retention.ms']);

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
    const settings = resolveSettings({
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
      brokerProperties,
    });
    expect(settings.broker.get('num.partitions')).toEqual({ value: '3', source: 'flag' });
    expect(settings.broker.get('log.dirs')).toEqual({ value: '/e', source: 'env' });
    expect(settings.broker.get('log.retention.ms')).toEqual({ value: '5', source: 'file' });
    expect(settings.server.get('ksql.service.id')).toEqual({ value: 's', source: 'env' });
  });

  it('divides listeners by their scheme', () => {
    const { broker, httpListener } = resolveSettings({
      env: {},
      flags: { listeners: 'PLAINTEXT://0.0.0.0:9092,http://0.0.0.0:8088' },
      brokerProperties,
    });
    expect(broker.get('listeners')?.value).toBe('PLAINTEXT://0.0.0.0:9092');
    expect(httpListener?.value).toBe('0.0.0.0:8088');
  });

  it('knows the properties of the SQL engine, and no others', () => {
    const set = (name: string) => resolveSettings({ env: {}, flags: { [name]: 'x' }, brokerProperties });
    expect(set('ksql.persistence.wrap.single.values').server.size).toBe(1);
    expect(set('ksql.streams.max.task.idle.ms').server.size).toBe(1);
    expect(() => set('ksql.servce.id')).toThrow('unknown property ksql.servce.id');
  });

  it('shows the nearest name for a mistyped one', () => {
    const settings = new Map([['num.partition', '3']]);
    const attempt = () =>
      resolveSettings({ file: { path: 'my.properties', settings }, env: {}, flags: {}, brokerProperties });
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
