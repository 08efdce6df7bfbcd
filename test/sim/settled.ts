/** Whether a promise has been settled, for who may not wait for it: the world goes on by other steps. */
export function watched(promise: Promise<unknown>): () => boolean {
  let isSettled = false;
  const mark = (): void => {
    isSettled = true;
  };
  promise.then(mark, mark);
  return () => isSettled;
}
