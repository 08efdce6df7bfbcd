import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { clientOptions } from '../../cli/connection.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';

it('waits for a server that is just starting, at one of the addresses', async () => {
  const [port = 0, other = 0] = await freePorts(2);
  const bootstrap = `127.0.0.1:${other}, localhost:${port}`;
  const options = clientOptions({ bootstrap });
  await sleep(300);
  const server = net.createServer().listen(port, 'localhost');
  expect(await options).toMatchObject({ bootstrapServers: bootstrap });
  server.close();
});

it('gives a server up that goes on to refuse', async () => {
  const [port = 0] = await freePorts(1);
  await expect(clientOptions({ bootstrap: `127.0.0.1:${port}` })).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
  });
});

it('refuses what is no address', async () => {
  await expect(clientOptions({ bootstrap: 'localhost:many' })).rejects.toThrow('invalid address');
});
