import type { StoredSchema } from '../../registry/index.ts';
import { schemaEntity } from './entities.ts';

/** Bytes of bodies that are kept. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;

/** The bodies of schemas by id, as they are sent: clients ask for few of them, and each of them often. */
export class PreparedBodies {
  /** By the schema, which is another one when it changes; the one that was made last comes last. */
  readonly #kept = new Map<StoredSchema, Buffer>();
  #bytes = 0;

  of(stored: StoredSchema): Buffer {
    const kept = this.#kept.get(stored);
    if (kept !== undefined) return kept;
    const body = Buffer.from(JSON.stringify(schemaEntity(stored)));
    this.#kept.set(stored, body);
    this.#bytes += body.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= KEPT_BYTES_MAX) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
    return body;
  }
}
