import { copyPair, TYPE_PAIRS, type TypePair } from '../../../local/behaviour/copy-types';
import { PARQUET_FILES, parquetColumn, type ParquetFile } from '../../../local/behaviour/parquet/type-files';
import { parseTypeName, type TypeFamily } from '../../../local/redshift-data/sql/types';
import { copied, copyCosts, COPY_NEEDS } from '../copying';
import { slug, verdict, type Probe } from '../probe';
import type { Tried } from '../warehouse';

/** A column type of each family, as DDL has it. */
const DDL: Readonly<Record<Exclude<TypeFamily, 'numeric'>, string>> = {
  ...{ bool: 'boolean', int2: 'smallint', int4: 'integer', int8: 'bigint' },
  ...{ float4: 'real', float8: 'double precision', date: 'date', super: 'super' },
  ...{ bpchar: 'character(8)', varchar: 'character varying(8)' },
  ...{ timestamp: 'timestamp without time zone', timestamptz: 'timestamp with time zone' },
};

/** The column into which a file's value goes in a family. A decimal's has its precision and scale. */
function columnType(file: ParquetFile, family: TypeFamily): string {
  if (family !== 'numeric') return DDL[family];
  const { precision, scale } = file.decimal ?? { precision: 10, scale: 2 };
  return `numeric(${precision},${Math.min(scale, 37)})`;
}

const isSame = (left: TypePair, right: TypePair) =>
  left.parquet === right.parquet && left.family === right.family && left.when === right.when;

/** A decimal that no column can have is no decimal of its own. */
const isOfColumn = ({ decimal }: ParquetFile): boolean =>
  !decimal || (decimal.precision >= 1 && decimal.precision <= 38 && decimal.scale <= decimal.precision);

/** The files of a pair. A writer says a type in the older or in the newer way. */
const filesOf = (pair: TypePair): readonly ParquetFile[] =>
  PARQUET_FILES.filter(isOfColumn).filter((file) =>
    isSame(copyPair(parquetColumn(file), parseTypeName(columnType(file, pair.family))), pair),
  );

/** The pairs that COPY is believed to load. Sluice asks COPY for no other one. */
export const UNPROVEN_PAIRS = TYPE_PAIRS.filter(
  ({ proven, outcome }) => !proven && outcome.does !== 'refuses',
);

export const copyTypes: readonly Probe[] = UNPROVEN_PAIRS.map((pair) => {
  const files = filesOf(pair);
  const name = `copy-types/${slug(`${pair.parquet} into ${pair.family}`)}`;
  return {
    name,
    assumption: `COPY loads Parquet ${pair.parquet} into a column of ${pair.family} ${
      pair.outcome.does === 'changes' ? `as ${pair.outcome.into}` : 'unchanged'
    }.`,
    matters: 'core/parquet-types.ts chooses the types of staging tables by it.',
    needs: COPY_NEEDS,
    costs: copyCosts(files.length),
    covers: [pair],
    async run(site) {
      const seen: string[] = [];
      let holds = files.length > 0;
      for (const [index, file] of files.entries()) {
        const columns = `v ${columnType(file, pair.family)}`;
        const tried = await copied(site, {
          bytes: file.bytes,
          columns,
          name: `${slug(name)}-${index}.parquet`,
        });
        holds &&= isAsTold(pair, file, tried);
        seen.push(`${file.how && `${file.how}: `}${shown(file, tried)}`);
      }
      return verdict(holds, seen.join('; '));
    },
  };
});

/** A CHAR is padded with blanks, and a time with a zone is shown with it. */
function expectedOf({ family }: TypePair, { value }: ParquetFile) {
  return family === 'timestamptz' ? `${String(value)}+00` : value;
}

/** The only change that is assumed of a pair: a time becomes one in another year. */
function isAsTold(pair: TypePair, file: ParquetFile, tried: Tried): boolean {
  if (!tried.ran) return false;
  const found = tried.rows[0]?.[0];
  const value = typeof found === 'string' && pair.family === 'bpchar' ? found.trimEnd() : found;
  if (pair.outcome.does === 'accepts') return value === expectedOf(pair, file);
  return value !== null && yearOf(value) !== yearOf(file.value);
}

const yearOf = (time: unknown): string => String(time).split('-')[0] ?? '';

const shown = (file: ParquetFile, tried: Tried): string =>
  tried.ran
    ? `${JSON.stringify(file.value)} became ${JSON.stringify(tried.rows[0]?.[0])}`
    : `refused: ${tried.error}`;
