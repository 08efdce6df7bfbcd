import { readUnsignedVarint, unsignedVarintSize, writeUnsignedVarint } from './varint.ts';
import { madeBy } from '../portable.ts';
import type { Serde } from '../serde.ts';
import { preparationWithin } from '../serde-within.ts';
import { SerdeError } from '../serdes.ts';
import { Change } from '../change.ts';

const OLD_ONLY = 0;
const NEW_ONLY = 1;
const BOTH = 2;

/**
 * Changes on the repartition topic of a table aggregation, in Kafka Streams' format: the data, then a flag byte:
 * 0 for an old value, 1 for a new one, 2 for both (the length of the new one as an unsigned varint, new, old).
 */
export function changeSerde<V>(serde: Serde<V>): Serde<Change<V>> {
  const made: Serde<Change<V>> = {
    serialize(topic, change, headers) {
      const oldBytes = change.oldValue == null ? null : serde.serialize(topic, change.oldValue, headers);
      const newBytes = change.newValue == null ? null : serde.serialize(topic, change.newValue, headers);
      if (oldBytes && newBytes) {
        const prefix = unsignedVarintSize(newBytes.length);
        const bytes = Buffer.allocUnsafe(prefix + newBytes.length + oldBytes.length + 1);
        writeUnsignedVarint(bytes, 0, newBytes.length);
        newBytes.copy(bytes, prefix);
        oldBytes.copy(bytes, prefix + newBytes.length);
        bytes[bytes.length - 1] = BOTH;
        return bytes;
      }
      const data = newBytes ?? oldBytes;
      if (!data) throw new SerdeError('both old and new values are null in a change');
      return Buffer.concat([data, Buffer.of(newBytes ? NEW_ONLY : OLD_ONLY)]);
    },

    deserialize(topic, bytes, headers) {
      const end = bytes.length - 1;
      const data = bytes.subarray(0, end);
      switch (bytes[end]) {
        case OLD_ONLY:
          return new Change<V>(null, serde.deserialize(topic, data, headers));
        case NEW_ONLY:
          return new Change<V>(serde.deserialize(topic, data, headers), null);
        case BOTH: {
          const { value: length, size } = readUnsignedVarint(data, 0);
          return new Change<V>(
            serde.deserialize(topic, data.subarray(size, size + length), headers),
            serde.deserialize(topic, data.subarray(size + length), headers),
          );
        }
        default:
          throw new SerdeError(`a change with the unknown flag ${bytes[end]}`);
      }
    },
  };
  return madeBy('changeSerde', [serde], Object.assign(made, preparationWithin(serde, valuesIn)));
}

/** The bytes of the values of a change. */
function valuesIn(bytes: Buffer): readonly Buffer[] {
  const data = bytes.subarray(0, bytes.length - 1);
  if (bytes.at(-1) !== BOTH) return [data];
  const { value: length, size } = readUnsignedVarint(data, 0);
  return [data.subarray(size, size + length), data.subarray(size + length)];
}
