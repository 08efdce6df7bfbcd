import { OperationalError } from '../../src/base/errors.ts';

/** Thrown when the bytes of a segment are not what was written: the file and the byte where the first wrong batch begins. */
export class SegmentDamage extends OperationalError {
  readonly path: string;
  readonly position: number;

  constructor(path: string, position: number) {
    super('CORRUPT_LOG', `${path} is damaged at byte ${position}: there is no batch as it was written`, {
      retriable: false,
    });
    this.path = path;
    this.position = position;
  }
}
