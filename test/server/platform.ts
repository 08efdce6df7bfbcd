import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/index.ts';
import type { Environment } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import type { SilentProxy } from './silent-proxy.ts';

/** A broker and a SQL server in this process, on an empty data folder and free ports. */
export interface TestPlatform {
  readonly data: string;
  readonly bootstrap: string;
  readonly url: string;
  readonly port: number;
  /** Of the schema registry's own port, where one was asked for. */
  readonly registryUrl: string | undefined;
  /** Stops the broker alone. */
  stopBroker(): Promise<void>;
  /** Stops the SQL server alone. */
  stopServer(): Promise<void>;
  /** Stops both and keeps the data. */
  stop(): Promise<void>;
  /** Stops both and removes the data. */
  close(): Promise<void>;
}

export interface TestPlatformOptions {
  /** An empty folder by default. */
  readonly data?: string;
  /** Properties of the SQL server beside those of all tests. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Of the SQL server. */
  readonly logger?: Logger;
  /** What the broker runs on. */
  readonly environment?: Environment;
  /** Of the schema registry; without it, it is on the port of SQL alone. */
  readonly registryPort?: number;
  readonly registryOrFree?: boolean;
  /** Something between the broker and all its clients. */
  readonly proxy?: SilentProxy;
}

export async function startPlatform({
  data = mkdtempSync(path.join(tmpdir(), 'millrace-test-')),
  properties = {},
  environment = nodeEnvironment,
  logger = silentLogger,
  proxy,
  registryPort,
  registryOrFree = false,
}: TestPlatformOptions = {}): Promise<TestPlatform> {
  const broker = await Broker.start({
    environment,
    config: {
      'log.dirs': path.join(data, 'kafka'),
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'group.initial.rebalance.delay.ms': 0,
      'group.min.session.timeout.ms': 1_000,
      ...(proxy === undefined ? {} : { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxy.port}` }),
    },
  });
  proxy?.forwardTo(broker.address.port);
  const bootstrap = `127.0.0.1:${proxy?.port ?? broker.address.port}`;
  const server = await SqlServer.start({
    bootstrapServers: bootstrap,
    listen: { host: '127.0.0.1', port: 0 },
    ...(registryPort === undefined
      ? {}
      : { registryListen: { host: '127.0.0.1', port: registryPort, orFree: registryOrFree } }),
    data,
    properties: {
      'ksql.streams.auto.offset.reset': 'earliest',
      'ksql.streams.commit.interval.ms': '100',
      ...properties,
    },
    logger,
    brokerMetrics: broker.metrics,
  }).catch(async (error: unknown) => {
    await broker.close();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await server.close();
    await broker.close();
  };
  return {
    data,
    bootstrap,
    url: server.url,
    port: Number(new URL(server.url).port),
    registryUrl: server.registryUrl,
    stopBroker: () => broker.close(),
    stopServer: () => server.close(),
    stop,
    close: async () => {
      await stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export type Json = Record<string, unknown>;

/** Posts JSON; answers status and body as JSON. */
export async function post(
  url: string,
  body: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Repeats until `done` answers something; gives up after {@link PATIENCE_MS}. */
export async function eventually<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() > deadline) throw new Error('it did not come about');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
