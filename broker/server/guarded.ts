/** Wraps work, such as a callback, so that what it throws comes to `onError` in the place of whoever calls it. */
export function guarded<T extends readonly unknown[]>(
  work: (...args: T) => void,
  onError: (error: unknown) => void,
): (...args: T) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      onError(error);
    }
  };
}
