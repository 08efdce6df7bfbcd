import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configRows } from '../../cli/config-rows.ts';
import { settingsOf } from '../../cli/process-options.ts';

function fileOf(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-config-')), 'my.properties');
  writeFileSync(file, text);
  return file;
}

const rowsOf = (name: string, options: Parameters<typeof settingsOf>[0]) =>
  configRows(settingsOf(options)).filter((row) => row.name === name);

describe('config explain', () => {
  const config = fileOf('num.partitions=4\nlog.retention.hours=1\nksql.streams.poll.ms=7\n');

  it('shows the value that holds and where it comes from', () => {
    expect(rowsOf('num.partitions', { set: [] })).toMatchObject([{ value: '1', source: 'default' }]);
    expect(rowsOf('num.partitions', { config, set: [] })).toMatchObject([
      {
        value: '4',
        source: `file ${config}`,
        default: '1',
        allowed: 'a whole number of 32 bits, at least 1',
      },
    ]);
    expect(rowsOf('num.partitions', { config, set: ['num.partitions=9'] })).toMatchObject([
      { value: '9', source: 'flag' },
    ]);
  });

  it('shows which property of the broker gives a topic its default', () => {
    expect(rowsOf('retention.ms', { config, set: [] })).toEqual([
      expect.objectContaining({
        of: 'topic',
        value: '3600000',
        source: `file ${config}, as log.retention.hours`,
        unit: 'ms',
        update: 'per-topic',
      }),
    ]);
  });

  it('shows the settings of queries that are set, and all owners of a name', () => {
    expect(rowsOf('ksql.streams.poll.ms', { config, set: [] })).toMatchObject([
      { of: 'sql', value: '7', update: 'per-query' },
    ]);
    expect(rowsOf('client.id', { set: [] }).map(({ of }) => of)).toEqual([
      'streams',
      'producer',
      'consumer',
      'admin',
    ]);
  });

  it('shows what start takes in place of the defaults of the broker', () => {
    const name = 'group.initial.rebalance.delay.ms';
    const voters = 'controller.quorum.voters=1@a:1,2@b:2';
    expect(rowsOf(name, { set: [] })).toMatchObject([{ value: '0', default: '3000' }]);
    expect(rowsOf(name, { set: [voters] })).toMatchObject([{ value: '3000' }]);
  });

  it('shows what start takes in place of the defaults of SQL, on brokers of its own', () => {
    const name = 'ksql.streams.processing.guarantee';
    const valueWith = (...set: string[]): unknown => rowsOf(name, { set })[0]?.value;
    expect(rowsOf(name, { set: [] })).toMatchObject([{ value: 'exactly_once_v2', source: 'default' }]);
    expect(valueWith('ksql.streams.processing.guarantee=at_least_once')).toBe('at_least_once');
    expect(valueWith('bootstrap.servers=there:9092')).toBe('at_least_once');
    const timeout = 'ksql.streams.producer.transaction.timeout.ms';
    expect(rowsOf(timeout, { set: ['transaction.max.timeout.ms=5000'] })).toMatchObject([{ value: '5000' }]);
    expect(rowsOf(timeout, { set: ['transaction.max.timeout.ms=10000'] })).toEqual([]);
  });
});
