import { DiagnosticError, type SourceSpan } from '../../base/errors.ts';
import type { CaseHost } from './case-host.ts';

/** What a script compares and whom its records reach: one that compares nothing would pass whatever the engine does. */
export class ScriptChecks {
  readonly #host: CaseHost;
  /** Where a topic was first written to. */
  readonly #writtenAt = new Map<string, SourceSpan>();
  #count = 0;

  constructor(host: CaseHost) {
    this.#host = host;
  }

  /** Something was compared. */
  count(): void {
    this.#count += 1;
  }

  /** Called after each statement and record of the script. */
  wroteAt(span: SourceSpan): void {
    for (const topic of this.#host.unreadTopics) {
      if (!this.#writtenAt.has(topic)) this.#writtenAt.set(topic, span);
    }
  }

  /** @throws {DiagnosticError} where nothing was compared, or nobody has read what was written; `missing`: what could compare. */
  finish(missing: string): void {
    if (this.#count === 0) throw new DiagnosticError({ message: `nothing is tested: it has no ${missing}` });
    const [topic] = this.#host.unreadTopics;
    if (topic === undefined) return;
    const span = this.#writtenAt.get(topic);
    throw new DiagnosticError({
      message: `nothing reads what is written to the topic ${topic}`,
      ...(span === undefined ? {} : { span }),
    });
  }
}
