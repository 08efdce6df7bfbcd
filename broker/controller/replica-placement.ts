import type { Random } from '../../src/base/environment.ts';

interface UsableBroker {
  readonly id: number;
  readonly rack: string | null;
}

/**
 * Places the replicas of new partitions as Kafka's StripedReplicaPlacer does: leaders go round the racks and round the
 * brokers of each, the replicas of one partition are on different racks while there are any, and a shift that grows
 * with each round spreads the followers of one leader over all others.
 *
 * @returns broker ids per partition, the preferred leader first. There must be at least `replicationFactor` brokers.
 */
export function placeReplicas(
  brokers: readonly UsableBroker[],
  request: { readonly partitionCount: number; readonly replicationFactor: number },
  random: Random,
): number[][] {
  const racks = groupByRack(brokers, random);
  const ring = interleave(racks);
  const start = random.int(ring.length);
  const rackCount = racks.length;
  return Array.from({ length: request.partitionCount }, (_, index) => {
    const at = start + index;
    const leader = ring[at % ring.length];
    if (leader === undefined) return [];
    // After each round the followers begin one broker further on.
    const shift = Math.floor(index / ring.length);
    const others = ring.map((_, i) => ring[(at + 1 + shift + i) % ring.length] ?? leader);
    return pickReplicas(leader, others, { count: request.replicationFactor, rackCount }).map((b) => b.id);
  });
}

/** The leader, then others in order: first those on racks not yet used, as long as there are such. */
function pickReplicas(
  leader: UsableBroker,
  others: readonly UsableBroker[],
  wanted: { readonly count: number; readonly rackCount: number },
): UsableBroker[] {
  const picked = [leader];
  const usedRacks = new Set([leader.rack]);
  while (picked.length < wanted.count) {
    if (usedRacks.size === wanted.rackCount) usedRacks.clear();
    const free = others.filter((broker) => !picked.includes(broker));
    const next = free.find((broker) => !usedRacks.has(broker.rack)) ?? free[0];
    if (next === undefined) break;
    picked.push(next);
    usedRacks.add(next.rack);
  }
  return picked;
}

function groupByRack(brokers: readonly UsableBroker[], random: Random): UsableBroker[][] {
  const racks = new Map<string | null, UsableBroker[]>();
  for (const broker of brokers) {
    const rack = racks.get(broker.rack);
    if (rack === undefined) racks.set(broker.rack, [broker]);
    else rack.push(broker);
  }
  const groups = [...racks.values()];
  for (const group of groups) {
    group.sort((a, b) => a.id - b.id);
    for (let i = random.int(group.length); i > 0; i--) group.push(...group.splice(0, 1));
  }
  return groups;
}

/** One broker of each rack in turn. */
function interleave(racks: readonly UsableBroker[][]): UsableBroker[] {
  const ring: UsableBroker[] = [];
  const longest = Math.max(...racks.map((rack) => rack.length));
  for (let i = 0; i < longest; i++) {
    for (const rack of racks) {
      const broker = rack[i];
      if (broker !== undefined) ring.push(broker);
    }
  }
  return ring;
}
