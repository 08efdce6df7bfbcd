import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '../../../src/base/logger.ts';
import { SqlServer } from '../../../src/server/index.ts';
import { type Json, startPlatform, type TestPlatform, type TestPlatformOptions } from '../platform.ts';

/** Several SQL servers of one service, on one broker, in this process. */
export interface TestService {
  readonly platform: TestPlatform;
  /** URLs of those that run. */
  readonly urls: readonly string[];
  /** Starts one more, as if on a machine of its own; answers its URL. */
  start(): Promise<string>;
  stop(url: string): Promise<void>;
  close(): Promise<void>;
}

const COMMON = {
  'ksql.streams.commit.interval.ms': '100',
  'ksql.streams.auto.offset.reset': 'earliest',
  'ksql.heartbeat.enable': 'true',
  // What one that is gone has run the others take over when its session is over.
  'ksql.streams.consumer.session.timeout.ms': '3000',
  'ksql.streams.consumer.heartbeat.interval.ms': '500',
};

/** @param options.servers how many, the one of the platform included. */
export async function startService({
  servers,
  properties = {},
}: { readonly servers: number } & Pick<TestPlatformOptions, 'properties'>): Promise<TestService> {
  const all = { ...COMMON, ...properties };
  const platform = await startPlatform({ properties: all });
  const others = new Map<string, SqlServer>();
  const folders: string[] = [];
  const service: TestService = {
    platform,
    get urls() {
      return [platform.url, ...others.keys()];
    },
    start: async () => {
      const data = mkdtempSync(path.join(tmpdir(), 'millrace-test-'));
      folders.push(data);
      const server = await SqlServer.start({
        bootstrapServers: platform.bootstrap,
        listen: { host: '127.0.0.1', port: 0 },
        ...{ data, properties: all, logger: silentLogger },
      });
      others.set(server.url, server);
      return server.url;
    },
    stop: async (url) => {
      const server = others.get(url);
      others.delete(url);
      await server?.close();
    },
    close: async () => {
      await Promise.all([...others.values()].map((server) => server.close()));
      await platform.close();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
  for (let i = 1; i < servers; i++) await service.start();
  return service;
}

/** Rows in an order that does not depend on where they come from. */
export const sorted = (rows: readonly unknown[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted();

/** The messages of `/query`; of a refused one its status and text. */
export async function select(
  url: string,
  ksql: string,
  more: Json = {},
): Promise<{ readonly status: number; readonly rows: readonly unknown[]; readonly message?: string }> {
  const response = await fetch(`${url}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql, ...more }),
  });
  const body = (await response.json()) as unknown;
  if (!Array.isArray(body))
    return { status: response.status, rows: [], message: (body as { message: string }).message };
  const messages = body as {
    readonly row?: { readonly columns: unknown };
    readonly errorMessage?: { message: string };
  }[];
  const failed = messages.find(({ errorMessage }) => errorMessage !== undefined)?.errorMessage;
  return {
    status: failed === undefined ? response.status : 500,
    rows: messages.flatMap(({ row }) => (row === undefined ? [] : [row.columns])),
    ...(failed === undefined ? {} : { message: failed.message }),
  };
}
