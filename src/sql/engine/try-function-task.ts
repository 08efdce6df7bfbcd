import type { WorkerTask } from '../../base/environment.ts';
import type { AggregateMethod, UserFunctionRecord } from '../functions/user/function-record.ts';
import { loadQuickJs } from '../functions/user/io/quickjs.ts';
import { type SandboxLimits, SourceError } from '../functions/user/sandbox.ts';
import { trySource } from '../functions/user/sandboxes.ts';

interface TryInput {
  /** Absent: the thread only gets ready. */
  readonly record?: UserFunctionRecord;
  readonly limits: SandboxLimits;
}

/** What keeps the source from being used, or the methods that it has. */
type TryOutput = { readonly failure: string } | { readonly methods: readonly AggregateMethod[] };

/** Tries the source of a function beside the event loop. */
export const task: WorkerTask<TryInput, TryOutput> = {
  module: import.meta.url,
  async run({ record, limits }) {
    await loadQuickJs();
    if (record === undefined) return { methods: [] };
    try {
      return { methods: trySource(record, limits) };
    } catch (error) {
      if (error instanceof SourceError) return { failure: error.message };
      throw error;
    }
  },
};
