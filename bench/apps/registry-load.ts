/**
 * A broker and a SQL server in a process of their own, and here clients of its schema registry on so many connections, each with one
 * request at a time. Arguments: what is asked (`register`, `look-up`, or `fixed`: a bare `node:http`, in a process of its own too, that
 * always answers the same), connections, requests. Prints requests per second, and the processor time of the server for each in microseconds.
 */
import http from 'node:http';
import type net from 'node:net';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { httpLoad, jsonPost } from '../harness/http-connection.ts';
import { start } from '../harness/processes.ts';
import { dataFolder, SqlProcess } from '../harness/sql-process.ts';

const [kind = 'look-up', connections = '32', requests = '100000'] = process.argv.slice(2);

const schemaOf = (index: number): string =>
  JSON.stringify({
    type: 'record',
    name: `Order${index}`,
    namespace: 'com.example',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'customer', type: ['null', 'string'], default: null },
      { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
      { name: 'lines', type: { type: 'array', items: 'string' } },
    ],
  });

const post = (index: number): string =>
  jsonPost(
    `/subjects/orders-${index}-value/versions`,
    JSON.stringify({ schema: schemaOf(index) }),
    'application/vnd.schemaregistry.v1+json',
  );

const get = (id: number): string =>
  `GET /schemas/ids/${id} HTTP/1.1\r\nHost: localhost\r\nAccept: application/vnd.schemaregistry.v1+json\r\n\r\n`;

/** @returns seconds. */
async function load(port: number, requests: number, requestOf: (index: number) => string): Promise<number> {
  return (await httpLoad(port, { connections: Number(connections), requests, requestOf })).seconds;
}

const SCHEMAS = 100;
const count = Number(requests);

function report(seconds: number, processorSeconds: number): void {
  console.log(`{"requestsPerSecond":${(count / seconds).toFixed(0)}}`);
  console.log(`{"processorUs":${((processorSeconds / count) * 1e6).toFixed(1)}}`);
}

/** The least that a server of HTTP in Node does for a look-up; prints its port. */
function serveFixed(): void {
  const body = Buffer.from(JSON.stringify({ schema: schemaOf(1) }));
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as net.AddressInfo).port}`));
}

if (kind === 'serve-fixed') serveFixed();
else if (kind === 'fixed') {
  const server = start(process.execPath, [process.argv[1] ?? '', 'serve-fixed']);
  const [, listening] = await server.waitFor(/^port (\d+)$/m);
  const port = Number(listening);
  await load(port, Math.min(count, 5_000), get);
  const before = server.processorSeconds();
  const seconds = await load(port, count, get);
  report(seconds, server.processorSeconds() - before);
  await server.stop('SIGKILL');
} else {
  const folder = dataFolder();
  const [port = 0] = await freePorts(1);
  const server = await SqlProcess.start(folder.data, [`schema.registry.port=${port}`]);
  await server.msUntilStarted(0);
  const warmUp = Math.min(count, 3_000);
  if (kind === 'look-up') {
    await load(port, SCHEMAS, post);
    await load(port, warmUp, (index) => get((index % SCHEMAS) + 1));
  } else {
    await load(port, warmUp, (index) => post(count + index));
  }
  const before = server.usage.processorSeconds();
  const seconds = await load(port, count, kind === 'look-up' ? (index) => get((index % SCHEMAS) + 1) : post);
  report(seconds, server.usage.processorSeconds() - before);
  await server.stop();
  folder.remove();
}
if (kind !== 'serve-fixed') process.exit(0);
