import { PartitionContent } from '../partition-content.ts';
import type { LogEnds, Workload, WorkloadContext, WorkloadTopic } from '../workload.ts';
import { compactedPartitions } from './compacted-partitions.ts';
import { faultsOfScan, type KeyFault, type Scan } from './key-checks.ts';
import { KeyHistory, type KeyWrite } from './key-history.ts';
import { KeyWriter, type WriterKind } from './key-writer.ts';
import { compactionConfigs } from './compaction-configs.ts';
import { differenceOfReplicas } from './replica-differences.ts';
import { scanTopic } from './scan-topic.ts';

/** `cleanup.policy=compact` */
const TABLE = 'table';
/** `cleanup.policy=compact,delete` */
const RECENT = 'recent';
const PARTITIONS = 2;
/** A week, or soon: then what is not there any more may have been deleted for its age, by whatever clock. */
const RETENTIONS_MS = [604_800_000, 2_000];
const KINDS: readonly WriterKind[] = ['plain', 'idempotent', 'transactional'];
const SCANNER = 'scanner';
const FINAL_SCANS = 2;

interface CheckOptions {
  /** What was there for certain before; now unless said. */
  readonly latest?: readonly KeyWrite[];
  readonly isFinal: boolean;
}

/**
 * Compacted topics, written by producers without and with idempotence and by one with transactions. Again and again a reader
 * reads them from the beginning: what it may not find {@link faultsOfScan} says. In the end all replicas, which are compacted
 * each in its own time, have the same last values (`replicas-differ`).
 */
export class CompactedTopics implements Workload {
  readonly name = 'compacted';
  readonly topics: readonly WorkloadTopic[];
  readonly #context: WorkloadContext;
  readonly #histories = new Map([TABLE, RECENT].map((topic) => [topic, new KeyHistory()]));
  readonly #contents: ReadonlyMap<string, PartitionContent>;
  /** Of {@link RECENT}. */
  readonly #retentionMs: number;
  #writers: readonly KeyWriter[] = [];
  #scanning: Promise<void> = Promise.resolve();
  /** What the reader of the end was given, by topic. */
  readonly #finalScans = new Map<string, Scan>();
  #stopped = false;
  #isClosed = false;
  #scans = 0;
  /** Partitions of which some broker says that it has compacted them. */
  #compacted = 0;

  constructor(context: WorkloadContext) {
    const { simulation, violate } = context;
    this.#context = context;
    const random = simulation.stream(this.name);
    this.#retentionMs = random.pick(RETENTIONS_MS);
    const common = { partitions: PARTITIONS, equalBytes: false };
    this.topics = [
      { ...common, name: TABLE, configs: compactionConfigs(random) },
      {
        ...common,
        name: RECENT,
        configs: {
          ...compactionConfigs(random),
          'cleanup.policy': 'compact,delete',
          'retention.ms': String(this.#retentionMs),
        },
      },
    ];
    this.#contents = new Map(
      [TABLE, RECENT].map((name) => [name, new PartitionContent({ name, partitions: PARTITIONS, violate })]),
    );
  }

  get count(): number {
    return this.#scans;
  }

  get counts(): Readonly<Record<string, number>> {
    const written = [...this.#histories.values()].reduce((sum, { size }) => sum + size, 0);
    return { written, scans: this.#scans, compacted: this.#compacted };
  }

  start(): void {
    const options = { partitions: PARTITIONS, histories: this.#histories };
    this.#writers = KINDS.map((kind) => new KeyWriter(this.#context, { ...options, kind }));
    this.#scanning = this.#scanAll();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.stop()));
    this.#stopped = true;
    await this.#scanning;
  }

  readBack(): void {
    this.#scanning = this.#scanFinally();
  }

  missing(): string | undefined {
    const topic = [TABLE, RECENT].find((name) => !this.#finalScans.has(name));
    return topic === undefined ? undefined : `the last reader of ${topic}`;
  }

  check(ends: LogEnds): void {
    const { violate, cluster } = this.#context;
    for (const [topic, scan] of this.#finalScans) this.#check(topic, scan, { isFinal: true });
    for (const { name } of this.topics) {
      const difference = differenceOfReplicas(cluster, name, {
        ends: ends.get(name) ?? [],
        values: !this.#expires(name),
      });
      if (difference !== undefined) violate('replicas-differ', difference);
      this.#compacted += compactedPartitions(cluster, name);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#scanning;
  }

  async #scanAll(): Promise<void> {
    const random = this.#context.simulation.stream(this.name);
    while (!this.#stopped) {
      await this.#sleep(random.int(3_000));
      const topic = random.pick([TABLE, RECENT]);
      const history = this.#histories.get(topic);
      const latest = history?.latest() ?? [];
      const scan = await this.#scan(topic);
      if (scan !== undefined) this.#check(topic, scan, { latest, isFinal: false });
    }
  }

  /** One that finds something is done again: logs may still be compacted while it reads. */
  async #scanFinally(): Promise<void> {
    for (const topic of [TABLE, RECENT]) {
      for (let round = 0; !this.#isClosed && round < FINAL_SCANS; ) {
        const scan = await this.#scan(topic);
        if (scan === undefined) continue;
        round = this.#faultsOf(topic, scan, { isFinal: true }).length === 0 ? FINAL_SCANS : round + 1;
        if (round === FINAL_SCANS) this.#finalScans.set(topic, scan);
      }
    }
  }

  #scan(topic: string): Promise<Scan | undefined> {
    const history = this.#histories.get(topic);
    const content = this.#contents.get(topic);
    return scanTopic(this.#context, {
      name: SCANNER,
      topic,
      partitions: PARTITIONS,
      onRecord: (partition, offset, id) => {
        content?.onRecord(partition, offset, id);
        if (history?.find(id) === undefined)
          this.#context.violate('foreign-record', `nobody sent ${id}, at ${topic}-${partition}:${offset}`);
      },
    });
  }

  #check(topic: string, scan: Scan, options: CheckOptions): void {
    this.#scans++;
    for (const { checker, what } of this.#faultsOf(topic, scan, options))
      this.#context.violate(checker, `${topic}: ${what}`);
  }

  #faultsOf(topic: string, scan: Scan, { latest, isFinal }: CheckOptions): readonly KeyFault[] {
    const history = this.#histories.get(topic);
    if (history === undefined) return [];
    return faultsOfScan(scan, {
      history,
      latest: latest ?? history.latest(),
      isExpired: () => this.#expires(topic),
      isFinal,
    });
  }

  /** Whether retention may have taken records of a topic. */
  #expires(topic: string): boolean {
    return topic === RECENT && this.#retentionMs === Math.min(...RETENTIONS_MS);
  }

  #sleep(ms: number): Promise<void> {
    return this.#context.simulation.host(SCANNER).environment.timers.sleep(ms);
  }
}
