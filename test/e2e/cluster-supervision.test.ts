import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { type Facts, Millrace, type MillraceProcess, sleep } from './millrace-process.ts';

const millrace = new Millrace();
afterAll(() => millrace.close());

const start = (data: string, size = 1): MillraceProcess =>
  millrace.spawn([
    'start',
    '--cluster',
    `${size}`,
    '--no-sql',
    '--json',
    '--kafka-port',
    '0',
    '--data',
    data,
  ]);

interface Status {
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
}

async function cluster(data: string, ...args: string[]): Promise<Status> {
  const { code, text } = await millrace.run(['cluster', ...args, '--json', '--data', data]);
  if (code !== 0) throw new Error(text);
  return JSON.parse(text) as Status;
}

// Most of it is waiting: for a broker that is started again, for a quorum, for replicas.
describe.concurrent('start --cluster', () => {
  it('says that a broker has died, and starts it again where it was', async () => {
    const data = path.join(millrace.folder(), 'data');
    const supervisor = start(data);
    const { brokers = [], pids = [] } = await supervisor.facts();
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await supervisor.waitFor(/broker 1 has died \(SIGKILL\): it is started again in 1 s/);
    await supervisor.waitFor(/broker 1 runs again, as process \d+/);
    const running = await cluster(data, 'status');
    expect(running).toMatchObject({ state: 'running', restarts: 1 });
    expect(running.pid).not.toBe(pids[0]);
    // It serves where it did before.
    const admin = new Admin({ bootstrapServers: brokers.join() });
    expect((await admin.describeCluster()).nodes).toHaveLength(1);
    await admin.close();
    expect((await supervisor.stop('SIGHUP')).code).toBe(0);
  });

  it('stops and starts a broker when it is asked to', async () => {
    const data = path.join(millrace.folder(), 'data');
    const supervisor = start(data);
    await supervisor.facts();
    expect(await cluster(data, 'stop', '1')).toMatchObject({ state: 'stopped', pid: null });
    expect(await cluster(data, 'start', '1')).toMatchObject({ state: 'running', restarts: 0 });
    expect(await cluster(data, 'restart', '1')).toMatchObject({ state: 'running' });
    await expect(cluster(data, 'stop', '7')).rejects.toThrow('there is no broker 7; there are 1 to 1');
    expect((await supervisor.stop()).code).toBe(0);
    await expect(cluster(data, 'status')).rejects.toThrow('no cluster runs on');
  });

  it('leaves no broker behind when it is killed, and the next one waits for those that still end', async () => {
    const data = path.join(millrace.folder(), 'data');
    const first = start(data);
    const { pids = [] } = await first.facts();
    const layout = fs.readFileSync(path.join(data, 'cluster.json'), 'utf8');
    // A broker that is stopped cannot notice; the lock of its folder is its own.
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    // The broker holds its output open, so its end is not waited for.
    process.kill(first.pid, 'SIGKILL');
    const second = start(data);
    await second.waitFor(new RegExp(`in use by process ${pids[0]}.*waiting for it to end`));
    process.kill(pids[0] ?? 0, 'SIGCONT');
    await second.facts();
    expect(isRunning(pids[0] ?? 0)).toBe(false);
    expect(fs.readFileSync(path.join(data, 'cluster.json'), 'utf8')).toBe(layout);
    const third = await start(data).ended;
    expect(third.code).toBe(1);
    expect(third.text).toContain(`in use by process ${second.pid}`);
    expect((await second.stop('SIGTERM')).code).toBe(0);
  });

  it('refuses the folder of a single broker, a cluster of another size, and a single broker on its own', async () => {
    const data = path.join(millrace.folder(), 'data');
    const supervisor = start(data);
    await supervisor.facts();
    await supervisor.stop();
    const single = await millrace.run(['start', '--no-sql', '--kafka-port', '0', '--data', data]);
    expect(single.code).toBe(1);
    expect(single.text).toContain('holds a cluster of 1 brokers, not a single one');
    const larger = await millrace.run(['start', '--cluster', '3', '--kafka-port', '0', '--data', data]);
    expect(larger.code).toBe(1);
    expect(larger.text).toContain('holds a cluster of 1 brokers, not of 3');
    const { process: broker, facts } = await millrace.startBroker();
    await broker.stop();
    const turned = await millrace.run(['start', '--cluster', '1', '--kafka-port', '0', '--data', facts.data]);
    expect(turned.code).toBe(1);
    expect(turned.text).toContain('holds a single broker, not a cluster');
  });

  it('says that the quorum has no majority, does not take it unasked, and starts all again', async () => {
    const data = path.join(millrace.folder(), 'data');
    const supervisor = start(data, 3);
    const { brokers = [] } = await supervisor.facts();
    const admin = new Admin({ bootstrapServers: brokers.join() });
    await admin.createTopics([{ name: 't', partitions: 3, replicationFactor: 3 }]);
    await admin.close();
    const ask = (...args: string[]) => millrace.run(['cluster', ...args, '--data', data]);
    const status = async (pattern: RegExp): Promise<string> => {
      for (;;) {
        const { text } = await ask('status');
        if (pattern.test(text)) return text;
        await sleep(100);
      }
    };
    await status(/^all replicas are in sync, of \d+ partitions$/m);
    expect((await ask('stop', '1')).code).toBe(0);
    await status(/^replicas are not in sync of \d+ of \d+ partitions: .*t-0/m);
    for (const action of ['stop', 'restart']) {
      const refused = await ask(action, '2');
      expect(refused.text).toMatch(/without broker 2 the quorum has no majority: 1 of 3 .*--force/);
      expect(refused.code).toBe(1);
    }
    const forced = await ask('stop', '2', '--force');
    expect(forced.text).toMatch(
      /no majority: 1 of 3 brokers are there, and 2 have to be.*start brokers 1 or 2/,
    );
    await ask('stop', '3');
    const alone = await ask('start', '1');
    expect(alone.text).toMatch(
      /no majority: 1 of 3 brokers are there, and 2 have to be.*start brokers 2 or 3/,
    );
    // It starts, and serves only when another one has come: no script is to take that for done.
    expect(alone.code).toBe(3);
    const all = await ask('start');
    expect(all.code).toBe(0);
    expect(all.text).not.toMatch(/majority/);
    await status(/^all replicas are in sync, of \d+ partitions$/m);
    expect((await supervisor.stop()).code).toBe(0);
  });

  it('says that it runs when all partitions have leaders', async () => {
    const data = path.join(millrace.folder(), 'data');
    const first = start(data, 2);
    const during = async <T>({ brokers = [] }: Facts, use: (admin: Admin) => Promise<T>): Promise<T> => {
      const admin = new Admin({ bootstrapServers: brokers.join() });
      try {
        return await use(admin);
      } finally {
        await admin.close();
      }
    };
    await during(await first.facts(), (admin) => admin.createTopics([{ name: 't', partitions: 200 }]));
    await first.stop();
    const second = start(data, 2);
    const [topic] = await during(await second.facts(), (admin) => admin.describeTopics(['t']));
    expect(topic?.partitions.filter(({ leader }) => leader < 0)).toEqual([]);
    expect(topic?.partitions).toHaveLength(200);
    await second.stop();
  });

  it('ends at once at the second signal', async () => {
    const { process: broker } = await millrace.startBroker();
    // Stopped, so that both signals are there when it goes on.
    process.kill(broker.pid, 'SIGSTOP');
    while (isRunning(broker.pid) && !isStopped(broker.pid)) await sleep(1);
    process.kill(broker.pid, 'SIGTERM');
    process.kill(broker.pid, 'SIGINT');
    process.kill(broker.pid, 'SIGCONT');
    expect([130, 143]).toContain((await broker.ended).code);
  });
});

/** A process that has ended and that nobody has asked for its exit status is still listed, as a zombie. */
const isRunning = (pid: number): boolean => /^State:\s+[^Z]/m.test(statusOf(pid));

const isStopped = (pid: number): boolean => /^State:\s+T/m.test(statusOf(pid));

function statusOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
