/** Labs of one process run one after the other: they share its event loop. */
let last: Promise<unknown> = Promise.resolve();

/** Runs `task` when those before it are done. */
export function inTurn<T>(task: () => Promise<T>): Promise<T> {
  const result = last.then(task, task);
  last = result.catch(() => undefined);
  return result;
}
