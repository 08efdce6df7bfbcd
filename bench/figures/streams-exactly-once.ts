import { kafkaStreams, ours } from '../harness/contenders.ts';
import type { Contender, Figure } from '../harness/figure.ts';
import type { Input } from '../harness/inputs.ts';

/** A count of 10,000 keys that is committed every 100 ms, exactly once. */
function figure(
  name: string,
  { atLeast, rival }: { readonly atLeast: number; readonly rival: (input: Input) => Contender },
): Figure {
  return {
    name,
    unit: 'records/s',
    bound: { atLeast },
    async prepare({ quick }) {
      const input: Input = { kind: 'text', records: quick ? 500_000 : 2_000_000, keys: 10_000 };
      return {
        ours: ours('streams', 'millrace', { mode: 'count-exactly-once', input }),
        rival: rival(input),
      };
    },
  };
}

export const streamsExactlyOnce: readonly Figure[] = [
  figure('Streams count, exactly once', {
    atLeast: 1.3,
    rival: (input) => kafkaStreams({ mode: 'count-exactly-once', input }),
  }),
  figure('Streams count, exactly once over at least once', {
    atLeast: 0.85,
    rival: (input) => ours('streams', 'at least once', { mode: 'count-often-committed', input }),
  }),
];
