import { once } from 'node:events';
import net from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeRequest } from '../../src/protocol/framing.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { batchOf } from '../broker/running-broker.ts';
import { Millrace, sleep } from './millrace-process.ts';

const header = { correlationId: 1, clientId: 'broken' };

/** A produce request as it is on the wire. */
function produceFrame(value: string): Buffer {
  return Buffer.concat(
    encodeRequest(produce, 9, header, {
      acks: -1,
      timeoutMs: 1_000,
      topicData: [{ name: 'events', partitionData: [{ index: 0, records: batchOf(value) }] }],
    }),
  );
}

/** A fetch that the broker holds back for a while. */
const longPoll = Buffer.concat(
  encodeRequest(fetch, 12, header, {
    maxWaitMs: 30_000,
    minBytes: 1_000_000,
    topics: [{ topic: 'events', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }] }],
  }),
);

function sized(length: number, ...rest: readonly Buffer[]): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(length);
  return Buffer.concat([size, ...rest]);
}

describe.concurrent('clients that misbehave', () => {
  const millrace = new Millrace();

  afterAll(() => millrace.close());

  it('do not disturb the broker, nor anybody else', async () => {
    const { process, facts } = await millrace.startBroker();
    const [host = '', port = ''] = facts.kafka.split(':');
    const whole = produceFrame('never complete');
    const openings: readonly Buffer[] = [
      // A browser, TLS, a size that is not one, too large, an unknown API, an unknown version, no body.
      Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      Buffer.from('16030100f4010000f00303', 'hex'),
      sized(-1),
      sized(2 ** 31 - 1, Buffer.alloc(1000)),
      sized(10, Buffer.from('7fff0000000000010000', 'hex')),
      sized(10, Buffer.from('00037fff000000010000', 'hex')),
      sized(0),
      // Frames that end early: in the size, the header, the records, and before the last byte.
      ...[2, 4, 9, 40, whole.length - 1].map((length) => whole.subarray(0, length)),
      // One that goes away while the broker still waits to answer it.
      longPoll,
    ];
    for (const bytes of openings) {
      for (const goodbye of ['end', 'reset'] as const) {
        const socket = net.connect(Number(port), host);
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.write(bytes);
        await sleep(5);
        if (goodbye === 'end') socket.end();
        else socket.resetAndDestroy();
      }
    }
    // Many at once that say nothing, or ask and never read.
    const idle = Array.from({ length: 200 }, () => net.connect(Number(port), host));
    for (const socket of idle) socket.on('error', () => {}).pause();
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    for (const socket of idle) socket.write(Buffer.concat(Array.from({ length: 20 }, () => longPoll)));

    expect((await millrace.run(['produce', 'events', '-b', facts.kafka], 'one\ntwo\n')).code).toBe(0);
    const read = await millrace.run(['consume', 'events', '--from-beginning', '--exit', '-b', facts.kafka]);
    expect(read.text).toBe('one\ntwo\n');
    for (const socket of idle) socket.destroy();
    const { code, text } = await process.stop();
    expect(code).toBe(0);
    expect(text).not.toMatch(/^ {4}at |unhandled/im);
  });

  it('nor does a stray rejection: it is logged and the process goes on', async () => {
    const script = "process.on('SIGUSR2', () => void Promise.reject(new Error('a stray')))";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
    const process = millrace.spawn(
      ['start', '--no-sql', '--json', '--kafka-port', '0', '--data', `${millrace.folder()}/data`],
      env,
    );
    const { kafka } = await process.facts();
    globalThis.process.kill(process.pid, 'SIGUSR2');
    await process.waitFor(/nobody waited for it/);
    expect((await millrace.run(['topic', 'create', 'calm', '-b', kafka])).text).toBe('created topic calm\n');
    expect((await process.stop()).code).toBe(0);
  });
});
