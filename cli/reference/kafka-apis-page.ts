import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/index.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { type Api, apis, decodeResponse, encodeRequest } from '../../src/protocol/index.ts';
import { table } from './markdown.ts';

const { 18: apiVersions } = apis;
const ALL: readonly Api[] = Object.values(apis);
const VERSION = 3;
const SIZE_BYTES = 4;

type Advertised = ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>;

/** The APIs that a running broker says it has, asked over its sockets. */
export async function kafkaApisPage(): Promise<string> {
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-reference-'));
  const [controllerPort = 0] = await freePorts(1);
  const broker = await Broker.start({
    config: {
      'log.dirs': data,
      listeners: `PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:${controllerPort}`,
    },
  });
  try {
    const clients = await advertised(broker.address.port);
    const controllers = await advertised(controllerPort);
    return page(clients, controllers);
  } finally {
    await broker.close();
    rmSync(data, { recursive: true, force: true });
  }
}

function page(clients: Advertised, controllers: Advertised): string {
  const range = (served: Advertised, { key }: Api): string => {
    const found = served.get(key);
    if (found === undefined) return '';
    const { minVersion, maxVersion } = found;
    return minVersion === maxVersion ? String(minVersion) : `${minVersion}-${maxVersion}`;
  };
  const rows = ALL.map((api) => [String(api.key), api.name, range(clients, api), range(controllers, api)]);
  const [served, missing] = [
    rows.filter((row) => row[2] !== '' || row[3] !== ''),
    rows.filter((row) => row[2] === '' && row[3] === ''),
  ];
  return [
    '# Kafka APIs\n',
    'The versions that the broker advertises (ApiVersions, KIP-35), on the listener for clients and on the one between',
    'controllers and brokers.\n',
    table(['key', 'API', 'clients', 'controllers'], served),
    '## Not served\n',
    'The protocol layer reads and writes these too (`src/protocol/messages`); nothing answers them yet. What their absence',
    'means is in [gaps](../gaps.md#broker).\n',
    table(
      ['key', 'API'],
      missing.map((row) => row.slice(0, 2)),
    ),
  ].join('\n');
}

/** One ApiVersions request on a connection of its own. */
function advertised(port: number): Promise<Advertised> {
  const request = { clientSoftwareName: 'millrace-reference', clientSoftwareVersion: '1' };
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < SIZE_BYTES || received.length < SIZE_BYTES + received.readInt32BE(0)) return;
      socket.destroy();
      const { apiKeys } = decodeResponse(apiVersions, VERSION, received.subarray(SIZE_BYTES));
      resolve(new Map(apiKeys.map(({ apiKey, ...versions }) => [apiKey, versions])));
    });
    for (const bytes of encodeRequest(apiVersions, VERSION, { correlationId: 1, clientId: null }, request)) {
      socket.write(bytes);
    }
  });
}
