import { ADDEND, ADDEND_TYPE } from '../sql/scope';
import { numeric, type ColumnType } from '../sql/types';
import type { Connection, Values } from './connection';
import { collect, type ResultSet } from './results';

/** Runs a query. @param path the file for a large result. @throws SqlError above the Data API's limits */
export async function select(
  sql: string,
  values: Values,
  connection: Connection,
  path: string,
): Promise<ResultSet> {
  const sums = await typesOfSums(sql, values, connection);
  return connection.query(sql, values, (result, signal) => collect(result, sums, path, signal));
}

/**
 * SUM of integers has 128 bits in the engine. In Redshift it is BIGINT, and NUMERIC(38,0) for BIGINT, which the Data API
 * returns as a string: https://docs.aws.amazon.com/redshift/latest/dg/r_SUM.html
 * Preparing the query with a macro that widens only BIGINT distinguishes the two.
 */
async function typesOfSums(
  sql: string,
  values: Values,
  connection: Connection,
): Promise<ReadonlyMap<number, ColumnType>> {
  if (!sql.includes(`${ADDEND}(`)) return new Map();
  const types = await connection.columnTypes(sql.replaceAll(`${ADDEND}(`, `${ADDEND_TYPE}(`), values);
  return new Map(
    types.flatMap((type, index) => (type === 'HUGEINT' ? [] : [[index, numeric(38, 0)] as const])),
  );
}
