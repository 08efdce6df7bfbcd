/** Fetches all of a topic again and again, as many records as asked, and decodes nothing but the headers of batches. */
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { BrokerConnection } from '../../src/client/connection/broker-connection.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { Meter } from '../harness/meter.ts';

/** The last version that names topics. */
const VERSION = 12;
const TIMEOUT_MS = 30_000;
const MIB = 1024 * 1024;

const [bootstrap = '', topic = '', records = '0'] = process.argv.slice(2);
const meter = new Meter(Number(records));
const [host = '', port = '0'] = bootstrap.split(':');
const connection = await BrokerConnection.open({
  environment: nodeEnvironment,
  address: { host, port: Number(port) },
  clientId: 'tail-fetch',
  connectTimeoutMs: TIMEOUT_MS,
});
const known = await connection.send(metadata, 9, { topics: [{ name: topic }] }, TIMEOUT_MS);
const partitions = (known.topics[0]?.partitions ?? []).map(({ partitionIndex }) => partitionIndex);

let seen = 0;
let offsets = partitions.map(() => 0);
meter.start();
while (seen < Number(records)) {
  const found = await fetchFrom(offsets);
  // At the end of all partitions it begins again.
  offsets = found.records === 0 ? partitions.map(() => 0) : found.offsets;
  seen += found.records;
  if (found.records > 0) meter.advanceTo(seen);
}
meter.print(await meter.done);
process.exit(0);

async function fetchFrom(
  from: readonly number[],
): Promise<{ readonly records: number; readonly offsets: number[] }> {
  const wanted = partitions.map((partition, i) => ({
    partition,
    fetchOffset: from[i] ?? 0,
    partitionMaxBytes: MIB,
  }));
  const body = {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 50 * MIB,
    sessionEpoch: -1,
    topics: [{ topic, partitions: wanted }],
  };
  const { responses } = await connection.send(fetch, VERSION, body, TIMEOUT_MS);
  const next = [...from];
  let count = 0;
  for (const answer of responses[0]?.partitions ?? []) {
    if (answer.errorCode !== 0) throw new Error(`fetch answered error ${answer.errorCode}`);
    const last = batchesOf(answer.records ?? Buffer.alloc(0)).at(-1);
    if (last === undefined) continue;
    const at = partitions.indexOf(answer.partitionIndex);
    count += last.lastOffset + 1 - (from[at] ?? 0);
    next[at] = last.lastOffset + 1;
  }
  return { records: count, offsets: next };
}
