import type { Column, Dataset } from '../../core/dataset';
import { readRecord, transformRecord, type EventValues, type TransformedRecord } from '../../core/transform';
import { RECORD_BYTES } from '../delivery/batches';
import { readEvents } from '../trips/events-file';
import type { CheckDocument, RefusalReason } from './check-document';
import { limitOf, nearLimit, type Sizes } from './near-limit';
import { refusalKind } from './refusal-kind';
import { SampleError } from './sample';
import type { SampleFile } from './sample-file';
import { emptyText, tooLongText } from './sampled-events';

/**
 * Says how events fit a dataset: what its transform would do with them.
 * @throws SampleError EmptySample, UnreadableSample
 */
export async function checkEvents(
  dataset: Dataset,
  { name, chunks }: Extract<SampleFile, { format: 'events' }>,
  onProgress?: (rows: number) => void,
): Promise<CheckDocument> {
  const check = new EventsCheck(dataset);
  for await (const { line, bytes, data } of readEvents(chunks, { longest: RECORD_BYTES })) {
    if (data) check.add(data, line);
    else check.refuse('larger than a record of Firehose', null, 1, line, tooLongText(bytes));
    if (check.rows % ROWS_OF_PROGRESS === 0) onProgress?.(check.rows);
  }
  if (check.rows === 0) throw new SampleError('EmptySample', emptyText(name));
  return check.document(name);
}

const ROWS_OF_PROGRESS = 10_000;

class EventsCheck {
  rows = 0;
  private taken = 0;
  private readonly reasons = new Map<
    string,
    { -readonly [Member in keyof RefusalReason]: RefusalReason[Member] }
  >();
  private readonly unknown = new Map<string, number>();
  private readonly columns: readonly Column[];
  private readonly names: ReadonlySet<string>;
  private readonly filled = new Set<string>();
  private readonly sizes = new Map<string, Sizes>();

  constructor(private readonly dataset: Dataset) {
    const derived: readonly string[] = dataset.target.derive_in === 'transform' ? dataset.target.derive : [];
    this.columns = dataset.columns.filter((column) => !derived.includes(column.name));
    this.names = new Set(this.columns.map((column) => column.name));
  }

  add(data: Uint8Array, line: number): void {
    const transformed = transformRecord(this.dataset, data);
    if (transformed.accepted) {
      this.rows += transformed.events.length;
      this.taken += transformed.events.length;
      for (const attribute of transformed.unknown) this.countUnknown(attribute);
      for (const event of transformed.events) this.measure(event);
    } else this.addRefused(transformed, data, line);
  }

  refuse(reason: string, column: string | null, rows: number, at: number, text: string): void {
    this.rows += rows;
    const name = JSON.stringify([column, reason]);
    const known = this.reasons.get(name);
    if (known) known.rows += rows;
    else this.reasons.set(name, { reason, column, rows, example: { at, text } });
  }

  /** A record is refused as a whole. Its attributes count nevertheless. */
  private addRefused(
    refused: Extract<TransformedRecord, { accepted: false }>,
    data: Uint8Array,
    line: number,
  ): void {
    this.refuse(refusalKind(refused), refused.column ?? null, refused.documents, line, refused.reason);
    const record = readRecord(data);
    if ('reason' in record) return;
    for (const { attributes, names } of record.events) {
      for (const [name, value] of attributes) if (value.type !== 'null') this.filled.add(name);
      for (const name of names) if (!this.names.has(name.toLowerCase())) this.countUnknown(name);
    }
  }

  private countUnknown(attribute: string): void {
    this.unknown.set(attribute, (this.unknown.get(attribute) ?? 0) + 1);
  }

  private measure(event: EventValues): void {
    for (const { name, type } of this.columns) {
      const value = event[name];
      if (value === undefined) continue;
      this.filled.add(name);
      if (limitOf(type) === undefined) continue;
      const isText = type.kind === 'varchar' || type.kind === 'char';
      const size = isText ? Buffer.byteLength(String(value)) : Math.abs(Number(value));
      const known = this.sizes.get(name);
      if (known && size >= known.least && size <= known.most) continue;
      this.sizes.set(name, {
        least: Math.min(size, known?.least ?? size),
        most: Math.max(size, known?.most ?? size),
      });
    }
  }

  document(path: string): CheckDocument {
    const { dataset, rows, taken } = this;
    return {
      path,
      format: 'events',
      dataset: dataset.name,
      rows,
      taken,
      refused: rows - taken,
      reasons: [...this.reasons.values()].sort((left, right) => right.rows - left.rows),
      unknown: [...this.unknown]
        .map(([name, count]) => ({ name, rows: count }))
        .sort((a, b) => b.rows - a.rows),
      empty_columns: this.columns.map(({ name }) => name).filter((name) => !this.filled.has(name)),
      near_limits: this.columns
        .map((column) => nearLimit(column, this.sizes.get(column.name)))
        .filter((near) => near !== undefined),
      notes:
        dataset.source.stream === 'external'
          ? [
              'Another system writes the files of this dataset (source.stream: external). This is what a stream of it would take.',
            ]
          : [],
    };
  }
}
