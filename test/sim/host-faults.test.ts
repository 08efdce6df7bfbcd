import { describe, expect, it } from 'vitest';
import { DirectoryNode } from './directory-node.ts';
import { FileNode } from './file-node.ts';
import { Simulation } from './simulation.ts';

/** Has the host `server` listen at port 7. @returns what it receives, in the order in which it comes. */
async function listen(simulation: Simulation): Promise<readonly string[]> {
  const received: string[] = [];
  await simulation.settle(
    simulation.host('server').environment.network.listen({
      host: '0.0.0.0',
      port: 7,
      onConnection: (connection) =>
        connection.start({ data: (chunk) => received.push(chunk.toString()), close: () => {} }),
    }),
  );
  return received;
}

describe('a host that is paused', () => {
  it('does what was due when it goes on, in order, and nothing that has been cancelled by then', async () => {
    const simulation = new Simulation(1);
    const host = simulation.host('a');
    const { timers, clock } = host.environment;
    const rung: string[] = [];
    timers.after(10, () => {
      rung.push('first');
      cancelled.cancel();
    });
    const cancelled = timers.after(20, () => rung.push('cancelled'));
    timers.after(30, () => rung.push(`last at ${Math.floor(clock.monotonicMs())}`));
    host.pause();
    await simulation.runFor(100);
    expect(rung).toEqual([]);
    host.resume();
    await simulation.runFor(1);
    expect(rung).toEqual(['first', 'last at 100']);
  });

  it('gets the bytes that have come meanwhile, on connections that have stayed', async () => {
    const simulation = new Simulation(2);
    const received = await listen(simulation);
    const connection = await simulation.settle(
      simulation.host('client').environment.network.connect({ host: 'server', port: 7 }),
    );
    connection.start({ data: () => {}, close: () => {} });
    simulation.host('server').pause();
    connection.write([Buffer.from('hello')]);
    await simulation.runFor(3_000);
    expect(received.join('')).toBe('');
    simulation.host('server').resume();
    await simulation.runFor(100);
    expect(received.join('')).toBe('hello');
  });

  it('does nothing at all when it is killed before it goes on', async () => {
    const simulation = new Simulation(3);
    const host = simulation.host('a');
    let rung = false;
    host.environment.timers.after(10, () => {
      rung = true;
    });
    host.pause();
    await simulation.runFor(50);
    host.kill();
    host.restart();
    host.resume();
    await simulation.runFor(50);
    expect(rung).toBe(false);
  });
});

describe('a wall clock', () => {
  it('jumps and drifts, for every process of its host, and the monotonic one does not', async () => {
    const simulation = new Simulation(4);
    const host = simulation.host('a');
    const startMs = host.environment.clock.nowMs();
    host.wallClock.jump(-60_000);
    await simulation.runFor(1_000);
    expect(host.environment.clock.nowMs() - startMs).toBe(-59_000);
    host.wallClock.drift(0.5);
    await simulation.runFor(1_000);
    host.wallClock.drift(0);
    host.kill();
    const { clock } = host.restart();
    await simulation.runFor(1_000);
    expect(clock.nowMs() - startMs).toBe(-56_500);
    expect(clock.monotonicMs()).toBe(3_000);
  });
});

describe('a disk', () => {
  it('that is slow holds up its whole process', async () => {
    const simulation = new Simulation(5);
    const host = simulation.host('a');
    const { disk, timers } = host.environment;
    host.medium.stall = { probability: 1, msMax: 500 };
    disk.makeDirectory('/data');
    host.medium.beQuick();
    let rungAtMs = 0;
    timers.after(1, () => {
      rungAtMs = simulation.nowMs;
    });
    await simulation.run(() => rungAtMs > 0);
    expect(rungAtMs).toBeGreaterThan(1.3);
  });

  it('that is damaged has another bit, or zeros in a sector, and nothing else', () => {
    const simulation = new Simulation(6);
    const { medium, environment } = simulation.host('a');
    const content = Buffer.alloc(2_000, 0xff);
    environment.disk.makeDirectory('/data', { durable: true });
    const kinds = new Set<string>();
    for (let round = 0; round < 20; round++) {
      environment.disk.replaceFile('/data/file', content);
      const data = medium.root.get('data');
      const file = data instanceof DirectoryNode ? data.get('file') : undefined;
      if (!(file instanceof FileNode)) throw new Error('the file is not there');
      const { what } = file.damage(medium.random);
      const now = environment.disk.readFile('/data/file');
      const changed = [...now.entries()].filter(([at, byte]) => byte !== content[at]);
      const isBit = what.includes('bit');
      kinds.add(isBit ? 'bit' : 'sector');
      if (isBit) expect(changed).toHaveLength(1);
      else expect(changed.every(([, byte]) => byte === 0) && changed.length <= 512).toBe(true);
    }
    expect(kinds.size).toBe(2);
  });
});

describe('a connection that is delayed', () => {
  it('is overtaken by another one', async () => {
    const simulation = new Simulation(7);
    const received = await listen(simulation);
    const connect = async (host: string) => {
      const connection = await simulation.settle(
        simulation.host(host).environment.network.connect({ host: 'server', port: 7 }),
      );
      connection.start({ data: () => {}, close: () => {} });
      return connection;
    };
    const [slow, quick] = [await connect('slow'), await connect('quick')];
    expect(simulation.network.delayConnection('slow', 500)).toBe(true);
    slow.write([Buffer.from('s')]);
    quick.write([Buffer.from('q')]);
    await simulation.runFor(1_000);
    expect(received.join('')).toBe('qs');
  });
});
