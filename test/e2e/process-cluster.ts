import { freePorts } from '../../src/base/io/free-ports.ts';
import { Admin } from '../../src/client/index.ts';
import { type Millrace, type MillraceProcess, sleep } from './millrace-process.ts';

/** What `millrace start --cluster` gives each of its brokers, with sessions short enough for a test. */
const SETTINGS = [
  'default.replication.factor=3',
  'offsets.topic.replication.factor=3',
  'offsets.topic.num.partitions=3',
  'min.insync.replicas=2',
  'broker.heartbeat.interval.ms=500',
  'broker.session.timeout.ms=3000',
];

/** Three brokers, each a process that can be killed and started again on its data. */
export class ProcessCluster {
  readonly ids = [1, 2, 3] as const;
  readonly #millrace: Millrace;
  readonly #folder: string;
  readonly #ports: readonly number[];
  readonly #processes = new Map<number, MillraceProcess>();

  private constructor(millrace: Millrace, ports: readonly number[]) {
    this.#millrace = millrace;
    this.#folder = millrace.folder();
    this.#ports = ports;
  }

  static async start(millrace: Millrace): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(millrace, await freePorts(6));
    await Promise.all(cluster.ids.map((id) => cluster.start(id)));
    return cluster;
  }

  get bootstrap(): string {
    return this.ids.map((id) => `127.0.0.1:${this.#ports[id - 1]}`).join(',');
  }

  /** Starts a broker and waits until it serves. */
  async start(id: number): Promise<void> {
    const voters = this.ids.map((voter) => `${voter}@127.0.0.1:${this.#ports[voter + 2]}`).join(',');
    const listeners = `PLAINTEXT://127.0.0.1:${this.#ports[id - 1]},CONTROLLER://127.0.0.1:${this.#ports[id + 2]}`;
    const settings = [
      ...SETTINGS,
      `node.id=${id}`,
      `controller.quorum.voters=${voters}`,
      `listeners=${listeners}`,
    ];
    const started = this.#millrace.spawn([
      ...['start', '--no-sql', '--json', '--data', `${this.#folder}/broker-${id}`],
      ...settings.flatMap((setting) => ['-s', setting]),
    ]);
    this.#processes.set(id, started);
    await started.facts();
  }

  /** kill -9. */
  async kill(id: number): Promise<void> {
    await this.#processes.get(id)?.stop('SIGKILL');
  }

  /** Ends all brokers in order; answers what they printed besides their facts. */
  async stop(): Promise<string> {
    const outcomes = await Promise.all([...this.#processes.values()].map((each) => each.stop()));
    return outcomes.map(({ text }) => text.replaceAll(/^\{"kafka".*\}\n/gm, '')).join('');
  }

  /** Resolves when every partition of a topic has a leader and all its replicas are in sync. */
  async untilInSync(topic: string): Promise<void> {
    const admin = new Admin({ bootstrapServers: this.bootstrap });
    try {
      for (;;) {
        const described = await admin.describeTopics([topic]).catch(() => []);
        const partitions = described[0]?.partitions ?? [];
        if (partitions.length > 0 && partitions.every(({ leader, isr }) => leader > 0 && isr.length === 3))
          return;
        await sleep(100);
      }
    } finally {
      await admin.close();
    }
  }

  /** The broker that leads a partition; undefined while none does. */
  async leaderOf(topic: string, partition: number): Promise<number | undefined> {
    const admin = new Admin({ bootstrapServers: this.bootstrap });
    try {
      const described = await admin.describeTopics([topic]).catch(() => []);
      const leader = described[0]?.partitions[partition]?.leader ?? -1;
      return leader > 0 ? leader : undefined;
    } finally {
      await admin.close();
    }
  }
}
