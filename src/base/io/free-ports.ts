import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';

/**
 * Where ports are looked for: below those that Linux, macOS and Windows give to whoever connects, or listens on port 0. One of those
 * may be anybody's as soon as it is given back, and a server that is started again would not get it.
 */
const PORT_MIN = 15_000;
const PORT_MAX = 29_999;

let next = randomInt(PORT_MIN, PORT_MAX + 1);

/**
 * Ports of 127.0.0.1 that nobody listens on at the moment, all different: for addresses that must be known before those
 * who listen there are started. A process is given none twice before it has been given all. Another process may be faster; who
 * can, listens on port 0 instead.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried++) {
    if (tried > PORT_MAX - PORT_MIN) throw new Error(`there are no ${count} free ports of 127.0.0.1`);
    const port = next;
    next = port === PORT_MAX ? PORT_MIN : port + 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
