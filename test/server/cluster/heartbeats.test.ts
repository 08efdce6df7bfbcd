import { expect, it } from 'vitest';
import { Heartbeats } from '../../../src/server/cluster/heartbeats.ts';
import { VirtualTime } from '../../broker/quorum/virtual-time.ts';

const SELF = 'a:1';
const settings = {
  sendIntervalMs: 100,
  checkIntervalMs: 200,
  windowMs: 2_000,
  missedThreshold: 3,
  discoverIntervalMs: 2_000,
};

function heartbeatsOf(hosts: () => readonly string[]): {
  readonly time: VirtualTime;
  readonly heartbeats: Heartbeats;
  readonly sent: string[];
} {
  const time = new VirtualTime();
  const sent: string[] = [];
  const heartbeats = new Heartbeats({
    ...{ self: SELF, settings, environment: { clock: time, timers: time } },
    discover: async () => hosts(),
    send: (host) => void sent.push(host),
  });
  return { time, heartbeats, sent };
}

it('counts a server as alive that was discovered just now, and one that is not known as well', async () => {
  const { heartbeats } = heartbeatsOf(() => [SELF, 'b:1']);
  await heartbeats.discover();
  expect(heartbeats.statusOf('b:1')).toMatchObject({ isAlive: true });
  expect(heartbeats.statusOf('c:1')).toBeUndefined();
  expect(heartbeats.others).toEqual(['b:1']);
});

it('takes one for dead after as many missed heartbeats as the threshold says, and for alive again with the next', async () => {
  const { time, heartbeats } = heartbeatsOf(() => ['b:1']);
  await heartbeats.discover();
  heartbeats.receive('b:1');
  await time.run(300);
  heartbeats.check();
  expect(heartbeats.statusOf('b:1')?.isAlive).toBe(true);
  await time.run(1);
  heartbeats.check();
  expect(heartbeats.statusOf('b:1')?.isAlive).toBe(false);
  heartbeats.receive('b:1');
  heartbeats.check();
  expect(heartbeats.statusOf('b:1')?.isAlive).toBe(true);
});

it('remembers when it has last heard of a server that says nothing, and never doubts itself', async () => {
  const { time, heartbeats } = heartbeatsOf(() => [SELF, 'b:1']);
  await heartbeats.discover();
  heartbeats.check();
  const heardMs = heartbeats.statusOf('b:1')?.lastStatusUpdateMs;
  await time.run(10_000);
  heartbeats.check();
  expect(heartbeats.statusOf('b:1')).toEqual({ isAlive: false, lastStatusUpdateMs: heardMs });
  expect(heartbeats.statusOf(SELF)?.isAlive).toBe(true);
});

it('discovers, sends to the living and the dead alike, and stops when it is closed', async () => {
  const hosts = [SELF];
  const { time, heartbeats, sent } = heartbeatsOf(() => hosts);
  heartbeats.start();
  hosts.push('b:1');
  await time.run(2_000);
  expect(heartbeats.others).toEqual(['b:1']);
  await time.run(1_000);
  expect(heartbeats.others).toEqual([]);
  const before = sent.length;
  expect(new Set(sent)).toEqual(new Set(['b:1']));
  await time.run(1_000);
  expect(sent.length).toBe(before + 10);
  heartbeats.close();
  await time.run(1_000);
  expect(sent.length).toBe(before + 10);
});
