import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../broker/index.ts';
import type { Environment, Threads } from '../../src/base/environment.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { nodeThreads } from '../../src/base/io/node-threads.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SQL_STATE_FOLDER } from '../../src/server/config/index.ts';
import { SqlServer } from '../../src/server/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { CountedEnvironment } from '../base/counted-environment.ts';

let data = '';
let broker: Broker;
beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'millrace-life-'));
  broker = await Broker.start({
    config: { 'log.dirs': path.join(data, 'kafka'), listeners: 'PLAINTEXT://127.0.0.1:0' },
  });
});
afterAll(async () => {
  await broker.close();
  rmSync(data, { recursive: true, force: true });
});

/** Threads of this process, counted. */
class CountedThreads implements Threads {
  started = 0;
  running = 0;

  start: Threads['start'] = (service, handlers, limits) => {
    this.started++;
    this.running++;
    const onEnd: typeof handlers.onEnd = (failure) => {
      this.running--;
      handlers.onEnd(failure);
    };
    return nodeThreads.start(service, { ...handlers, onEnd }, limits);
  };
}

/** Sockets and listeners of this thread, by kind. */
function handles(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind.startsWith('TCP')) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function expectHandles(before: Readonly<Record<string, number>>): Promise<void> {
  const more = (): readonly string[] =>
    Object.entries(handles()).flatMap(([kind, count]) => (count > (before[kind] ?? 0) ? [kind] : []));
  await expect.poll(more).toEqual([]);
}

async function start(options: {
  readonly bootstrapServers: string;
  readonly port: number;
  readonly signal?: AbortSignal;
  readonly queriesOn?: Threads | 'this thread';
  readonly environment?: Environment;
  readonly serviceId?: string;
}): Promise<SqlServer> {
  const { bootstrapServers, port, signal, queriesOn = 'this thread', serviceId = 'default_' } = options;
  const { environment = nodeEnvironment } = options;
  return SqlServer.start({
    environment,
    bootstrapServers,
    listen: { host: '127.0.0.1', port },
    data,
    properties: { 'ksql.service.id': serviceId },
    logger: silentLogger,
    queriesOn,
    ...(signal === undefined ? {} : { signal }),
  });
}

const kafka = (): string => `${broker.address.host}:${broker.address.port}`;

it('a start that is ended while it waits for the cluster leaves nothing open', async () => {
  const before = handles();
  const [port = 0, nobody = 0] = await freePorts(2);
  const stop = new AbortController();
  const bootstrapServers = `127.0.0.1:${nobody}`;
  const starting = start({ bootstrapServers, port, signal: stop.signal });
  const ended = expect(starting).rejects.toThrow('enough');
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/healthcheck`, { headers: { connection: 'close' } }).then(
      async (response) => (await response.text()) !== '',
      () => false,
    );
  await expect.poll(answers).toBe(true);
  stop.abort(new Error('enough'));
  await ended;
  expect(await answers()).toBe(false);
  await expectHandles(before);
});

it.each([0, 1, 5, 20, 50, 100])('a start that is ended after %s ms leaves nothing open', async (afterMs) => {
  const before = handles();
  const [port = 0] = await freePorts(1);
  const stop = new AbortController();
  const starting = start({ bootstrapServers: kafka(), port, signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), afterMs);
  // On a fast machine it may have come to its end before.
  const result = await starting.catch((error: unknown) => error);
  if (result instanceof SqlServer) await result.close();
  else expect(result).toMatchObject({ message: 'enough' });
  await expectHandles(before);
});

it('a start whose port is taken leaves nothing open, starts no thread and moves no query', async () => {
  const [port = 0] = await freePorts(1);
  const taken = createServer().listen(port, '127.0.0.1');
  await once(taken, 'listening');
  const serviceId = 'moving_';
  const state = path.join(data, SQL_STATE_FOLDER);
  const query = path.join(state, 'thread-1', `_confluent-ksql-${serviceId}query_Q`);
  const noted = path.join(state, `_confluent-ksql-${serviceId}stream-threads`);
  mkdirSync(query, { recursive: true });
  writeFileSync(noted, '2\n');
  const before = handles();
  const threads = new CountedThreads();
  await expect(
    start({ bootstrapServers: kafka(), port, queriesOn: threads, serviceId }),
  ).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  expect(threads.started).toBe(0);
  expect(existsSync(query)).toBe(true);
  expect(readFileSync(noted, 'utf8')).toBe('2\n');
  await expectHandles(before);
  await new Promise((closed) => taken.close(closed));
  // With the port it starts, on one thread, to which the query has moved.
  const server = await start({ bootstrapServers: kafka(), port, queriesOn: threads, serviceId });
  await expect.poll(() => readFileSync(noted, 'utf8'), { timeout: PATIENCE_MS }).toBe('1\n');
  expect(existsSync(query)).toBe(false);
  await server.close();
  await expect.poll(() => threads.running, { timeout: PATIENCE_MS }).toBe(0);
});

it('a start that is ended at calls of its environment leaves nothing open, and no thread', async () => {
  const [port = 0] = await freePorts(1);
  const run = async (onCall: (call: number) => void, signal?: AbortSignal) => {
    const environment = new CountedEnvironment(nodeEnvironment);
    const threads = new CountedThreads();
    environment.onCall = onCall;
    const given = { bootstrapServers: kafka(), port, queriesOn: threads, environment };
    const result = await start(signal === undefined ? given : { ...given, signal }).catch(
      (error: unknown) => error,
    );
    const { calls } = environment;
    environment.onCall = () => undefined;
    // What is to happen at a call that this start does not come to ends nothing.
    if (result instanceof SqlServer) await result.close();
    else expect(result).toMatchObject({ message: 'enough' });
    await expect.poll(() => threads.running, { timeout: PATIENCE_MS }).toBe(0);
    await expect.poll(() => environment.held, { timeout: PATIENCE_MS }).toEqual({});
    return { calls, result };
  };
  const { calls } = await run(() => undefined);
  expect(calls).toBeGreaterThan(10);
  let ended = 0;
  for (let at = 1; at <= calls; at += Math.ceil(calls / 20)) {
    const stop = new AbortController();
    const { result } = await run((call) => {
      if (call === at) stop.abort(new Error('enough'));
    }, stop.signal);
    if (!(result instanceof SqlServer)) ended++;
  }
  expect(ended).toBeGreaterThan(5);
});

it('a stop does not outwait a thread that says nothing, and ends it', async () => {
  const [port = 0] = await freePorts(1);
  let running = 0;
  const silent: Threads = {
    start: (_service, { onEnd }) => {
      running++;
      let isRunning = true;
      return {
        post: () => undefined,
        terminate: async () => {
          if (!isRunning) return;
          isRunning = false;
          running--;
          onEnd();
        },
      };
    },
  };
  const server = await start({ bootstrapServers: kafka(), port, queriesOn: silent });
  expect(running).toBe(1);
  await server.close();
  expect(running).toBe(0);
});

it('a folder that another server of the service has is refused, and left by that one at its end', async () => {
  const [port = 0, ...ports] = await freePorts(3);
  const bootstrapServers = kafka();
  const server = await start({ bootstrapServers, port });
  const other = await start({ bootstrapServers, port: ports[0] ?? 0, serviceId: 'other_' });
  const again = (): Promise<SqlServer> => start({ bootstrapServers, port: ports[1] ?? 0 });
  await expect(again()).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('is in use by process'),
  });
  await server.close();
  await (await again()).close();
  await other.close();
});

it('a stop that is asked for twice is one stop, and another server takes its place', async () => {
  const before = handles();
  const [port = 0] = await freePorts(1);
  const threads = new CountedThreads();
  for (const queriesOn of [threads, 'this thread'] as const) {
    const server = await start({ bootstrapServers: kafka(), port, queriesOn });
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await expectHandles(before);
  }
  // One that is loading its modules cannot be ended before it has.
  await expect.poll(() => threads.running, { timeout: PATIENCE_MS }).toBe(0);
  expect(threads.started).toBe(1);
});
