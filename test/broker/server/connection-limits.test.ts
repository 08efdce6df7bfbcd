import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { parsePerIpOverrides } from '../../../broker/config/ip-overrides.ts';
import { ConnectionQuotas } from '../../../broker/server/connection-quotas.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { Admin } from '../../../src/client/index.ts';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { batchOf, type BrokerConfigInput, TestBrokers } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { FrameCollector } from './frame-collector.ts';

const header = { correlationId: 1, clientId: 'test' };
const hello = Buffer.concat(encodeRequest(apiVersions, 0, header, {}));
const large = Buffer.concat(
  encodeRequest(produce, 9, header, {
    acks: 1,
    timeoutMs: 5000,
    topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf('x'.repeat(900_000)) }] }],
  }),
);

const UNREADABLE = 'a connection is closed, because its request cannot be read';

/** On a machine that does much else. */
const PATIENCE = { timeout: PATIENCE_MS };

describe('limits of connections', () => {
  const brokers = new TestBrokers();
  const clients: FrameCollector[] = [];
  const lines: Readonly<Record<string, unknown>>[] = [];
  const note =
    (level: string) =>
    (message: string, fields?: object): void =>
      void lines.push({ level, message, ...fields });
  const logger: Logger = {
    debug: note('debug'),
    info: () => {},
    warn: note('warn'),
    error: note('error'),
    child: () => logger,
  };

  afterEach(async () => {
    lines.length = 0;
    for (const { socket } of clients.splice(0)) socket.destroy();
    await brokers.close();
  });

  const start = (config: BrokerConfigInput): Promise<Broker> => brokers.start(config, { logger });

  async function connect(broker: Broker): Promise<FrameCollector> {
    const client = new FrameCollector(net.connect(broker.address.port, broker.address.host));
    clients.push(client);
    await client.connected;
    return client;
  }

  async function greet(client: FrameCollector): Promise<void> {
    client.write(hello);
    await client.frames(1);
  }

  it.each([
    [
      'max.connections',
      { 'max.connections': 5 },
      'the broker has 5 connections, its limit (max.connections)',
    ],
    [
      'max.connections.per.ip',
      { 'max.connections.per.ip': 5 },
      '127.0.0.1 has 5 connections, its limit (max.connections.per.ip)',
    ],
    [
      'max.connections.per.ip.overrides',
      { 'max.connections.per.ip.overrides': '10.0.0.1:2,127.0.0.1:5' },
      '127.0.0.1 has 5 connections, its limit (max.connections.per.ip)',
    ],
  ])(
    'refuses connections beyond %s, and takes new ones when others have gone',
    async (_name, config, why) => {
      const broker = await start(config);
      for (let i = 0; i < 5; i++) await greet(await connect(broker));
      for (let i = 0; i < 20; i++) await (await connect(broker)).closed;
      expect(broker.metrics.connectionRefusalTotal).toBe(20);
      expect(
        lines.filter(({ message, level }) => message === 'connections are refused' && level === 'warn'),
      ).toMatchObject([{ reason: why, count: 1 }]);
      clients[0]?.socket.destroy();
      await expect.poll(() => broker.metrics.connectionCount, PATIENCE).toBe(4);
      await greet(await connect(broker));
      expect(broker.metrics.connectionCount).toBe(5);
    },
  );

  it('closes connections that say nothing, or only half of a request', async () => {
    const broker = await start({ 'millrace.request.idle.timeout.ms': 60 });
    const silent = await connect(broker);
    const half = await connect(broker);
    const later = await connect(broker);
    half.write(hello.subarray(0, 7));
    await greet(later);
    later.write(large.subarray(0, 100_000));
    const idle = await connect(broker);
    await greet(idle);
    await Promise.all([silent.closed, half.closed, later.closed]);
    // One that has asked and been answered may rest.
    await greet(idle);
    expect(broker.metrics.connectionCount).toBe(1);
    await expect.poll(() => broker.metrics.queuedRequestBytes, PATIENCE).toBe(0);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['HTTP', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['TLS', Buffer.from('16030100f4010000f00303', 'hex')],
  ])('closes a connection that speaks %s, and says so', async (protocol, bytes) => {
    const broker = await start({});
    const client = await connect(broker);
    client.write(bytes);
    await client.closed;
    await expect.poll(() => broker.metrics.connectionCount, PATIENCE).toBe(0);
    expect(lines.find(({ message }) => message === UNREADABLE)?.['reason']).toContain(
      `a client that speaks ${protocol}`,
    );
  });

  it('tells who sent what cannot be read, once in a while', async () => {
    const broker = await start({});
    const asking = encodeRequest(metadata, 1, { correlationId: 1, clientId: 'inventory' }, { topics: null });
    const broken = Buffer.concat(asking);
    broken.writeInt32BE(1_000, broken.length - 4);
    for (let i = 0; i < 3; i++) {
      const client = await connect(broker);
      client.write(broken);
      await client.closed;
    }
    await expect.poll(() => lines.filter(({ message }) => message === UNREADABLE), PATIENCE).toHaveLength(3);
    const warned = lines.filter(({ message, level }) => message === UNREADABLE && level === 'warn');
    expect(warned).toMatchObject([
      {
        clientId: 'inventory',
        client: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        api: 'Metadata',
        apiVersion: 1,
        reason: 'an array of 1000 elements cannot fit into the 0 bytes left',
        count: 1,
      },
    ]);
  });

  it('does not read more of large requests than the budget, and ends those that do not come to an end', async () => {
    const bytesMax = 3_000_000;
    const broker = await start({
      'queued.max.request.bytes': bytesMax,
      'millrace.stalled.client.timeout.ms': 150,
    });
    const stalled = await Promise.all(Array.from({ length: 12 }, () => connect(broker)));
    let mostBytes = 0;
    const watch = setInterval(() => (mostBytes = Math.max(mostBytes, broker.metrics.queuedRequestBytes)), 1);
    for (const client of stalled) client.write(large.subarray(0, -1));
    await expect.poll(() => broker.metrics.queuedRequestBytes, PATIENCE).toBeGreaterThanOrEqual(bytesMax);
    // Small requests do not wait, large ones do until the memory is given back.
    const client = await connect(broker);
    await greet(client);
    client.write(large);
    await client.frames(1);
    await expect
      .poll(
        () => lines.filter(({ reason }) => reason === 'sends a request and does not end it').length,
        PATIENCE,
      )
      .toBeGreaterThan(0);
    clearInterval(watch);
    // Each of the connections may have read a chunk before it noticed.
    expect(mostBytes).toBeLessThan(bytesMax + 13 * 2 * 64 * 1024);
  });

  it('gives back what it counted', () => {
    const quotas = new ConnectionQuotas({
      connectionsMax: 3,
      connectionsMaxFrom: 'max.connections',
      perIpMax: 2,
      perIpOverrides: new Map([['::1', 0]]),
    });
    expect(quotas.acquire('1.1.1.1', 'client')).toBeUndefined();
    expect(quotas.acquire('::ffff:1.1.1.1', 'client')).toBeUndefined();
    expect(quotas.acquire('1.1.1.1', 'client')).toMatch('1.1.1.1 has 2');
    expect(quotas.acquire('::1', 'client')).toMatch('::1 has 0');
    expect(quotas.acquire('2.2.2.2', 'client')).toBeUndefined();
    expect(quotas.acquire('3.3.3.3', 'client')).toMatch('the broker has 3');
    quotas.release('::ffff:1.1.1.1', 'client');
    expect(quotas.acquire('1.1.1.1', 'client')).toBeUndefined();
  });

  it('keeps places for the controllers, and does not count what its own process has opened', () => {
    const quotas = new ConnectionQuotas({
      connectionsMax: 1,
      connectionsMaxFrom: 'max.connections',
      perIpMax: 1,
      perIpOverrides: new Map(),
    });
    expect(quotas.acquire('1.1.1.1', 'client')).toBeUndefined();
    expect(quotas.acquire('2.2.2.2', 'client')).toMatch('its limit (max.connections)');
    for (let i = 0; i < 64; i++) expect(quotas.acquire('1.1.1.1', 'controller')).toBeUndefined();
    expect(quotas.acquire('1.1.1.1', 'controller')).toMatch('the listener of the controllers has 64');
    for (let i = 0; i < 100; i++) expect(quotas.acquire('1.1.1.1', 'own')).toBeUndefined();
    quotas.release('1.1.1.1', 'own');
    expect(quotas.acquire('2.2.2.2', 'client')).toMatch('its limit');
    quotas.release('1.1.1.1', 'controller');
    expect(quotas.acquire('1.1.1.1', 'controller')).toBeUndefined();
    quotas.release('1.1.1.1', 'client');
    expect(quotas.acquire('2.2.2.2', 'client')).toBeUndefined();
  });

  it('serves the clients of its own process when strangers have all connections', async () => {
    const broker = await start({ 'max.connections': 3, 'max.connections.per.ip': 3 });
    for (let i = 0; i < 3; i++) await greet(await connect(broker));
    await (await connect(broker)).closed;
    const admin = new Admin({ bootstrapServers: `127.0.0.1:${broker.address.port}` });
    await admin.createTopics([{ name: 'own', partitions: 1 }]);
    await expect(admin.listTopics()).resolves.toMatchObject([{ name: 'own' }]);
    expect(broker.metrics.connectionsMax).toBe(3);
    expect(broker.metrics.connectionCount).toBeGreaterThan(3);
    // Its own have taken nothing from the others: neither now nor when they are gone.
    clients[0]?.socket.destroy();
    await expect.poll(() => broker.metrics.connectionRefusalTotal, PATIENCE).toBe(1);
    await admin.close();
    await expect.poll(() => broker.metrics.connectionCount, PATIENCE).toBe(2);
    await greet(await connect(broker));
    await (await connect(broker)).closed;
  });

  it('reads overrides', () => {
    expect(parsePerIpOverrides(['1.1.1.1:5', '[::1]:7', '::ffff:2.2.2.2:0'])).toEqual({
      overrides: new Map([
        ['1.1.1.1', 5],
        ['::1', 7],
        ['2.2.2.2', 0],
      ]),
    });
    expect(parsePerIpOverrides(['host'])).toEqual({ problem: 'host is not ADDRESS:COUNT' });
    expect(parsePerIpOverrides(['1.1.1.1:-1'])).toEqual({ problem: '1.1.1.1:-1 is not ADDRESS:COUNT' });
  });
});
