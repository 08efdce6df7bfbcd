import { setTimeout as sleep } from 'node:timers/promises';
import { OperationalError } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { Admin } from '../../src/client/index.ts';
import type { BrokerStatus } from './control.ts';

const NAMED_MAX = 5;
const ANSWER_MS_MAX = 5_000;

/** What the brokers say of their partitions. */
interface Replication {
  readonly partitions: number;
  /** Partitions of which not all replicas are in sync, such as `t-0`. */
  readonly behind: readonly string[];
  /** Partitions that have no leader, such as `t-0`. */
  readonly leaderless: readonly string[];
  /** By the id of a broker, how many of its replicas are not in sync. */
  readonly byBroker: ReadonlyMap<number, number>;
}

const LEADERS_MS_MAX = 30_000;
const LEADERS_POLL_MS = { first: 100, max: 1_000 };

/** Waits until all partitions have leaders: brokers that have just started are taken up by the controller one after the other. */
export async function waitForLeaders(
  brokers: () => readonly BrokerStatus[],
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<void> {
  const deadline = performance.now() + LEADERS_MS_MAX;
  for (let pauseMs = LEADERS_POLL_MS.first; ; pauseMs = Math.min(2 * pauseMs, LEADERS_POLL_MS.max)) {
    const replication = await replicationOf(brokers());
    if (replication?.leaderless.length === 0) return;
    if (performance.now() > deadline) {
      const partitions = replication?.leaderless.slice(0, NAMED_MAX);
      logger.warn('the cluster is started, and partitions have no leaders', { partitions });
      return;
    }
    // All partitions are asked for each time.
    await sleep(pauseMs, undefined, { signal });
  }
}

/** Asks the brokers that run; undefined when none of them answers. */
export async function replicationOf(brokers: readonly BrokerStatus[]): Promise<Replication | undefined> {
  const bootstrap = brokers.flatMap(({ state, kafka }) =>
    state === 'running' && kafka !== null ? [kafka] : [],
  );
  if (bootstrap.length === 0) return undefined;
  const admin = new Admin({
    environment: nodeEnvironment,
    bootstrapServers: bootstrap.join(),
    clientId: 'millrace-cli',
    requestTimeoutMs: ANSWER_MS_MAX,
    defaultApiTimeoutMs: ANSWER_MS_MAX,
  });
  try {
    const topics = await admin.listTopics({ includeInternal: true });
    const described = await admin.describeTopics(
      topics.map(({ name }) => name),
      { existingOnly: true },
    );
    const partitions = described.flatMap((topic) => topic.partitions);
    const behind: string[] = [];
    const leaderless: string[] = [];
    const byBroker = new Map(brokers.map(({ broker }) => [broker, 0]));
    for (const { topic, partition, leader, replicas, isr } of partitions) {
      if (leader < 0) leaderless.push(`${topic}-${partition}`);
      const missing = replicas.filter((replica) => !isr.includes(replica));
      if (missing.length > 0) behind.push(`${topic}-${partition}`);
      for (const replica of missing) byBroker.set(replica, (byBroker.get(replica) ?? 0) + 1);
    }
    return { partitions: partitions.length, behind, leaderless, byBroker };
  } catch (error) {
    if (error instanceof OperationalError) return undefined;
    throw error;
  } finally {
    await admin.close();
  }
}

/** Whether a broker may be stopped next, in a line. */
export function replicationText(replication: Replication | undefined): string {
  if (replication === undefined) return 'no broker says whether replicas are in sync';
  const { partitions, behind } = replication;
  if (behind.length === 0) return `all replicas are in sync, of ${partitions} partitions`;
  const more = behind.length > NAMED_MAX ? ', ...' : '';
  return `replicas are not in sync of ${behind.length} of ${partitions} partitions: ${behind.slice(0, NAMED_MAX).join(', ')}${more}`;
}
