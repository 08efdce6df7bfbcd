/**
 * Begins to read rows, so that what is wrong at once is an error now, and goes on with them as they are asked for.
 * @param failed what an error is for whoever reads.
 */
export async function begun<T>(
  rows: AsyncGenerator<T, void>,
  failed: (error: unknown) => unknown,
): Promise<AsyncIterable<T>> {
  const next = (): Promise<IteratorResult<T, void>> =>
    rows.next().catch((error: unknown) => {
      throw failed(error);
    });
  const first = await next();
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (let result = first; result.done !== true; result = await next()) yield result.value;
      } finally {
        await rows.return();
      }
    },
  };
}

/** Rows that may be at hand, for those who read them as they are asked for. */
export async function* oneByOne<T>(pages: AsyncIterable<T> | readonly T[]): AsyncGenerator<T, void> {
  yield* pages;
}
