import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import {
  Serdes,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  type Topology,
} from '../../../src/streams/index.ts';
import { SharedDecoding } from '../../../src/streams/runtime/shared-decoding.ts';
import { StreamsHost } from '../../../src/streams/runtime/streams-host.ts';
import type { SharedSerde } from '../../../src/streams/shared-serde.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const TENANTS = 8;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

let cluster: BrokerAndFolder;
beforeAll(async () => {
  cluster = await brokerAndFolder();
});
afterAll(() => cluster.close());

/** Tells each record to `see`. */
function seeing(topic: string, see: (value: string) => void): Topology {
  const builder = new StreamsBuilder();
  builder.stream(topic, strings).foreach((_key, value) => see(value));
  return builder.build();
}

/** A host, and applications on it that are closed before it. */
class Tenants {
  readonly host = new StreamsHost({
    environment,
    bootstrapServers: cluster.bootstrapServers,
    stateDir: `${cluster.folder}/host`,
    clientId: 'host',
    logger: silentLogger,
  });
  readonly #apps: StreamsApp[] = [];

  async start(options: Pick<StreamsAppOptions, 'applicationId' | 'topology'> & Partial<StreamsAppOptions>) {
    const app = new StreamsApp({
      environment,
      bootstrapServers: cluster.bootstrapServers,
      stateDir: cluster.folder,
      commitIntervalMs: 100,
      host: this.host,
      ...options,
    });
    this.#apps.push(app);
    await app.start();
    return app;
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.close()));
    await this.host.close();
  }
}

const valuesFrom = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `v${from + i}`);

function write(topic: string, values: readonly (string | Buffer)[]): Promise<void> {
  return produce(
    environment,
    cluster.bootstrapServers,
    values.map((value) => ({ topic, key: 'k', value })),
  );
}

describe('applications of a host that read the same topic', () => {
  it('each get all of it in order, those that come later, too', async () => {
    await createTopics(environment, cluster.bootstrapServers, { together: 1 });
    const tenants = new Tenants();
    const seen: string[][] = [];
    const start = async (): Promise<void> => {
      const values: string[] = [];
      const applicationId = `together-${seen.push(values)}`;
      await tenants.start({ applicationId, topology: seeing('together', (value) => values.push(value)) });
    };
    await Promise.all(Array.from({ length: TENANTS }, start));
    await write('together', valuesFrom(0, 3_000));
    await start();
    await write('together', valuesFrom(3_000, 500));
    await waitFor(environment, 'all records', () => seen.every(({ length }) => length >= 3_500));
    for (const values of seen) expect(values).toEqual(valuesFrom(0, 3_500));
    await tenants.close();
  });

  it('go on when one of them fails in the middle', async () => {
    await createTopics(environment, cluster.bootstrapServers, { failing: 1 });
    const tenants = new Tenants();
    const values: string[] = [];
    await tenants.start({
      applicationId: 'well',
      topology: seeing('failing', (value) => values.push(value)),
    });
    const failing = await tenants.start({
      applicationId: 'ill',
      topology: seeing('failing', (value) => {
        if (value === 'v50') throw new Error('cannot');
      }),
    });
    await write('failing', valuesFrom(0, 200));
    await waitFor(environment, 'the end of one', () => failing.state === 'ERROR');
    await write('failing', valuesFrom(200, 200));
    await waitFor(environment, 'all records', () => values.length >= 400);
    expect(values).toEqual(valuesFrom(0, 400));
    await tenants.close();
  });

  it('meet what cannot be read each by itself, with its own handler, after what came before', async () => {
    await createTopics(environment, cluster.bootstrapServers, { unreadable: 1 });
    const tenants = new Tenants();
    const numbers = { keySerde: Serdes.string, valueSerde: Serdes.long };
    const reading = (see: (value: number) => void): Topology => {
      const builder = new StreamsBuilder();
      builder.stream('unreadable', numbers).foreach((_key, value) => see(value));
      return builder.build();
    };
    const long = (value: number): Buffer => Serdes.long.serialize('', value) ?? Buffer.alloc(0);
    const seen: { readonly going: number[]; readonly stopping: number[] } = { going: [], stopping: [] };
    await tenants.start({
      applicationId: 'going',
      topology: reading((value) => seen.going.push(value)),
      onFailure: { deserialization: 'continue' },
    });
    const stopping = await tenants.start({
      applicationId: 'stopping',
      topology: reading((value) => seen.stopping.push(value)),
    });
    await write('unreadable', [long(1), long(2), Buffer.from('bad'), long(4)]);
    await waitFor(environment, 'what comes after', () => seen.going.length >= 3);
    await waitFor(environment, 'the end of one', () => stopping.state === 'ERROR');
    expect(seen).toEqual({ going: [1, 2, 4], stopping: [1, 2] });
    await tenants.close();
  });
});

describe('decoders that applications share', () => {
  const leavingOut = (names: readonly string[]): SharedSerde<unknown> => ({
    sharedAs: 'rows',
    unread: new Set(names),
    serialize: () => null,
    deserialize: () => names,
    leavingOut: (unread) => leavingOut([...unread]),
  });

  it('leave out what nobody reads, and are others as soon as somebody reads more', () => {
    const decoding = new SharedDecoding();
    const first = decoding.join('t', 'value', leavingOut(['a', 'b']));
    const before = first?.current;
    expect([...(before?.serde.unread ?? [])]).toEqual(['a', 'b']);
    const second = decoding.join('t', 'value', leavingOut(['b', 'c']));
    expect([...(first?.current.serde.unread ?? [])]).toEqual(['b']);
    expect(first?.current).not.toBe(before);
    expect(second?.current).toBe(first?.current);
    // One that reads less is served as well.
    decoding.join('t', 'value', leavingOut(['a', 'b', 'c']));
    expect(second?.current).toBe(first?.current);
  });

  it('are for one topic, and for keys or values', () => {
    const decoding = new SharedDecoding();
    const serde = leavingOut([]);
    const joined = (['key', 'value'] as const).flatMap((side) =>
      ['t', 'u'].map((topic) => decoding.join(topic, side, serde)?.current),
    );
    expect(new Set(joined).size).toBe(4);
  });

  it('are none for serdes of an application, also one that is made of a built-in one', () => {
    const decoding = new SharedDecoding();
    expect(decoding.join('t', 'value', Serdes.json())).toBeUndefined();
    expect(decoding.join('t', 'value', { ...Serdes.string })).toBeUndefined();
    expect(decoding.join('t', 'value', Serdes.string)).toBeDefined();
  });

  it('forget those that have left', () => {
    const decoding = new SharedDecoding();
    const first = decoding.join('t', 'value', leavingOut([]));
    first?.leave();
    first?.leave();
    const next = decoding.join('t', 'value', leavingOut(['a']));
    expect([...(next?.current.serde.unread ?? [])]).toEqual(['a']);
  });
});
