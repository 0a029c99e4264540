import type { Hour } from '../../../core/hour';

/** What an execution of the textbook design works on. */
export interface TextbookInput {
  readonly dataset: string;
  readonly partition: Hour;
  /** The prefix of the hour's objects. */
  readonly prefix: string;
}

export type Work = 'history' | 'copy' | 'merge';

const COLUMNS = `trip_id VARCHAR(64), vendor_id INTEGER, pickup_datetime TIMESTAMP, dropoff_datetime TIMESTAMP,
  passenger_count INTEGER, trip_distance DOUBLE PRECISION, total_amount DECIMAL(10,2), updated_at TIMESTAMP`;
const NAMES = COLUMNS.replace(/ [A-Z]\w+( PRECISION)?(\(\d+(,\d+)?\))?(?=,|$)/g, '');

/** The tables of the textbook design: they exist before its first execution. */
export const tablesOf = (datasets: readonly string[]): readonly string[] => [
  'CREATE SCHEMA textbook',
  'CREATE TABLE textbook.history (dataset VARCHAR(64), partition VARCHAR(13), loaded TIMESTAMP)',
  ...datasets.flatMap((dataset) => [
    `CREATE TABLE textbook.${dataset} (${COLUMNS})`,
    `CREATE TABLE textbook.${dataset}_staging (${COLUMNS})`,
  ]),
];

/** The statements of each piece of work: several are one batch. */
export function statementsOf(
  work: Work,
  { dataset, partition, prefix }: TextbookInput,
  bucket: string,
  role: string,
): readonly string[] {
  const [target, staging] = [`textbook.${dataset}`, `textbook.${dataset}_staging`];
  switch (work) {
    case 'history':
      return [
        `SELECT COUNT(*) FROM textbook.history WHERE dataset = '${dataset}' AND partition = '${partition}'`,
      ];
    case 'copy':
      return [
        `DELETE FROM ${staging}`,
        `COPY ${staging} FROM 's3://${bucket}/${prefix}' IAM_ROLE '${role}' FORMAT AS PARQUET`,
      ];
    case 'merge':
      return [
        `DELETE FROM ${target} USING ${staging} WHERE ${target}.trip_id = ${staging}.trip_id`,
        `INSERT INTO ${target} (${NAMES}) SELECT ${NAMES} FROM (
           SELECT ${NAMES}, ROW_NUMBER() OVER (PARTITION BY trip_id ORDER BY updated_at DESC) AS place FROM ${staging}
         ) AS staged WHERE place = 1`,
        `INSERT INTO textbook.history (dataset, partition, loaded) VALUES ('${dataset}', '${partition}', GETDATE())`,
      ];
  }
}
