import { messageOf } from '../../../src/base/errors.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import type { CommitVariation } from '../../../src/streams/runtime/commit-protocol.ts';
import { mixOf } from '../cluster/fault-mix.ts';
import { FaultSchedule } from '../cluster/fault-schedule.ts';
import { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { Violation } from '../cluster/violation.ts';
import { watched } from '../settled.ts';
import type { Simulation } from '../simulation.ts';
import { SimulatedApp } from './simulated-app.ts';

const PARTITIONS = 3;
const FAULTS = [
  ...['kill', 'killAll', 'powerLoss', 'powerLossAtWrite', 'stop', 'fillDisk', 'isolate', 'isolateController'],
  ...['isolateLeader', 'cutOneWay', 'breakConnections', 'breakHalf', 'slowNetwork', 'lossyNetwork'],
];
const KEYS = 12;
const APPS = 2;
const FAULTS_MS = 20_000;
const START_TIMEOUT_MS = 20_000;
const HEAL_TIMEOUT_MS = 60_000;
const CATCH_UP_TIMEOUT_MS = 90_000;

export interface StreamsReport {
  readonly records: number;
  readonly results: number;
  readonly crashes: number;
  /** How much more the counts with a changelog say than there is: what was processed again after it was logged. */
  readonly countedAgain: number;
  /** How much less those without a changelog say. */
  readonly forgotten: number;
}

/**
 * Applications that count over a cluster, both of which crash. At-least-once promises:
 *
 * - `collected`: each value is there in the end, which is what a set says that does not care how often it was added;
 * - `logged`: no count is less than it is, and none is more where nothing has crashed;
 * - `unlogged`: no result ever is more than it is. What was committed and not yet written is forgotten, never the reverse: were
 *   state written that is ahead of the offsets, a crash would count its records twice.
 */
export class StreamsRun {
  readonly #simulation: Simulation;
  readonly #cluster: SimulatedCluster;
  readonly #faults: FaultSchedule;
  readonly #apps: readonly SimulatedApp[];
  readonly #violations: string[] = [];
  readonly #hasFaults: boolean;

  constructor(
    simulation: Simulation,
    options: { readonly faults?: boolean; readonly commits?: CommitVariation } = {},
  ) {
    const { faults = true, commits = {} } = options;
    this.#simulation = simulation;
    this.#hasFaults = faults;
    simulation.network.conditions.stallTimeoutMs = 4_000;
    this.#cluster = new SimulatedCluster(simulation, {
      violate: (checker, what) => this.#violations.push(`${checker}: ${what}`),
      onController: () => undefined,
    });
    this.#faults = new FaultSchedule(simulation, this.#cluster, () => mixOf(FAULTS));
    this.#apps = Array.from(
      { length: APPS },
      (_, i) =>
        new SimulatedApp(simulation, {
          name: `app${i}`,
          bootstrapServers: this.#cluster.bootstrapServers,
          commits,
        }),
    );
  }

  async run(): Promise<StreamsReport> {
    await this.#startCluster();
    for (const app of this.#apps) app.start();
    const producing = this.#produce();
    const endMs = this.#simulation.nowMs + FAULTS_MS;
    await this.#until('the faults', FAULTS_MS + 1_000, () => {
      if (this.#simulation.nowMs >= endMs) return true;
      if (this.#hasFaults) this.#crashSomething();
      return false;
    });
    this.#simulation.note('the faults end');
    this.#faults.heal();
    for (const app of this.#apps) app.spare();
    await this.#until('the cluster heals', HEAL_TIMEOUT_MS, () => {
      this.#faults.startAll();
      // One that was just about to stop when the faults ended has to be started again.
      return this.#cluster.brokerIds.every(
        (id) => this.#cluster.broker(id) !== undefined && !this.#cluster.isStopping(id),
      );
    });
    producing.stop();
    await this.#settle('the producer ends', producing.ended, 90_000);
    for (const app of this.#apps) if (!app.isUp) app.start();
    const input = await this.#settle('the input is read', this.#contentsOf('in'), 60_000);
    await this.#until('all is counted', CATCH_UP_TIMEOUT_MS, () => {
      for (const app of this.#apps) if (!app.isUp) app.start();
      return input.every((records, partition) =>
        this.#apps.some((app) => app.hasReached(partition, records.length)),
      );
    });
    for (const app of this.#apps) await this.#settle(`${app.name} closes`, app.close(), 60_000);
    const results = await this.#settle('the results are read', this.#contentsOf('out'), 60_000);
    const report = this.#check(input.flat(), results.flat());
    for (const id of this.#cluster.brokerIds) this.#cluster.kill(id);
    return report;
  }

  #check(
    records: readonly (readonly [string, string])[],
    results: readonly (readonly [string, string])[],
  ): StreamsReport {
    const values = new Map<string, Set<string>>();
    const counts = new Map<string, number>();
    for (const [key, value] of records) {
      values.set(key, (values.get(key) ?? new Set()).add(value));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const last = new Map(results);
    let countedAgain = 0;
    let forgotten = 0;
    for (const [key, count] of counts) {
      const collected = new Set((last.get(`collected:${key}`) ?? '').split(' '));
      const lost = [...(values.get(key) ?? [])].filter((value) => !collected.has(value));
      if (lost.length > 0) this.#violations.push(`${key} has lost ${lost.join(' ')}`);
      const logged = Number(last.get(`logged:${key}`) ?? 0);
      if (logged < count) this.#violations.push(`${key} is counted as ${logged}, and there are ${count}`);
      countedAgain += logged - count;
      forgotten += count - Number(last.get(`unlogged:${key}`) ?? 0);
    }
    for (const [name, value] of results) {
      const [of = '', key = ''] = name.split(':');
      if (of !== 'unlogged' || Number(value) <= (counts.get(key) ?? 0)) continue;
      this.#violations.push(
        `without a changelog ${key} is counted as ${value}, and there are ${counts.get(key)}`,
      );
      break;
    }
    const crashes = this.#apps.reduce((sum, app) => sum + app.crashes, 0);
    if (!this.#hasFaults && countedAgain + forgotten !== 0)
      this.#violations.push(`nothing has crashed: ${countedAgain} counted again, ${forgotten} forgotten`);
    const [first] = this.#violations;
    if (first !== undefined) throw new Violation('streams', this.#violations.slice(0, 10).join('\n'));
    return { records: records.length, results: results.length, crashes, countedAgain, forgotten };
  }

  /** Lets brokers fail, and applications die: at any time, or at a write of their state. */
  #crashSomething(): void {
    const random = this.#simulation.stream('crashes');
    this.#faults.tick();
    if (!random.chance(0.002)) return;
    const app = random.pick(this.#apps);
    if (!app.isUp) {
      app.start();
      return;
    }
    const dice = random.float();
    if (dice < 0.3) app.killAtWrite(random.int(4), random.pick(['before', 'after'] as const));
    else if (dice < 0.5) app.kill();
    else if (dice < 0.65) app.cutPower();
    else if (dice < 0.75) void app.close().catch((error: unknown) => this.#simulation.note(messageOf(error)));
  }

  #produce(): { readonly stop: () => void; readonly ended: Promise<void> } {
    const random = this.#simulation.stream('producer');
    const { environment } = this.#simulation.host('producer');
    const producer = new Producer({
      environment,
      bootstrapServers: this.#cluster.bootstrapServers,
      requestTimeoutMs: 1_500,
      deliveryTimeoutMs: 120_000,
      retryBackoffMs: 20,
    });
    let isStopped = false;
    const run = async (): Promise<void> => {
      for (let id = 0; !isStopped; id++) {
        producer.send({ topic: 'in', key: `k${random.int(KEYS)}`, value: String(id) });
        await environment.timers.sleep(random.int(120));
        await producer.ready();
      }
      await producer.flush();
      await producer.close();
    };
    return {
      stop: () => {
        isStopped = true;
      },
      ended: run(),
    };
  }

  async #startCluster(): Promise<void> {
    for (const id of this.#cluster.brokerIds) this.#cluster.start(id);
    await this.#until('the cluster starts', START_TIMEOUT_MS, () =>
      this.#cluster.brokerIds.every((id) => this.#cluster.broker(id) !== undefined),
    );
    const { environment } = this.#simulation.host('admin');
    const admin = new Admin({ environment, bootstrapServers: this.#cluster.bootstrapServers });
    const topics = ['in', 'out'].map((name) => ({ name, partitions: PARTITIONS, replicationFactor: 3 }));
    await this.#settle('the topics are created', admin.createTopics(topics), START_TIMEOUT_MS);
    await this.#settle('the admin client closes', admin.close(), START_TIMEOUT_MS);
  }

  /** What each partition of a topic holds. */
  async #contentsOf(topic: string): Promise<readonly (readonly (readonly [string, string])[])[]> {
    const { environment } = this.#simulation.host('reader');
    const consumer = new Consumer({
      environment,
      bootstrapServers: this.#cluster.bootstrapServers,
      autoOffsetReset: 'earliest',
    });
    const all = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
    consumer.assign(all);
    let left = 0;
    for (const { offset } of await consumer.endOffsets(all)) left += offset;
    const found: (readonly [string, string])[][] = all.map(() => []);
    while (left > 0) {
      for (const { partition, records } of await consumer.poll(200)) {
        left -= records.length;
        for (const { key, value } of records) found[partition]?.push([String(key), String(value)]);
      }
    }
    await consumer.close();
    return found;
  }

  #settle<T>(what: string, promise: Promise<T>, timeoutMs: number): Promise<T> {
    return this.#until(what, timeoutMs, watched(promise)).then(() => promise);
  }

  async #until(what: string, timeoutMs: number, isDone: () => boolean): Promise<void> {
    const deadlineMs = this.#simulation.nowMs + timeoutMs;
    let isLate = false;
    await this.#simulation.run(() => {
      if (isDone()) return true;
      isLate = this.#simulation.nowMs > deadlineMs;
      return isLate;
    });
    if (isLate) throw new Violation('progress', `${what}: not within ${timeoutMs} ms`);
  }
}
