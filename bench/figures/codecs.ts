import { runApp } from '../harness/apps.ts';
import type { Figure } from '../harness/figure.ts';

const libraries = { AVRO: 'avsc', PROTOBUF: 'protobufjs' } as const;

/** Bids written and read by a serde of Streams, on one core, beside the library of the format used directly. */
export const codecFigures: readonly Figure[] = (['AVRO', 'PROTOBUF'] as const).flatMap((format) =>
  (['encode', 'decode'] as const).map((direction) => ({
    name: `${format} ${direction} beside ${libraries[format]}`,
    unit: 'records/s',
    bound: { atLeast: 0.9 },
    async prepare({ quick }) {
      const rounds = quick ? 10 : 50;
      const measure = (whose: string) => () => runApp('codecs', [format, direction, whose, rounds]);
      return {
        ours: { name: 'millrace', measure: measure('ours') },
        rival: { name: libraries[format], measure: measure('theirs') },
      };
    },
  })),
);
