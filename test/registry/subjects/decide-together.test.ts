import { describe, expect, it } from 'vitest';
import {
  type Change,
  changeConfig,
  changeMode,
  type Decision,
  decideTogether,
  deleteSubject,
  deleteVersion,
  encodeRecord,
  type SchemaRegistry,
} from '../../../src/registry/index.ts';
import { RecordedRegistry, refusal, schemaRequest, wholeState } from './memory-registry.ts';

const never = () => false;

/** What each decision is answered, or refused with. */
function answersOf(registry: SchemaRegistry, decisions: readonly Decision<unknown>[]): unknown[] {
  return decideTogether(registry, decisions, never).map((outcome) =>
    outcome.isRefused
      ? refusal(() => {
          throw outcome.refusal;
        })
      : outcome.change.answer,
  );
}

const register =
  (subject: string, schema: string, more: Parameters<typeof schemaRequest>[0] = {}): Decision<unknown> =>
  (registry) =>
    registry.register(subject, schemaRequest({ schema, ...(typeof more === 'string' ? {} : more) }), {
      normalize: false,
    });

describe('changes that are decided together', () => {
  it('see those before them, and leave nothing behind', () => {
    const one = new RecordedRegistry();
    one.register('a', '"int"');
    const before = wholeState(one.registry);
    const answers = answersOf(one.registry, [
      register('a', '"long"'),
      register('b', '"long"'),
      register('a', '"string"'),
      (all) => deleteVersion(all, { subject: 'a', version: 1, isPermanent: false }),
      (all) => deleteVersion(all, { subject: 'a', version: 1, isPermanent: false }),
      (all) => changeConfig(all, 'b', new Map([['compatibility', 'NONE']])),
      register('b', '"string"'),
    ]);
    expect(answers).toEqual([
      2,
      2,
      expect.stringMatching(/^409 /),
      1,
      expect.stringMatching(/^40406 /),
      expect.objectContaining({ compatibilityLevel: 'NONE' }),
      3,
    ]);
    expect(wholeState(one.registry)).toEqual(before);
  });

  it('are left for the next time when it is enough', () => {
    const { registry } = new RecordedRegistry();
    const decisions = [register('a', '"int"'), register('b', '"int"'), register('c', '"int"')];
    expect(decideTogether(registry, decisions, (records) => records.length === 2)).toHaveLength(2);
    expect(decideTogether(registry, decisions, () => true)).toHaveLength(1);
  });

  it('are what they would be one after the other: random ones', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const pick = generator(seed);
    const [alone, together] = [new RecordedRegistry(), new RecordedRegistry()];
    for (let round = 0; round < 60; round++) {
      const decisions = Array.from({ length: 1 + pick(8) }, () => randomDecision(pick));
      const expected = decisions.map((decide) => {
        let answer: unknown;
        const refused = refusal(() => (answer = alone.record(decide(alone.registry))));
        return refused === 'not refused' ? answer : refused;
      });
      const before = wholeState(together.registry);
      const outcomes = decideTogether(together.registry, decisions, never);
      expect(wholeState(together.registry), `seed ${seed}`).toEqual(before);
      const answers = outcomes.map((outcome) =>
        outcome.isRefused
          ? refusal(() => {
              throw outcome.refusal;
            })
          : together.record(outcome.change),
      );
      expect(answers, `seed ${seed}`).toEqual(expected);
      expect(together.log, `seed ${seed}`).toEqual(alone.log);
      expect(wholeState(together.registry), `seed ${seed}`).toEqual(wholeState(alone.registry));
    }
    expect(together.log.length).toBeGreaterThan(50);
    expect(encodeRecord({ kind: 'NOOP' }).key.toString()).toBe('{"keytype":"NOOP","magic":0}');
  });
});

function randomDecision(pick: (below: number) => number): Decision<unknown> {
  const subject = `s${pick(3)}`;
  const version = 1 + pick(4);
  const isPermanent = pick(2) === 0;
  const mode = pick(4) === 0 ? 'READONLY' : 'READWRITE';
  const kinds: readonly (() => Decision<unknown>)[] = [
    () => register(subject, `{"type":"enum","name":"E${pick(6)}","symbols":["A"]}`),
    () => register(subject, ['"int"', '"long"', '"float"', '"double"'][pick(4)] ?? ''),
    () =>
      register(subject, `{"type":"record","name":"R${pick(3)}","fields":[{"name":"f","type":"E1"}]}`, {
        references: [{ name: 'E1', subject: `s${pick(3)}`, version }],
      }),
    () =>
      (all): Change<unknown> =>
        deleteVersion(all, { subject, version, isPermanent }),
    () =>
      (all): Change<unknown> =>
        deleteSubject(all, subject, { isPermanent }),
    () =>
      (all): Change<unknown> =>
        changeConfig(all, subject, new Map([['compatibility', 'NONE']])),
    () =>
      (all): Change<unknown> =>
        changeMode(all, subject, { mode, isForced: true }),
  ];
  return (kinds[pick(kinds.length)] ?? (() => register(subject, '"int"')))();
}

/** Numbers below a bound, the same for one seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}
