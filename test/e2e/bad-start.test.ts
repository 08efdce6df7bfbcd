import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Millrace, occupy, type Outcome, portOf } from './millrace-process.ts';

/** A user's mistake ends in status 1 and one clear message: no stack, and nothing but the message. */
function expectMistake({ code, text }: Outcome, message: RegExp | string): void {
  expect(text).toMatch(message);
  expect(text.startsWith('millrace: ')).toBe(true);
  expect(text).not.toMatch(/^ {4}at /m);
  expect(text.trimEnd().split('\n').length).toBeLessThan(4);
  expect(code).toBe(1);
}

describe.concurrent('millrace start', () => {
  const millrace = new Millrace();

  afterAll(() => millrace.close());

  const start = (...args: string[]): Promise<Outcome> =>
    millrace.run(['start', '--no-sql', '--json', ...args]);
  const folder = (): string => path.join(millrace.folder(), 'data');

  it('says that a port is taken when it was asked for', async () => {
    const other = await occupy(0);
    const port = portOf(other);
    const outcome = await start('--data', folder(), '--kafka-port', String(port));
    expectMistake(outcome, `port ${port} on 127.0.0.1 is already in use`);
    other.close();
  });

  it('takes a free port where the usual one is taken, and says so', async () => {
    // Whoever has it, it is taken.
    const other = await occupy(9092).catch(() => undefined);
    const process = millrace.spawn(['start', '--no-sql', '--data', folder()]);
    const text = await process.waitFor(/Kafka +127\.0\.0\.1:\d+/);
    expect(text).not.toContain(':9092');
    expect(process.text).toContain('Port 9092 is in use by another process, so Kafka is on a free one.');
    expect((await process.stop('SIGINT')).code).toBe(0);
    other?.close();
  });

  it.each([
    ['70000', /a port is a number from 0 to 65535, not 70000/],
    ['many', /many is not a whole number/],
  ])('refuses the port %s', async (port, message) => {
    expectMistake(await start('--data', folder(), '--kafka-port', port), message);
  });

  it('refuses a data folder that another process holds, which goes on undisturbed', async () => {
    const { process, facts } = await millrace.startBroker();
    const outcome = await start('--data', facts.data, '--kafka-port', '0');
    expectMistake(
      outcome,
      new RegExp(`${facts.data} is in use by process ${process.pid}; stop that process`),
    );
    expect((await millrace.run(['topic', 'list', '-b', facts.kafka])).code).toBe(0);
    await process.stop();
    // The lock of a process that was killed does not hold anybody up.
    const second = await millrace.startBroker(['--data', facts.data]);
    await second.process.stop('SIGKILL');
    const third = await millrace.startBroker(['--data', facts.data]);
    expect((await third.process.stop()).code).toBe(0);
  });

  it('refuses data of a newer format, of a broken one and what is not data at all', async () => {
    const { process, facts } = await millrace.startBroker();
    await process.stop();
    const again = (): Promise<Outcome> => start('--data', facts.data, '--kafka-port', '0');
    const meta = path.join(facts.data, 'meta.properties');
    const good = fs.readFileSync(meta, 'utf8');
    fs.writeFileSync(meta, good.replace('version=1', 'version=2'));
    expectMistake(await again(), /version 2, written by a newer release; this one knows version 1; restore/);
    fs.writeFileSync(meta, 'to be or not to be');
    expectMistake(
      await again(),
      /meta.properties cannot be used: .*; restore the file or choose another data/,
    );
    fs.writeFileSync(meta, good);
    const quorumState = path.join(facts.data, '__cluster_metadata-0/quorum-state');
    fs.writeFileSync(quorumState, 'not JSON');
    expectMistake(await again(), /quorum-state cannot be used: .*; restore the file or choose another data/);

    const documents = millrace.folder();
    fs.writeFileSync(path.join(documents, 'thesis.doc'), '');
    expectMistake(
      await start('--data', documents, '--kafka-port', '0'),
      /there is "thesis.doc"\); choose an/,
    );
    const file = path.join(documents, 'thesis.doc');
    expectMistake(await start('--data', file, '--kafka-port', '0'), /it is a file, not a folder/);
    expectMistake(await start('--data', `${file}/x`, '--kafka-port', '0'), /cannot create .*ENOTDIR/);
  });

  it('names a log file that is none, changes nothing in it, and serves the others', async () => {
    const { process, facts } = await millrace.startBroker();
    await millrace.run(['produce', 'events', '-b', facts.kafka], 'one\ntwo\n');
    await process.stop();
    const file = path.join(facts.data, 'events-0/00000000000000000000.log');
    const good = fs.readFileSync(file);
    const bad = 'this is a text\n'.repeat(20);
    fs.writeFileSync(file, bad);
    const damaged = await millrace.startBroker(['--data', facts.data]);
    expect(damaged.process.text).toMatch(
      /events-0\/0+.log is damaged at byte 0 .*restore the file from a copy, or delete the topic/,
    );
    await millrace.run(['produce', 'others', '-b', damaged.facts.kafka], 'three\n');
    const others = ['consume', 'others', '--from-beginning', '--exit', '-b', damaged.facts.kafka];
    expect((await millrace.run(others)).text).toBe('three\n');
    const described = await millrace.run([
      'topic',
      'describe',
      'events',
      '--json',
      '-b',
      damaged.facts.kafka,
    ]);
    expect(described.text).toMatch(/"partitions":\[\{"partition":0,.*"start":null,"end":null\}\]/);
    expect(described.text).toMatch(/KAFKA_STORAGE_ERROR/);
    await damaged.process.stop();
    expect(fs.readFileSync(file, 'utf8')).toBe(bad);
    fs.writeFileSync(file, good);
    const repaired = await millrace.startBroker(['--data', facts.data]);
    const read = ['consume', 'events', '--from-beginning', '--exit', '-b', repaired.facts.kafka];
    expect((await millrace.run(read)).text).toBe('one\ntwo\n');
    await repaired.process.stop();
  });

  it.each([
    ['-s num.partitons=3', /unknown property num.partitons\ndid you mean num.partitions\?/],
    [
      '-s num.partitions=three',
      /invalid value "three" for num.partitions: expected a whole number of 32 bits, at least 1\n/,
    ],
    ['-s num.partitions', /num.partitions is not a configuration\nhint: write it as name=value/],
    ['-c none.properties', /cannot read config file none.properties\nENOENT/],
    ['--host 192.0.2.1', /cannot listen on 192.0.2.1/],
  ])('refuses %s', async (flags, message) => {
    expectMistake(await start('--data', folder(), '--kafka-port', '0', ...flags.split(' ')), message);
  });

  it('names the file of a key that is mistyped, and the line of one that is none', async () => {
    const file = path.join(millrace.folder(), 'server.properties');
    fs.writeFileSync(file, '# mine\nlog.retension.ms=1\n');
    const outcome = await start('--data', folder(), '--kafka-port', '0', '-c', file);
    expectMistake(outcome, `unknown property log.retension.ms in ${file}\ndid you mean log.retention.ms?`);
    const toml = path.join(millrace.folder(), 'server.toml');
    fs.writeFileSync(toml, '[log\nretention = 1\n');
    const invalid = await start('--data', folder(), '--kafka-port', '0', '-c', toml);
    expect(invalid.text).toContain(`config file ${toml} is not valid TOML`);
    expect(invalid.code).toBe(1);
  });

  it.each([
    ['start --kafka 127.0.0.1:1 --no-sql', /--no-sql cannot be used with --kafka\nhint: .*nothing would run/],
    ['start --kafka 127.0.0.1:1 --cluster 3', /--cluster cannot be used with --kafka\nhint: /],
    ['start --ephemeral -d kept', /--data cannot be used with --ephemeral\nhint: /],
    ['start --cluster 3 -s node.id=3', /node.id cannot be used with --cluster\nhint: /],
    ['demo --kafka 127.0.0.1:1 -s num.partitions=3', /num.partitions cannot be used with --kafka\nhint: /],
  ])('refuses %s, of which a part would be passed over', async (line, message) => {
    expectMistake(await millrace.run(line.split(' ')), message);
  });

  it('ends a cluster of which one broker cannot start, with what that one said', async () => {
    const data = millrace.folder();
    fs.mkdirSync(path.join(data, 'broker-2'));
    fs.writeFileSync(path.join(data, 'broker-2/thesis.doc'), '');
    const outcome = await start('--cluster', '3', '--kafka-port', '0', '--data', data);
    expect(outcome.text).toMatch(/^millrace: .*broker-2 has no meta.properties but is not empty/m);
    expect(outcome.text).toMatch(/^millrace: a broker of the cluster has ended while starting; see above$/m);
    expect(outcome.code).toBe(1);
  });
});
