/** Bytes that are not what the format says, or a value that the format cannot hold: the record is at fault. */
export class SerdeError extends Error {
  override readonly name = 'SerdeError';
}
