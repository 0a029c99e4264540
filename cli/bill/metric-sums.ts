import type { GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';

/** The sums of metrics, by the ids of their queries. */
export interface MetricSums {
  /** By the start of the period, in seconds since 1970. A metric that could not be read whole is missing. */
  readonly sums: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** What CloudWatch says of them, for people. */
  readonly notes: readonly string[];
}

type Page = Pick<GetMetricDataCommandOutput, 'MetricDataResults' | 'Messages'>;

/**
 * Gathers the pages of GetMetricData. A metric has PartialData until its last page; with any status but Complete there, an
 * unknown part of it is missing. A metric that nobody writes is Complete, and empty.
 * Source: Amazon CloudWatch API Reference, "MetricDataResult".
 * @param ids of all queries.
 */
export async function metricSums(
  ids: readonly string[],
  pages: AsyncIterable<Page> | Iterable<Page>,
): Promise<MetricSums> {
  const sums = new Map<string, Map<number, number>>();
  const statuses = new Map<string, string>(ids.map((id) => [id, 'no answer']));
  const notes = new Set<string>();
  for await (const { MetricDataResults = [], Messages = [] } of pages) {
    for (const {
      Id = '',
      Timestamps = [],
      Values = [],
      StatusCode,
      Messages: own = [],
    } of MetricDataResults) {
      const ofId = sums.get(Id) ?? new Map<number, number>();
      Timestamps.forEach((at, index) => ofId.set(at.getTime() / 1_000, Values[index] ?? 0));
      sums.set(Id, ofId);
      statuses.set(Id, StatusCode ?? 'no status');
      for (const { Code, Value } of own) notes.add(`CloudWatch says of ${Id}: ${Code}: ${Value}`);
    }
    for (const { Code, Value } of Messages) notes.add(`CloudWatch says: ${Code}: ${Value}`);
  }
  for (const [id, status] of statuses) {
    if (status === 'Complete') continue;
    sums.delete(id);
    notes.add(`CloudWatch could not answer the metric ${id} whole (${status}).`);
  }
  return { sums, notes: [...notes] };
}
