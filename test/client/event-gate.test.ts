import { expect, it } from 'vitest';
import { LoopTurns } from '../../src/base/loop-turns.ts';
import { nodeEnvironment as environment } from '../../src/client/index.ts';
import { EventGate } from '../../src/client/consumer/event-gate.ts';

const NEVER_MS = 1_000_000;

it('of many that one event wakes each goes on in a turn of its own, and others come in between', async () => {
  const turns = new LoopTurns(environment.timers);
  const order: string[] = [];
  const gates = ['first', 'second', 'third'].map((name) => ({
    name,
    gate: new EventGate(environment, turns),
  }));
  const going = gates.map(async ({ name, gate }) => {
    await gate.wait(NEVER_MS, gate.events);
    order.push(name);
    // Neither do the polls that come next.
    const before = gate.events;
    gate.notify();
    await gate.wait(NEVER_MS, before);
    order.push(`${name} again`);
  });
  for (const { gate } of gates) gate.notify();
  for (let turn = 1; turn <= 3; turn++) {
    await new Promise<void>((resolve) => environment.timers.defer(resolve));
    order.push(`turn ${turn}`);
  }
  await Promise.all(going);
  expect(order.slice(0, 6)).toEqual(['first', 'turn 1', 'second', 'turn 2', 'third', 'turn 3']);
  expect(order.slice(6)).toEqual(['first again', 'second again', 'third again']);
});

it('one that has the event loop for itself goes on at once', async () => {
  const gate = new EventGate(environment);
  const order: string[] = [];
  const going = gate.wait(NEVER_MS, gate.events).then(() => order.push('woken'));
  environment.timers.defer(() => order.push('turn'));
  gate.notify();
  await going;
  expect(order).toEqual(['woken']);
});
