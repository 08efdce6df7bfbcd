import { once } from 'node:events';
import net from 'node:net';

/**
 * Ports of 127.0.0.1 that nobody listens on at the moment, all different: for addresses that must be known before those
 * who listen there are started. Another process may be faster; who can, listens on port 0 instead.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  // None is given back before all are taken: they would not be different.
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
