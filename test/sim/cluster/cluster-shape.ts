import type { SeededRandom } from '../seeded-random.ts';
import type { Simulation } from '../simulation.ts';
import { drawCleaning } from './compacted/compaction-configs.ts';

/** What a seed draws before anything happens. */
export interface ClusterShape {
  /** Each of them is a controller too. Their ids are 1 to this. */
  readonly brokers: number;
  /** Of every topic, internal ones too. */
  readonly replicationFactor: number;
  /** Of every topic, internal ones too: so many replicas have what was acknowledged, in memory. */
  readonly minInsyncReplicas: number;
  /** Of the topic that most clients write to. */
  readonly partitions: number;
  readonly producers: number;
  /** Of the consumer group. */
  readonly members: number;
  /** How long the clients pause between two things that they do, beside the shortest pauses. */
  readonly pauseFactor: number;
  /** The longest way of a packet on a good day. */
  readonly latencyMaxMs: number;
  /** How long faults happen. */
  readonly faultsMs: number;
  /** Settings of the brokers beyond {@link brokerConfig}. */
  readonly settings: Readonly<Record<string, number>>;
}

/** Three brokers, of which two must have what is acknowledged. */
export function threeBrokers(simulation: Simulation): ClusterShape {
  return {
    brokers: 3,
    replicationFactor: 3,
    minInsyncReplicas: 2,
    partitions: 3,
    producers: 3,
    members: 3,
    pauseFactor: 1,
    latencyMaxMs: 2,
    faultsMs: 20_000,
    settings: drawDuties(simulation.stream('duties')),
  };
}

/** Any cluster: three or five brokers, and for each a number of replicas that must have what is acknowledged. */
export function drawShape(simulation: Simulation): ClusterShape {
  const random = simulation.stream('shape');
  const brokers = random.chance(0.75) ? 3 : 5;
  const replicationFactor = brokers === 5 && random.chance(0.5) ? 5 : 3;
  return {
    brokers,
    replicationFactor,
    minInsyncReplicas: drawMinInsync(random, replicationFactor),
    partitions: 1 + random.int(6),
    producers: 1 + random.int(4),
    members: 1 + random.int(4),
    // Busy clients fill segments and queues; where less happens, a seed is cheaper and each event has more of the others' time.
    pauseFactor: random.pick([1, 2, 4]),
    latencyMaxMs: random.pick([1, 2, 2, 5, 20]),
    // Many short runs find more than few long ones: each draws anew, and most of what happens happens early.
    faultsMs: random.pick([3_000, 5_000, 5_000, 8_000, 15_000]),
    settings: {
      ...drawDuties(simulation.stream('duties')),
      ...drawCleaning(simulation.stream('cleaning')),
      'metadata.log.max.record.bytes.between.snapshots': simulation
        .stream('snapshots')
        .pick([300, 1_000, 3_000]),
    },
  };
}

/** For who reads a report. */
export function wordsOf(shape: ClusterShape): string {
  const settings = Object.entries(shape.settings).map(([name, value]) => `, ${name}=${value}`);
  return (
    `${shape.brokers} brokers, replication factor ${shape.replicationFactor}, min.insync.replicas ${shape.minInsyncReplicas}, ` +
    `${shape.partitions} partitions, ${shape.producers} producers, ${shape.members} members, pauses x${shape.pauseFactor}, latency up to ${shape.latencyMaxMs} ms, ` +
    `faults for ${shape.faultsMs / 1_000} s${settings.join('')}`
  );
}

/** Mostly a majority. With one replica only kills are survived, which then is what there is of losses. */
function drawMinInsync(random: SeededRandom, replicationFactor: number): number {
  if (random.chance(0.1)) return 1;
  return replicationFactor === 3 ? 2 : random.pick([2, 3]);
}

/** How eager the background duties are: as by default, or at their fastest. */
function drawDuties(random: SeededRandom): Readonly<Record<string, number>> {
  if (random.chance(0.5)) return {};
  return {
    'log.retention.check.interval.ms': random.pick([5, 20, 200]),
    'log.flush.interval.messages': random.pick([1, 10, 1_000]),
    'log.segment.delete.delay.ms': random.pick([0, 5, 500]),
  };
}
