import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

it('are all different, also from those of before, and can be listened on', async () => {
  const ports = [...(await freePorts(20)), ...(await freePorts(20))];
  expect(new Set(ports).size).toBe(40);
  const servers = await Promise.all(ports.slice(0, 5).map(listen));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
});

it('are none of those that are given to whoever connects', async () => {
  const file = '/proc/sys/net/ipv4/ip_local_port_range';
  const [first = 32_768] = existsSync(file) ? readFileSync(file, 'utf8').split(/\s+/).map(Number) : [];
  const ports = await freePorts(10);
  expect(ports.filter((port) => port >= Math.max(first, 30_000) || port < 1024)).toEqual([]);
});

it('are none that somebody listens on', async () => {
  const [port = 0] = await freePorts(1);
  // The ones that would come next.
  const taken = await Promise.all([port + 1, port + 2].map((each) => listen(each).catch(() => undefined)));
  const ports = await freePorts(3);
  expect(ports.filter((each) => each === port + 1 || each === port + 2)).toEqual([]);
  for (const server of taken) if (server !== undefined) await once(server.close(), 'close');
});
