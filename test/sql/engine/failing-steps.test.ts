import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import {
  KafkaHost,
  type RecordedStatement,
  replayCommands,
  SqlEngine,
  type SqlHost,
} from '../../../src/sql/index.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { TestBrokers } from '../../broker/running-broker.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
});

afterAll(() => brokers.close());

/** What a host may refuse; starting a query never fails. */
const STEPS = new Set<PropertyKey>(['describeTopics', 'check', 'createTopic', 'deleteTopic']);

/** A host whose n-th step fails: `before`, without being done, or `after` it was done and the answer was lost. */
function failing(host: KafkaHost, failure: { left: number; readonly when: 'before' | 'after' }): SqlHost {
  return new Proxy<SqlHost>(host, {
    get(_target, name) {
      const member: unknown = Reflect.get(host, name, host);
      if (typeof member !== 'function') return member;
      if (!STEPS.has(name)) return member.bind(host) as unknown;
      return async (...args: readonly unknown[]) => {
        const fails = failure.left-- === 0;
        const lost = new OperationalError('LOST', `${String(name)} is lost`, { retriable: true });
        if (fails && failure.when === 'before') throw lost;
        const result: unknown = await Reflect.apply(member, host, args);
        if (fails) throw lost;
        return result;
      };
    },
  });
}

const whenOf = (step: number): 'before' | 'after' => (step % 2 === 0 ? 'before' : 'after');

const describeService = (engine: SqlEngine): unknown => ({
  sources: engine.catalog.sources().map(({ name, kind }) => `${kind} ${name}`),
  queries: engine
    .queries()
    .map(({ plan: { queryId, purpose, sink } }) => `${queryId} ${purpose} ${sink ?? ''}`)
    .toSorted(),
});

class Service {
  readonly #hosts: KafkaHost[] = [];
  readonly #stateDir = brokers.newDirectory();
  readonly #name: string;
  readonly recorded: RecordedStatement[] = [];
  #engine: SqlEngine | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  get engine(): SqlEngine {
    if (this.#engine === undefined) throw new Error('it has not been started');
    return this.#engine;
  }

  async start(failure: { left: number; readonly when: 'before' | 'after' }): Promise<void> {
    const host = new KafkaHost({
      environment: nodeEnvironment,
      bootstrapServers,
      stateDir: this.#stateDir,
      serviceId: `${this.#name}_`,
      commitIntervalMs: 100,
    });
    this.#hosts.push(host);
    this.#engine = new SqlEngine({ host: failing(host, failure), functions: builtInRegistry() });
    await this.#engine.restore(await replayCommands(this.recorded));
  }

  /** As a server does: planned, made, recorded, carried out. */
  async run(text: string): Promise<void> {
    const { engine } = this;
    const [prepared] = await engine.prepare(text);
    if (prepared === undefined) throw new Error('no statement');
    const planned = await engine.plan(prepared, { queryNumber: this.recorded.length });
    if (planned === undefined) throw new Error('no plan');
    const { plan } = planned;
    await engine.createTopic(plan);
    this.recorded.push({ kind: 'plan', plan, session: emptySession });
    await engine.apply(plan);
  }

  async stop(): Promise<void> {
    await this.#engine?.close();
    for (const host of this.#hosts.splice(0)) await host.close();
  }
}

const scriptOf = (name: string): readonly string[] => [
  `CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${name}_s', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  `CREATE STREAM a WITH (KAFKA_TOPIC='${name}_a') AS SELECT * FROM s;`,
  `CREATE STREAM b WITH (KAFKA_TOPIC='${name}_b') AS SELECT * FROM s;`,
  'INSERT INTO a SELECT * FROM b;',
  'CREATE OR REPLACE STREAM b AS SELECT * FROM s WHERE v > 1;'.replace(
    'b AS',
    `b WITH (KAFKA_TOPIC='${name}_b') AS`,
  ),
  `CREATE STREAM c WITH (KAFKA_TOPIC='${name}_c') AS SELECT * FROM s;`,
  'DROP STREAM c DELETE TOPIC;',
];

const NEVER = Number.MAX_SAFE_INTEGER;
/** The steps that the script takes; each of them fails in a test of its own. */
const STEP_COUNT = 32;

let end: unknown;

beforeAll(async () => {
  const whole = new Service('whole');
  const failure: { left: number; readonly when: 'before' } = { left: NEVER, when: 'before' };
  await whole.start(failure);
  for (const text of scriptOf('whole')) await whole.run(text);
  expect(NEVER - failure.left).toBe(STEP_COUNT);
  end = describeService(whole.engine);
  await whole.stop();
});

const steps = Array.from({ length: STEP_COUNT }, (_, step) => ({ step, when: whenOf(step) }));

it.each(steps)(
  'is after a restart what it was, where step $step fails $when it is done',
  async ({ step, when }) => {
    const name = `step${step}`;
    const service = new Service(name);
    onTestFinished(() => service.stop());
    await service.start({ left: step, when });
    let refused = 0;
    for (const text of scriptOf(name)) {
      try {
        await service.run(text);
      } catch {
        refused++;
        // What was refused was not recorded; after a restart it is tried again.
        const live = describeService(service.engine);
        await service.stop();
        await service.start({ left: NEVER, when });
        expect(describeService(service.engine), `after ${text}`).toEqual(live);
        await service.run(text);
      }
    }
    expect(refused).toBeLessThanOrEqual(1);
    expect(describeService(service.engine)).toEqual(end);
  },
);
