/** Stands between two values of a source that lets wait. */
export const PAUSE = Symbol('pause');

/** Yields the values of a source, and a pause whenever it lets wait for the next one for so many milliseconds. */
export async function* withPauses<Value>(
  source: AsyncIterable<Value>,
  milliseconds: number,
): AsyncGenerator<Value | typeof PAUSE> {
  const iterator = source[Symbol.asyncIterator]();
  let isWaiting = false;
  try {
    for (;;) {
      isWaiting = true;
      const next = iterator.next();
      const first = await Promise.race([next, pauseAfter(milliseconds, next)]);
      if (first === PAUSE) yield PAUSE;
      const result = first === PAUSE ? await next : first;
      isWaiting = false;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    const closing = iterator.return?.();
    // A source that lets wait may do so for ever.
    if (isWaiting) closing?.catch(() => undefined);
    else await closing;
  }
}

/** @param next clears the timer. */
function pauseAfter(milliseconds: number, next: Promise<unknown>): Promise<typeof PAUSE> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(PAUSE), milliseconds);
    const clear = () => clearTimeout(timer);
    next.then(clear, clear);
  });
}
