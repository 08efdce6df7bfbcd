import { describe, expect, it } from 'vitest';
import type { Connection, Environment } from '../../src/base/environment.ts';
import { seedsOf, simulate, Simulation } from './simulation.ts';

/** A server that answers every byte with the same byte. */
async function echoServer(environment: Environment): Promise<void> {
  await environment.network.listen({
    host: '0.0.0.0',
    port: 7,
    onConnection: (connection) =>
      connection.start({ data: (chunk) => void connection.write([chunk]), close: () => {} }),
  });
}

interface Exchange {
  readonly connection: Connection;
  received: string;
  closed: boolean;
  error: Error | undefined;
}

async function dial(environment: Environment, host: string, timeoutMs = 5_000): Promise<Exchange> {
  const connection = await environment.network.connect({ host, port: 7, timeoutMs });
  const exchange: Exchange = { connection, received: '', closed: false, error: undefined };
  connection.start({
    data: (chunk) => {
      exchange.received += chunk.toString();
    },
    close: (error) => {
      exchange.closed = true;
      exchange.error = error;
    },
  });
  return exchange;
}

async function chatter(simulation: Simulation): Promise<string> {
  const server = simulation.host('server');
  const client = simulation.host('client');
  simulation.network.conditions.lossProbability = 0.1;
  await simulation.settle(echoServer(server.environment));
  const exchange = await simulation.settle(dial(client.environment, 'server'));
  let sent = '';
  for (let i = 0; i < 30; i++) {
    const text = `message ${i} ${'x'.repeat(simulation.random.int(3_000))};`;
    sent += text;
    exchange.connection.write([Buffer.from(text)]);
    await simulation.runFor(simulation.random.int(20));
  }
  await simulation.run(() => exchange.received.length === sent.length);
  expect(exchange.received).toBe(sent);
  return simulation.trace.hash;
}

describe('Simulation', () => {
  it('gives every part a random stream of its own, whatever the others draw', async () => {
    const drawn = async (isGreedy: boolean): Promise<readonly unknown[]> => {
      const simulation = new Simulation(7);
      const greedy = simulation.host('greedy').environment;
      if (isGreedy) {
        simulation.stream('greedy').bytes(100);
        greedy.random.bytes(100);
        greedy.timers.after(1, () => {});
        await simulation.settle(greedy.network.connect({ host: 'nowhere', port: 7 }).catch(() => {}));
        greedy.disk.makeDirectory('/data');
        await simulation.settle(greedy.disk.syncDirectory('/data'));
      }
      const modest = simulation.host('modest');
      const { random, timers, disk } = modest.environment;
      const startMs = simulation.nowMs;
      await simulation.settle(timers.sleep(1));
      const sleptMs = simulation.nowMs - startMs;
      await simulation.settle(disk.syncDirectory('/'));
      const syncedMs = simulation.nowMs - startMs - sleptMs;
      const times = [sleptMs, syncedMs].map((ms) => ms.toFixed(6));
      return [random.float(), simulation.stream('modest').float(), modest.medium.random.float(), ...times];
    };
    expect(await drawn(true)).toEqual(await drawn(false));
    const first = (name: string): number => new Simulation(7).stream(name).float();
    expect(first('a')).not.toBe(first('b'));
  });

  it('goes on with a random stream that is asked for again', () => {
    const simulation = new Simulation(7);
    const draws = Array.from({ length: 3 }, () => simulation.stream('one').int(1_000_000));
    expect(new Set(draws).size).toBe(3);
    expect(new Simulation(7).stream('one').int(1_000_000)).toBe(draws[0]);
  });

  it('gives the same run for the same seed and another one for another seed', async () => {
    for (const seed of seedsOf(5)) {
      const first = await chatter(new Simulation(seed));
      expect(await chatter(new Simulation(seed))).toBe(first);
      expect(await chatter(new Simulation(seed + 1_000))).not.toBe(first);
    }
  });

  it('lets promises run to their end between two events, however long their chain is', async () => {
    const simulation = new Simulation(1);
    const { timers } = simulation.host('a').environment;
    let depth = 0;
    timers.after(10, () => {
      void (async () => {
        for (; depth < 5_000; depth++) await Promise.resolve();
      })();
    });
    let seen = -1;
    timers.after(11, () => {
      seen = depth;
    });
    await simulation.runFor(20);
    expect(seen).toBe(5_000);
  });

  it('tells connection refused, unknown hosts and silence apart', async () => {
    const simulation = new Simulation(2);
    const client = simulation.host('client').environment;
    simulation.host('server');
    const codeOf = (host: string): Promise<string> =>
      simulation.settle(
        dial(client, host).then(
          () => 'CONNECTED',
          (error: { readonly code: string }) => error.code,
        ),
      );
    expect(await codeOf('server')).toBe('CONNECTION_REFUSED');
    expect(await codeOf('nowhere')).toBe('HOST_NOT_FOUND');
    simulation.network.partition('client', 'server');
    expect(await codeOf('server')).toBe('TIMED_OUT');
    simulation.network.healAll();
    await simulation.settle(echoServer(simulation.host('server').environment));
    expect(await codeOf('server')).toBe('CONNECTED');
  });

  it('holds bytes back during a partition, delivers them after it and breaks the connection when it lasts', async () => {
    const simulation = new Simulation(3);
    await simulation.settle(echoServer(simulation.host('server').environment));
    const exchange = await simulation.settle(dial(simulation.host('client').environment, 'server'));
    simulation.network.partition('client', 'server');
    exchange.connection.write([Buffer.from('hello')]);
    await simulation.runFor(3_000);
    expect(exchange.received).toBe('');
    simulation.network.heal('client', 'server');
    await simulation.runFor(6_000);
    expect(exchange.received).toBe('hello');
    simulation.network.partition('client', 'server');
    exchange.connection.write([Buffer.from('lost')]);
    await simulation.runFor(60_000);
    expect(exchange).toMatchObject({ closed: true, received: 'hello', error: { code: 'TIMED_OUT' } });
  });

  it('resets connections when a process is killed and leaves them half open when the power goes', async () => {
    const simulation = new Simulation(4);
    const server = simulation.host('server');
    const client = simulation.host('client').environment;
    await simulation.settle(echoServer(server.environment));
    const first = await simulation.settle(dial(client, 'server'));
    server.kill();
    await simulation.runFor(100);
    expect(first).toMatchObject({ closed: true, error: { code: 'CONNECTION_RESET' } });
    // The machine is there still, and says that nobody listens.
    await expect(simulation.settle(dial(client, 'server'))).rejects.toMatchObject({
      code: 'CONNECTION_REFUSED',
    });

    await simulation.settle(echoServer(server.restart()));
    const second = await simulation.settle(dial(client, 'server'));
    server.crash();
    await simulation.runFor(30_000);
    expect(second.closed).toBe(false);
    await expect(simulation.settle(dial(client, 'server'))).rejects.toMatchObject({ code: 'TIMED_OUT' });
    server.restart();
    second.connection.write([Buffer.from('anybody there?')]);
    await simulation.runFor(1_000);
    expect(second).toMatchObject({ closed: true, error: { code: 'CONNECTION_RESET' } });
  });

  it('stops a dead process: no timer fires, no promise resolves, its disk refuses', async () => {
    const simulation = new Simulation(5);
    const host = simulation.host('a');
    const { environment } = host;
    const seen: string[] = [];
    environment.timers.after(10, () => seen.push('timer'));
    void environment.timers.sleep(10).then(() => seen.push('sleep'));
    host.kill();
    await simulation.runFor(100);
    expect(seen).toEqual([]);
    expect(() => environment.disk.exists('/x')).toThrow(/the process is gone/);
    expect(host.isUp).toBe(false);
  });

  it('keeps what was synced over a power loss and any beginning of what was not', async () => {
    const lengths = new Set<number>();
    for (const seed of seedsOf(60)) {
      await simulate(seed, import.meta.url, async (simulation) => {
        const host = simulation.host('a');
        const { disk } = host.environment;
        disk.makeDirectory('/data');
        const file = disk.open('/data/file', 'create');
        file.write([Buffer.from('synced;')], 0);
        await simulation.settle(file.sync());
        await simulation.settle(disk.syncDirectory('/'));
        await simulation.settle(disk.syncDirectory('/data'));
        file.write([Buffer.from('not synced')], 7);
        disk.open('/data/other', 'create').write([Buffer.from('x')], 0);
        host.crash();
        const content = host.restart().disk.readFile('/data/file').toString();
        expect(content.startsWith('synced;')).toBe(true);
        lengths.add(content.length);
      });
    }
    if (seedsOf(60).length > 1) expect(lengths.size).toBeGreaterThan(3);
  });

  it('replaces files so that a power loss leaves the old or the new, at whatever operation it comes', async () => {
    const simulation = new Simulation(6);
    const host = simulation.host('a');
    host.environment.disk.replaceFile('/file', Buffer.from('old'));
    const seen = new Set<string>();
    for (let operation = 1; operation <= 6; operation++) {
      for (let attempt = 0; attempt < 20; attempt++) {
        host.environment.disk.replaceFile('/file', Buffer.from('old'));
        host.medium.crashAfter = operation;
        try {
          host.environment.disk.replaceFile('/file', Buffer.from('new'));
        } catch {
          // The power went on the way.
        }
        host.medium.crashAfter = 0;
        if (host.isUp) host.crash();
        seen.add(host.restart().disk.readFile('/file').toString());
      }
    }
    expect([...seen].toSorted()).toEqual(['new', 'old']);
  });

  it('prints seed, command and the last events when a run fails', async () => {
    const failing = simulate(42, import.meta.url, async (simulation) => {
      simulation.host('a');
      simulation.note('about to fail');
      await simulation.runFor(1);
      throw new Error('an invariant is broken');
    });
    await expect(failing).rejects.toThrow(
      /an invariant is broken[^]*SIM_SEED=42 npx vitest run test\/sim\/simulation.test.ts[^]*about to fail/,
    );
  });
});
