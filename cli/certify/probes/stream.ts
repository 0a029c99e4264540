import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { redshiftType, type ColumnType } from '../../../core/column-types';
import type { Column, Dataset } from '../../../core/dataset';
import { isDataFile } from '../../../core/files';
import { addHours, hourOf } from '../../../core/hour';
import { parquetTypeText, redshiftTypeOf, type ParquetField } from '../../../core/parquet-types';
import { prefixOfHour } from '../../../core/prefix';
import { FIREHOSE_VALUES } from '../../../local/behaviour/firehose-values';
import { readParquetFooter } from '../../inspect/parquet-file';
import { s3Object } from '../../inspect/s3-target';
import { NotTried, verdict, type Probe } from '../probe';
import type { Site } from '../site';

/**
 * What Firehose wrote for events that were sent anyway. An event of a probe would come into the target: the only stream of a
 * stage is its dataset's.
 */
const LOOKBACK_HOURS = 48;

interface Streamed {
  readonly dataset: Dataset;
  readonly name: string;
  readonly fields: readonly ParquetField[];
  readonly nulls: ReadonlyMap<string, number>;
}

/** The newest file of each dataset that has a stream. @throws NotTried if there is none */
const newestFiles = (site: Site): Promise<readonly Streamed[]> =>
  site.shared('streamed files', async () => {
    const datasets = site.connection.datasets.filter(({ source }) => source.stream === 'firehose');
    const files: Streamed[] = [];
    for (const dataset of datasets) {
      const file = await newestFile(site, dataset);
      if (file) files.push(file);
    }
    if (files.length > 0) return files;
    throw new NotTried(
      `no stream wrote a file in the last ${LOOKBACK_HOURS} hours: run npx sluice stream first, and wait until Firehose delivers`,
    );
  });

async function newestFile(site: Site, dataset: Dataset): Promise<Streamed | undefined> {
  const { s3, bucket: Bucket } = site.connection;
  const now = hourOf(new Date());
  for (let ago = 0; ago < LOOKBACK_HOURS; ago += 1) {
    site.signal.throwIfAborted();
    const Prefix = prefixOfHour(dataset.source.prefix, addHours(now, -ago));
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
      const [newest] = Contents.filter(({ Key = '' }) => isDataFile(Key, Prefix)).sort(
        (left, right) => Number(right.LastModified) - Number(left.LastModified),
      );
      if (!newest?.Key) continue;
      const file = s3Object(s3, Bucket, newest.Key, newest.Size ?? 0, newest.ETag);
      const { fields, nulls } = await readParquetFooter(file);
      return { dataset, name: file.name, fields, nulls };
    }
  }
  return undefined;
}

/** The type that a file should have for a column: see glueType in core/column-types.ts. */
function writtenType({ type }: Column, { source }: Dataset): ColumnType['kind'] {
  if (type.kind === 'smallint') return source.native_types ? 'smallint' : 'integer';
  if (type.kind === 'decimal') return source.native_types ? 'decimal' : 'varchar';
  return type.kind;
}

const ofKind = (kind: 'decimal' | 'smallint' | 'date' | 'timestamp'): Probe => ({
  name: `stream/${kind}`,
  assumption: `Firehose writes a ${kind} of an event as a Parquet type that COPY loads: as the type itself if the dataset has native_types, else a decimal as text and a smallint as an integer.`,
  matters: 'core/column-types.ts chooses the types of the Glue table by it.',
  needs: ['stream'],
  costs: { requests: LOOKBACK_HOURS + 2 },
  covers: FIREHOSE_VALUES.filter(
    ({ type, proven, outcome }) => kind !== 'date' && type === kind && !proven && outcome.does === 'accepts',
  ),
  async run(site) {
    const seen: string[] = [];
    let holds = true;
    for (const { dataset, name, fields } of await newestFiles(site)) {
      for (const column of dataset.columns.filter(({ type }) => type.kind === kind)) {
        const field = fields.find((each) => each.name === column.name);
        if (!field || field.has_only_nulls) continue;
        const loaded = redshiftTypeOf(field);
        holds &&= loaded?.kind === writtenType(column, dataset);
        seen.push(
          `${column.name} is ${parquetTypeText(field)}, which COPY loads into ${loaded ? redshiftType(loaded) : 'nothing'} (${name})`,
        );
      }
    }
    if (seen.length === 0)
      throw new NotTried(`no dataset with a newly streamed file has a ${kind} with values`);
    return verdict(holds, seen.join('; '));
  },
});

const nullCounts: Probe = {
  name: 'stream/null-counts',
  assumption: 'The footers of Firehose’s files count the nulls of every column.',
  matters: 'InspectFiles finds nulls in required columns by it, before any COPY.',
  needs: ['stream'],
  costs: { requests: LOOKBACK_HOURS + 2 },
  async run(site) {
    const seen: string[] = [];
    let holds = true;
    for (const { name, fields, nulls } of await newestFiles(site)) {
      const uncounted = fields.filter((field) => !nulls.has(field.name.toLowerCase()));
      holds &&= uncounted.length === 0;
      const counted = [...nulls].map(([column, count]) => `${column} ${count}`).join(', ');
      seen.push(
        `${name}: nulls of ${counted}${uncounted.length > 0 ? `; none counted of ${uncounted.map((field) => field.name).join(', ')}` : ''}`,
      );
    }
    return verdict(holds, seen.join('; '));
  },
};

export const stream: readonly Probe[] = [
  ...(['decimal', 'smallint', 'date', 'timestamp'] as const).map(ofKind),
  nullCounts,
];
