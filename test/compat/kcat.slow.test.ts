import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';
import { isInstalled, run } from './foreign-process.ts';

const hasKcat = isInstalled('kcat');
if (!hasKcat) console.log('kcat is not installed: its tests are skipped (apt-get install kcat)');

/** kcat as Debian ships it: librdkafka 2.0.2, which knows brokers by the exact old versions that they advertise. */
describe.skipIf(!hasKcat)('kcat', () => {
  const millrace = new Millrace();
  let bootstrap = '';

  beforeAll(async () => {
    const { facts } = await millrace.startBroker(['-s', 'num.partitions=2']);
    bootstrap = facts.kafka;
  });

  afterAll(() => millrace.close());

  const values = Array.from({ length: 1000 }, (_, i) => `value-${i}`);

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('produces with %s and consumes', async (codec) => {
    const topic = `codec-${codec}`;
    const produced = await run(
      'kcat',
      ['-b', bootstrap, '-P', '-t', topic, '-X', 'acks=all', '-z', codec],
      values.join('\n'),
    );
    expect(produced).toEqual({ code: 0, output: '' });
    const consumed = await run('kcat', ['-b', bootstrap, '-C', '-t', topic, '-e', '-q']);
    expect(consumed.output.trim().split('\n').toSorted()).toEqual(values.toSorted());
  });

  it('produces idempotently, keeps keys in order and reads from a group', async () => {
    const lines = values.map((value, i) => `key-${i % 5}:${value}`);
    const args = ['-b', bootstrap, '-P', '-t', 'keyed', '-K:', '-X', 'enable.idempotence=true'];
    expect((await run('kcat', args, lines.join('\n'))).code).toBe(0);
    const group = [
      '-b',
      bootstrap,
      '-G',
      'kcat-group',
      '-X',
      'auto.offset.reset=earliest',
      '-e',
      '-q',
      '-K:',
      'keyed',
    ];
    const { output } = await run('kcat', group);
    const read = output.split('\n').filter((line) => line.startsWith('key-'));
    expect(read.toSorted()).toEqual(lines.toSorted());
    for (let key = 0; key < 5; key++) {
      const ofKey = (all: readonly string[]): string[] =>
        all.filter((line) => line.startsWith(`key-${key}:`));
      expect(ofKey(read)).toEqual(ofKey(lines));
    }
  });

  it('lists topics and finds offsets by time', async () => {
    const { output } = await run('kcat', ['-b', bootstrap, '-L', '-t', 'keyed']);
    expect(output).toContain('topic "keyed" with 2 partitions');
    const query = await run('kcat', ['-b', bootstrap, '-Q', '-t', 'keyed:0:0']);
    expect(query.output).toContain('keyed [0] offset 0');
  });
});
