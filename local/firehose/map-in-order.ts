/**
 * Maps a stream of values by an asynchronous function, up to `concurrency` calls at a time, and yields the results in the
 * values' order. The source is not read ahead of the calls.
 */
export async function* mapInOrder<From, To>(
  source: AsyncIterable<From>,
  concurrency: number,
  map: (value: From) => Promise<To>,
): AsyncGenerator<To> {
  const running: Promise<To>[] = [];
  try {
    for await (const value of source) {
      const result = map(value);
      // The consumer gets the error when it awaits the result. Until then the rejection counts as handled.
      result.catch(() => undefined);
      running.push(result);
      if (running.length === concurrency) yield await running.shift()!;
    }
    while (running.length > 0) yield await running.shift()!;
  } finally {
    await Promise.allSettled(running);
  }
}
