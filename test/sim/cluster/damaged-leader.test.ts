import { expect, it } from 'vitest';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { DirectoryNode } from '../directory-node.ts';
import { FileNode } from '../file-node.ts';
import { seedsOf, simulate, type Simulation } from '../simulation.ts';
import { replicaBytes } from './replica-files.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const TOPIC = 'records';
const FOLDER = `${TOPIC}-0`;
const RECORDS = 120;
const FINISH_MS = 60_000;

/** Three brokers, and a topic of one partition in some segments. */
class DamagedPartition {
  readonly violations: string[] = [];
  readonly cluster: SimulatedCluster;
  readonly #simulation: Simulation;
  readonly #admin: Admin;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.cluster = new SimulatedCluster(simulation, {
      violate: (checker, what) => this.violations.push(`${checker}: ${what}`),
      onController: () => {},
    });
    const { environment } = simulation.host('client');
    this.#admin = new Admin({ environment, bootstrapServers: this.cluster.bootstrapServers });
  }

  partition() {
    const found = this.cluster.image?.topicsByName.get(TOPIC)?.partitions.get(0);
    if (found === undefined) throw new Error('there is no partition');
    return found;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadlineMs = this.#simulation.nowMs + FINISH_MS;
    await this.#simulation.run(() => holds() || this.#simulation.nowMs > deadlineMs);
    expect(holds(), what).toBe(true);
  }

  async start(...ids: readonly number[]): Promise<void> {
    for (const id of ids) this.cluster.start(id);
    await this.until('the brokers serve', () =>
      ids.every((id) => this.cluster.broker(id)?.image.brokers.get(id)?.fenced === false),
    );
  }

  async stop(id: number): Promise<void> {
    await this.#simulation.settle(this.cluster.stop(id), FINISH_MS);
  }

  async fill(replicationFactor: number): Promise<void> {
    await this.#simulation.settle(
      this.#admin.createTopics([{ name: TOPIC, partitions: 1, replicationFactor }]),
    );
    const { environment } = this.#simulation.host('client');
    const producer = new Producer({ environment, bootstrapServers: this.cluster.bootstrapServers });
    for (let i = 0; i < RECORDS; i++) {
      producer.send({ topic: TOPIC, partition: 0, value: `${i}`.padEnd(150) });
      if (i % 5 === 4) await this.#simulation.settle(producer.flush(), FINISH_MS);
    }
    await this.#simulation.settle(producer.close(), FINISH_MS);
    await this.until('all are in sync', () => this.partition().isr.length === replicationFactor);
  }

  /** Lets a broker lead that has nothing in memory, and damages its files then. */
  async restartAndDamage(id: number): Promise<void> {
    await this.stop(id);
    await this.start(id);
    await this.lead(id);
    this.#damage(id);
  }

  /** Damages a header in the first segment of a broker. */
  #damage(id: number): void {
    const data = this.cluster.host(id).medium.root.get('data');
    const folder = data instanceof DirectoryNode ? data.get(FOLDER) : undefined;
    const name = folder instanceof DirectoryNode ? folder.names().find((each) => each.endsWith('.log')) : '';
    const file = folder instanceof DirectoryNode ? folder.get(name ?? '') : undefined;
    if (!(file instanceof FileNode)) throw new Error('there is no segment');
    const bytes = Buffer.alloc(file.size);
    file.read(bytes, 0, bytes.length, 0);
    const batches = [...batchesOf(bytes)];
    const victim = batches[Math.floor(batches.length / 2)];
    if (victim === undefined) throw new Error('the segment is empty');
    file.write(Buffer.of(1), victim.start + 16);
  }

  /** Lets a broker lead that is the first of the replicas. */
  async lead(id: number): Promise<void> {
    const isInSync = (): boolean => this.partition().isr.includes(id);
    await this.until('it is in sync', isInSync);
    if (this.partition().leader !== id)
      await this.#simulation.settle(
        this.#admin.electLeaders('preferred', [{ topic: TOPIC, partition: 0 }]),
        FINISH_MS,
      );
    await this.until('it leads', () => this.partition().leader === id);
  }

  /** All records from the beginning on, or why they cannot be read. */
  async read(): Promise<unknown> {
    const { environment } = this.#simulation.host('client');
    const { bootstrapServers } = this.cluster;
    const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
    consumer.assign([{ topic: TOPIC, partition: 0 }]);
    const reading = async (): Promise<readonly string[]> => {
      const values: string[] = [];
      while (values.length < RECORDS) {
        for (const { records } of await consumer.poll(100))
          for (const { value } of records) values.push(String(value).trim());
      }
      return values;
    };
    try {
      return await this.#simulation.settle(reading(), FINISH_MS);
    } catch (error) {
      return error;
    } finally {
      await this.#simulation.settle(consumer.close(), FINISH_MS);
    }
  }

  /** What the brokers complained of besides the damage. */
  get complaints(): readonly string[] {
    return this.violations.filter((line) => !line.includes('is damaged at byte'));
  }

  async close(): Promise<void> {
    await this.#simulation.settle(this.#admin.close());
  }
}

const ALL = Array.from({ length: RECORDS }, (_, i) => `${i}`);

it('a leader that reads damage lets one lead that has the records, and copies them from there', async () => {
  for (const seed of seedsOf(2)) {
    await simulate(seed, import.meta.url, async (simulation) => {
      const damaged = new DamagedPartition(simulation);
      const { cluster } = damaged;
      await damaged.start(...cluster.brokerIds);
      await damaged.fill(3);
      const [first = -1] = damaged.partition().replicas;
      await damaged.restartAndDamage(first);
      expect(await damaged.read()).toEqual(ALL);
      expect(damaged.partition().leader).not.toBe(first);
      const sound = (id: number): boolean =>
        replicaBytes(cluster, id, FOLDER).equals(replicaBytes(cluster, damaged.partition().leader, FOLDER));
      await damaged.until('all are in sync again', () => damaged.partition().isr.length === 3);
      expect(cluster.brokerIds.every(sound)).toBe(true);
      const aside = cluster.host(first).environment.disk.list('/data');
      expect(aside.filter((name) => name.startsWith(`${FOLDER}.`))).toEqual([
        expect.stringMatching(/-stray$/),
      ]);
      await damaged.lead(first);
      expect(await damaged.read()).toEqual(ALL);
      expect(damaged.complaints).toEqual([]);
      await damaged.close();
    });
  }
});

it('a leader that reads damage, and is in sync alone, leads on with what can be read', async () => {
  for (const seed of seedsOf(1)) {
    await simulate(seed, import.meta.url, async (simulation) => {
      const damaged = new DamagedPartition(simulation);
      const { cluster } = damaged;
      await damaged.start(...cluster.brokerIds);
      await damaged.fill(2);
      const [first = -1, second = -1] = damaged.partition().replicas;
      await damaged.restartAndDamage(first);
      await damaged.stop(second);
      await damaged.until('it is in sync alone', () => damaged.partition().isr.length === 1);
      expect(await damaged.read()).toMatchObject({ message: expect.stringMatching(/^the batch at offset/) });
      expect(damaged.partition()).toMatchObject({ leader: first, isr: [first] });
      // The other one has all of it, and takes over as soon as it is in sync.
      await damaged.start(second);
      await damaged.until('it is in sync', () => damaged.partition().isr.length === 2);
      expect(await damaged.read()).toEqual(ALL);
      expect(damaged.partition().leader).toBe(second);
      expect(damaged.complaints).toEqual([]);
      await damaged.close();
    });
  }
});
