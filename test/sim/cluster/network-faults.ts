import { brokerHost } from './broker-config.ts';
import type { Faults, FaultTools } from './fault.ts';

/** What happens between the machines. */
export function networkFaults({ simulation, cluster, later }: FaultTools): Faults {
  const { network } = simulation;
  const random = {
    isolate: simulation.stream('fault isolate'),
    cut: simulation.stream('fault cutOneWay'),
    break: simulation.stream('fault breakConnections'),
    delay: simulation.stream('fault delayConnection'),
    slow: simulation.stream('fault slowNetwork'),
    lose: simulation.stream('fault lossyNetwork'),
  };
  const { conditions } = network;

  /** Cuts a broker off from the other brokers, or from everybody. */
  const isolate = (id: number | undefined): boolean => {
    if (id === undefined) return false;
    const name = brokerHost(id);
    const all = random.isolate.chance(0.5)
      ? simulation.hosts.map((host) => host.name)
      : cluster.brokerIds.map((broker) => brokerHost(broker));
    const others = all.filter((other) => other !== name);
    for (const other of others) network.partition(name, other);
    later(random.isolate.between(100, 5_000), () => {
      for (const other of others) network.heal(name, other);
    });
    return true;
  };

  const cutOneWay = (id: number): boolean => {
    const from = brokerHost(id);
    const to = brokerHost(random.cut.pick(cluster.brokerIds.filter((broker) => broker !== id)));
    network.cut(from, to);
    later(random.cut.between(100, 4_000), () => network.heal(from, to));
    return true;
  };

  const slow = (): boolean => {
    conditions.latencyMaxMs = random.slow.pick([20, 100, 300]);
    later(random.slow.between(200, 2_000), () => {
      conditions.latencyMaxMs = cluster.shape.latencyMaxMs;
    });
    return true;
  };

  const lose = (): boolean => {
    conditions.lossProbability = random.lose.between(0.02, 0.3);
    later(random.lose.between(200, 3_000), () => {
      conditions.lossProbability = 0;
    });
    return true;
  };

  const controller = (): number | undefined => {
    const { image } = cluster;
    return image === undefined ? undefined : cluster.controllerOf(image.epoch);
  };

  const leader = (): number | undefined => {
    const found = cluster.image?.topicsByName.first()?.partitions.first()?.leader;
    return found === undefined || found < 0 ? undefined : found;
  };

  return {
    isolate: { weight: 3, inflict: isolate },
    isolateController: { weight: 2, inflict: () => isolate(controller()) },
    isolateLeader: { weight: 2, inflict: () => isolate(leader()) },
    cutOneWay: { weight: 2, inflict: cutOneWay },
    breakConnections: {
      weight: 3,
      inflict: (id) => network.breakConnections(brokerHost(id), random.break.pick(simulation.hosts).name),
    },
    breakHalf: { weight: 3, inflict: (id) => network.breakHalf(brokerHost(id)) },
    delayConnection: {
      weight: 3,
      inflict: (id) => network.delayConnection(brokerHost(id), random.delay.pick([20, 200, 1_000])),
    },
    slowNetwork: { weight: 1.5, inflict: slow },
    lossyNetwork: { weight: 1.5, inflict: lose },
  };
}
