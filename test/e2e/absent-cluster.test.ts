import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Facts, Millrace } from './millrace-process.ts';

const millrace = new Millrace();
afterAll(() => millrace.close());

/** A server that is not there at all, which a refused connection tells at once. */
describe.concurrent('a cluster that is not there', () => {
  const commands: readonly (readonly string[])[] = [
    ['topic', 'list'],
    ['produce', 'events'],
    ['consume', 'events'],
    ['group', 'list'],
  ];

  it.each(commands)('is said by %s %s, and what to do', async (...command) => {
    const { code, text } = await millrace.run([...command, '-b', '127.0.0.1:1'], 'a line\n');
    expect(text).toBe(
      'millrace: no Kafka server at 127.0.0.1:1 (connection refused): ' +
        'start one with "millrace start", or name another with -b HOST:PORT\n',
    );
    expect(code).toBe(1);
  });

  it('is said of each address', async () => {
    const { text } = await millrace.run(['topic', 'list', '-b', '127.0.0.1:1,no-such-host.invalid:9092']);
    expect(text).toMatch(
      /127\.0\.0\.1:1 \(connection refused\), no-such-host\.invalid:9092 \(no such host\)/,
    );
  });
});

describe('a topic that is not there', () => {
  let facts: Facts;
  beforeAll(async () => {
    facts = (await millrace.startBroker()).facts;
  });

  it.each([[[]], [['-g', 'readers']]])('is said once and waited for by consume %j', async (flags) => {
    const topic = flags.length === 0 ? 'later' : 'some-day';
    const args = ['consume', topic, '--from-beginning', '-m', '1', ...flags, '-b', facts.kafka];
    const consume = millrace.spawn(args);
    await consume.waitFor(/there is no topic \S+ yet: waiting for it/);
    await millrace.run(['topic', 'create', topic, '-b', facts.kafka]);
    await millrace.run(['produce', topic, '-b', facts.kafka], 'first\n');
    const { code, text } = await consume.ended;
    expect(text).toBe(`there is no topic ${topic} yet: waiting for it, Ctrl-C ends that\nfirst\n`);
    expect(code).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('is waited for until %s', async (signal) => {
    const consume = millrace.spawn(['consume', 'never', '-b', facts.kafka]);
    await consume.waitFor(/waiting for it/);
    expect((await consume.stop(signal)).code).toBe(0);
    // Nor has asking for it made it.
    expect((await millrace.run(['topic', 'list', '-b', facts.kafka])).text).not.toContain('never');
  });

  it('is an error where the end of the topic is to be the end, and so is a partition that it lacks', async () => {
    const exit = await millrace.run(['consume', 'never', '--exit', '-b', facts.kafka]);
    expect(exit).toMatchObject({ code: 1, text: 'millrace: there is no topic never\n' });
    await millrace.run(['topic', 'create', 'two', '-p', '2', '-b', facts.kafka]);
    const partition = await millrace.run(['consume', 'two', '-p', '2', '-b', facts.kafka]);
    expect(partition).toMatchObject({
      code: 1,
      text: 'millrace: topic two has no partition 2\nhint: it has 2, 0 to 1\n',
    });
  });

  it.each([
    [['topic', 'describe', 'notces']],
    [['topic', 'config', 'notces']],
    [['topic', 'alter', 'notces', '-c', 'retention.ms=1']],
    [['topic', 'delete', 'notces']],
    [['consume', 'notces', '-e']],
  ])('is told with the nearest name by %j', async (command) => {
    await millrace.run(['topic', 'create', 'notices', '-b', facts.kafka]);
    const { code, text } = await millrace.run([...command, '-b', facts.kafka]);
    expect(text).toMatch(/topic notces[^\n]*\ndid you mean notices\?\n$/);
    expect(code).toBe(1);
  });

  it('and waited for with the nearest name', async () => {
    const consume = millrace.spawn(['consume', 'notces', '-b', facts.kafka]);
    await consume.waitFor(/Ctrl-C ends that, or is it notices\?/);
    expect((await consume.stop('SIGINT')).code).toBe(0);
  });

  it('a member of a group stops at the end, too, and has committed what it read', async () => {
    await millrace.run(['topic', 'create', 'ended', '-p', '3', '-b', facts.kafka]);
    await millrace.run(['produce', 'ended', '-b', facts.kafka], 'a\nb\nc\n');
    const consume = (): Promise<{ readonly text: string; readonly code: number | null }> =>
      millrace.run(['consume', 'ended', '-g', 'enders', '--from-beginning', '-e', '-b', facts.kafka]);
    const first = await consume();
    expect(first.text.trim().split('\n').toSorted()).toEqual(['a', 'b', 'c']);
    expect(await consume()).toMatchObject({ code: 0, text: '' });
  });
});
