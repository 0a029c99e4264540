import { startOfHour, timestampText } from '../../core/hour';
import { BareStatements } from '../bare-sql';
import { HOUR, STAGED_ROWS, tripsDataset, valuesFrom } from './trips';

/** What runs in the transaction of a merge: statements with `:name`s, and their values. */
export interface Merge {
  readonly statements: readonly string[];
  readonly values: Readonly<Record<string, string | number>>;
}

/** The ways to bring an hour's staged rows into the target. */
export const SIDES = ['range', 'whole', 'anti-join', 'delete-insert', 'merge'] as const;
export type SideName = (typeof SIDES)[number];

export const SIDE_TEXTS: Readonly<Record<SideName, string>> = {
  range: 'Sluice, event_time_immutable: true',
  whole: 'Sluice, nothing promised',
  'anti-join': '(a) LEFT JOIN, then INSERT of what is new',
  'delete-insert': '(b) DELETE USING, then INSERT',
  merge: '(c) MERGE',
};

/** @param counts of the staged rows, as ValidateStaging returns them. */
export function mergeOf(side: SideName, counts: Readonly<Record<string, unknown>>): Merge {
  const dataset = tripsDataset(side === 'range');
  const bare = new BareStatements(dataset, HOUR);
  const partition_time = timestampText(startOfHour(HOUR));
  if (side === 'range' || side === 'whole') {
    const { statements, values } = bare.merge('bench', { files: 1, bytes: STAGED_ROWS }, counts);
    return { statements: statements.map(({ sql }) => sql), values };
  }
  return { statements: textbook(side, bare), values: { partition_time } };
}

/** As it is usually written: without a look at versions, so an hour that is loaded again undoes newer rows. */
function textbook(side: Exclude<SideName, 'range' | 'whole'>, { pieces }: BareStatements): readonly string[] {
  const {
    target,
    staging,
    inserted_columns: columns,
    inserted_values: values,
    updated_values: updated,
  } = pieces;
  const insert = `INSERT INTO ${target} (${columns}) SELECT ${valuesFrom(values, 'staged')} FROM ${staging} AS staged`;
  switch (side) {
    case 'anti-join':
      return [
        `${insert} LEFT JOIN ${target} AS target ON target.trip_id = staged.trip_id WHERE target.trip_id IS NULL`,
      ];
    case 'delete-insert':
      return [
        `DELETE FROM ${target} USING ${staging} AS staged WHERE trips.trip_id = staged.trip_id`,
        insert,
      ];
    case 'merge':
      return [
        `MERGE INTO ${target} USING ${staging} AS staged ON trips.trip_id = staged.trip_id ` +
          `WHEN MATCHED THEN UPDATE SET ${valuesFrom(updated, 'staged')} ` +
          `WHEN NOT MATCHED THEN INSERT (${columns}) VALUES (${valuesFrom(values, 'staged')})`,
      ];
  }
}
