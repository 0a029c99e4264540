import { redshiftType, type ColumnType } from '../../../core/column-types';
import type { Column } from '../../../core/dataset';
import { parquetTypeText, redshiftTypeOf } from '../../../core/parquet-types';
import { NotTried, verdict, type Need, type Probe } from '../probe';
import { streamedFiles, STREAMED_COSTS, type Streamed } from '../streamed';

/**
 * What Firehose wrote for events that were sent anyway. An event of a probe would come into the target: the only stream of a
 * stage is its dataset's.
 */
const NEEDS: readonly Need[] = ['warehouse', 'copy', 'stream'];

interface Kind {
  readonly type: ColumnType['kind'];
  /** Whether Firehose writes it because the dataset has native_types; undefined if that makes no difference. */
  readonly native?: boolean;
  readonly written: ColumnType['kind'];
}

/** See glueType in core/column-types.ts. */
const KINDS: readonly Kind[] = [
  { type: 'decimal', native: false, written: 'varchar' },
  { type: 'decimal', native: true, written: 'decimal' },
  { type: 'smallint', native: false, written: 'integer' },
  { type: 'smallint', native: true, written: 'smallint' },
  { type: 'date', written: 'date' },
  { type: 'timestamp', written: 'timestamp' },
];

/** What is seen of a column that has values, and whether it is as assumed; undefined: its file says nothing of it. */
function seenOf({ name: column, required }: Column, { name, footer, copied }: Streamed, { written }: Kind) {
  const field = footer.fields.find((each) => each.name.toLowerCase() === column);
  if (!field || field.has_only_nulls) return undefined;
  const loaded = redshiftTypeOf(field);
  const type = `${column} is ${parquetTypeText(field)}, which COPY loads into ${loaded ? redshiftType(loaded) : 'nothing'} (${name}, written by ${footer.createdBy ?? 'nobody known'})`;
  if ('refused' in copied) {
    if (copied.column !== column) return undefined;
    return { holds: false, text: `${type}; the file is not loaded: ${copied.refused}` };
  }
  const { values = 0, changed = 0 } = copied.get(column) ?? {};
  const nulls = footer.nulls.get(column);
  const areAll = nulls === undefined ? values > 0 : values === footer.rows - nulls;
  const lacks = required && values < footer.rows;
  return {
    holds: loaded?.kind === written && areAll && !lacks && changed === 0,
    text: `${type}; ${values} values in ${footer.rows} rows were loaded, ${changed} of them would not convert unchanged`,
  };
}

const ofKind = (kind: Kind): Probe => {
  const { type, native, written } = kind;
  const which = native === undefined ? '' : native ? ' with native_types' : ' without native_types';
  return {
    name: `stream/${type}${native ? '-as-itself' : ''}`,
    assumption: `Firehose writes a ${type} of an event${which} as a Parquet type that COPY loads into ${written}, with every value that the file has. Whether these are the event’s is not seen.`,
    matters: 'core/column-types.ts chooses the types of the Glue table by it.',
    needs: NEEDS,
    costs: STREAMED_COSTS,
    async run(site) {
      const files = (await streamedFiles(site)).filter(
        ({ dataset }) => native === undefined || dataset.source.native_types === native,
      );
      const seen = files.flatMap((file) =>
        file.dataset.columns
          .filter((column) => column.type.kind === type)
          .flatMap((column) => seenOf(column, file, kind) ?? []),
      );
      if (seen.length === 0)
        throw new NotTried(
          whyNot(files) ?? `no dataset${which} with a newly streamed file has a ${type} with values`,
        );
      return verdict(
        seen.every(({ holds }) => holds),
        seen.map(({ text }) => text).join('; '),
      );
    },
  };
};

/** Why a file was not loaded, if one was not. */
function whyNot(files: readonly Streamed[]): string | undefined {
  const file = files.find(({ copied }) => 'refused' in copied);
  return file && 'refused' in file.copied ? `${file.name} is not loaded: ${file.copied.refused}` : undefined;
}

const nullCounts: Probe = {
  name: 'stream/null-counts',
  assumption: 'The footers of Firehose’s files count the nulls of every column, as many as COPY loads.',
  matters: 'InspectFiles finds nulls in required columns by it, before any COPY.',
  needs: NEEDS,
  costs: STREAMED_COSTS,
  async run(site) {
    const seen: string[] = [];
    let holds = true;
    const files = await streamedFiles(site);
    for (const { name, footer, copied } of files) {
      const loaded = 'refused' in copied ? undefined : copied;
      const wrong = footer.fields
        .map((field) => field.name.toLowerCase())
        .filter((column) => {
          const [counted, values] = [footer.nulls.get(column), loaded?.get(column)?.values];
          return counted === undefined || (values !== undefined && counted !== footer.rows - values);
        });
      holds &&= wrong.length === 0;
      const counted = [...footer.nulls].map(([column, count]) => `${column} ${count}`).join(', ');
      seen.push(
        `${name}: nulls of ${counted}${wrong.length > 0 ? `; none counted, or other ones loaded, of ${wrong.join(', ')}` : ''}`,
      );
    }
    const unloaded = whyNot(files);
    if (holds && unloaded !== undefined) throw new NotTried(unloaded);
    return verdict(holds, seen.join('; '));
  },
};

export const stream: readonly Probe[] = [...KINDS.map(ofKind), nullCounts].map((probe) => ({
  ...probe,
  shared: true,
}));
