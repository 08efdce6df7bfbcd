import { describe, expect, it } from 'vitest';
import { Simulation } from '../simulation.ts';
import { threeBrokers } from './cluster-shape.ts';
import { FaultModel } from './fault-model.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

async function startCluster(brokers: number, minInsyncReplicas: number) {
  const simulation = new Simulation(1);
  const shape = { ...threeBrokers(simulation), brokers, replicationFactor: brokers, minInsyncReplicas };
  const observer = {
    violate: (checker: string, what: string) => {
      throw new Error(`${checker}: ${what}`);
    },
    onController: () => {},
  };
  const cluster = new SimulatedCluster(simulation, observer, shape);
  for (const id of cluster.brokerIds) cluster.start(id);
  await simulation.run(() => cluster.brokerIds.every((id) => cluster.broker(id) !== undefined));
  const model = new FaultModel(cluster);
  const losePower = (id: number): void => {
    cluster.cutPower(id);
    model.onPowerLost(id);
  };
  const kill = (id: number): void => {
    cluster.kill(id);
    model.onKilled(id);
  };
  return { simulation, cluster, model, losePower, kill };
}

describe('which faults may happen together', () => {
  it('one loss where two replicas have what is acknowledged, and no kill beside it', async () => {
    const { simulation, cluster, model, losePower } = await startCluster(3, 2);
    losePower(1);
    expect([model.mayLosePower(2), model.mayKill(2), model.mayKill(1)]).toEqual([false, false, true]);
    cluster.start(1);
    await simulation.run(() => cluster.broker(1) !== undefined);
    expect([model.mayLosePower(2), model.mayKill(2)]).toEqual([true, true]);
  });

  it('two of five where three have it, of which one may be a kill', async () => {
    const { model, losePower, kill } = await startCluster(5, 3);
    losePower(1);
    expect([model.mayLosePower(2), model.mayKill(2)]).toEqual([true, true]);
    kill(2);
    expect([model.mayLosePower(3), model.mayKill(3), model.mayLosePower(2)]).toEqual([false, false, true]);
  });

  it('kills in any number, and no loss where one replica has it', async () => {
    const { model, kill } = await startCluster(3, 1);
    expect(model.mayLosePower(1)).toBe(false);
    kill(1);
    kill(2);
    expect(model.mayKill(3)).toBe(true);
  });
});
