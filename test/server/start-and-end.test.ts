import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../broker/index.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';

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
  readonly queriesOn?: 'stream threads' | 'this thread';
  readonly serviceId?: string;
}): Promise<SqlServer> {
  const { bootstrapServers, port, signal, queriesOn = 'this thread', serviceId = 'default_' } = options;
  return SqlServer.start({
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

it('a start whose port is taken leaves nothing open', async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, '127.0.0.1', () => {
      const address = taken.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const before = handles();
  await expect(start({ bootstrapServers: kafka(), port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  await expectHandles(before);
  await new Promise((closed) => taken.close(closed));
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
  for (const queriesOn of ['stream threads', 'this thread'] as const) {
    const server = await start({ bootstrapServers: kafka(), port, queriesOn });
    await Promise.all([server.close(), server.close()]);
    await server.close();
    await expectHandles(before);
  }
});
