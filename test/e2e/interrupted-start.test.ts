import fs from 'node:fs';
import type net from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { Millrace, type MillraceProcess, occupy, portOf, sleep } from './millrace-process.ts';

/** What a first signal does to a process that has not come as far as to say that it runs. */
describe.concurrent('a start that is interrupted', () => {
  const millrace = new Millrace();

  afterAll(() => millrace.close());

  const starting = (...args: string[]): MillraceProcess =>
    millrace.spawn(['start', '--log-level', 'debug', ...args]);

  /** Nothing is held any more: neither the lock of a data folder nor a process. */
  function expectReleased(data: string): void {
    expect(fs.existsSync(path.join(data, 'meta.properties'))).toBe(true);
    expect(fs.existsSync(path.join(data, '.lock'))).toBe(false);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s ends one voter of three whose peers are down',
    async (signal) => {
      const data = path.join(millrace.folder(), 'data');
      const [kafka, ...controllers] = await freePorts(4);
      const voters = controllers.map((port, i) => `${i + 1}@127.0.0.1:${port}`).join(',');
      const process = starting(
        ...['--no-sql', '--data', data, '--kafka-port', String(kafka)],
        ...['-s', 'node.id=1', '-s', `controller.quorum.voters=${voters}`],
      );
      await process.waitFor(/raft role/);
      const { code, text } = await process.stop(signal);
      expect(text).not.toContain('millrace: ');
      expect(code).toBe(0);
      expectReleased(data);
    },
  );

  it('ends all brokers of a cluster that has not come about', async () => {
    const data = millrace.folder();
    const process = starting('--no-sql', '--cluster', '3', '--data', data, '--kafka-port', '0');
    // The first broker that has come so far has no majority yet.
    await process.waitFor(/raft role/);
    const { code } = await process.stop('SIGINT');
    expect(code).toBe(0);
    const locks = [1, 2, 3].filter((id) => fs.existsSync(path.join(data, `broker-${id}`, '.lock')));
    expect(locks).toEqual([]);
  });

  it('ends the wait for a Kafka cluster that does not answer, and removes an ephemeral folder', async () => {
    const silent = await occupy(0);
    const accepted = new Promise<net.Socket>((resolve) => silent.once('connection', resolve));
    const folder = millrace.folder();
    const process = millrace.spawn(
      ['start', '--kafka', `127.0.0.1:${portOf(silent)}`, '--http-port', '0', '--ephemeral'],
      { TMPDIR: folder },
    );
    const socket = await accepted;
    await process.waitFor(/waiting for the Kafka cluster at 127\.0\.0\.1:\d+ \.\.\./);
    expect(fs.readdirSync(folder)).toHaveLength(1);
    const { code, text } = await process.stop('SIGINT');
    expect(text.trim().split('\n').at(-1)).toBe('stopping ...');
    expect(code).toBe(0);
    expect(fs.readdirSync(folder)).toEqual([]);
    socket.destroy();
    silent.close();
  });

  it('ends while the platform starts, wherever that is', async () => {
    for (const afterMs of [250, 500, 750, 1000]) {
      const data = path.join(millrace.folder(), 'data');
      const process = starting('--data', data, '--kafka-port', '0', '--http-port', '0');
      await sleep(afterMs);
      const { code, signal, text } = await process.stop('SIGTERM');
      expect(text).not.toContain('millrace: ');
      // Before the program has begun, a signal means what it means to every process.
      expect([0, null]).toContain(code);
      if (signal === null) expect(fs.existsSync(path.join(data, '.lock'))).toBe(false);
    }
  });
});
