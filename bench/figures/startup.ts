import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Producer } from '../../src/client/index.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { formatApacheKafka, launchApacheKafka } from '../harness/brokers.ts';
import type { Contender, Figure } from '../harness/figure.ts';
import { start } from '../harness/processes.ts';

/** Milliseconds from the start of the process to the acknowledgement of the first record, on an empty data folder. */
export const startup: Figure = {
  name: 'start until the first record is acknowledged',
  unit: 'ms',
  bound: { atMost: 0.25 },
  prepare: async () => ({ ours: millrace, rival: apacheKafka }),
};

const millrace: Contender = {
  name: 'millrace',
  async measure() {
    const data = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'));
    const [port = 0] = await freePorts(1);
    const main = path.resolve(import.meta.dirname, '..', '..', 'cli', 'main.js');
    const beganMs = performance.now();
    const broker = start(process.execPath, [
      main,
      'start',
      '--no-sql',
      '--data',
      data,
      '--kafka-port',
      String(port),
    ]);
    try {
      await firstAcknowledgement(port);
      return performance.now() - beganMs;
    } finally {
      await broker.stop('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  },
};

const apacheKafka: Contender = {
  name: 'apache kafka',
  async measure() {
    // Formatting the folder is a step of its own for Apache Kafka; it is not counted.
    const { configFile, data, port } = await formatApacheKafka();
    const beganMs = performance.now();
    const broker = await launchApacheKafka(configFile, port);
    try {
      await firstAcknowledgement(port);
      return performance.now() - beganMs;
    } finally {
      await broker.stop('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  },
};

async function firstAcknowledgement(port: number): Promise<void> {
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 2));
  const producer = new Producer({
    environment: nodeEnvironment,
    bootstrapServers: `127.0.0.1:${port}`,
    retryBackoffMs: 10,
    retryBackoffMsMax: 20,
  });
  try {
    await producer.sendAndWait({ topic: 'first', value: 'record' });
  } finally {
    await producer.close();
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
