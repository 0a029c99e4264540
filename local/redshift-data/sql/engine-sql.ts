import { SYSTEM_SCHEMA } from './scope';
import type { ColumnType } from './types';

export function timestamp(time: Date): string {
  return `TIMESTAMP '${time.toISOString().replace('T', ' ').replace('Z', '')}'`;
}

/** A parameter's name in the engine's statement. The prefix allows names that start with a digit, as in Redshift. */
export function engineParameter(name: string): string {
  return `p_${name}`;
}

/**
 * An explicit cast to VARCHAR(n) or CHAR(n) truncates and does not fail:
 * https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
 */
export function cast(operand: string, type: ColumnType): string {
  if (type.length === undefined) return `CAST(${operand} AS ${type.engine})`;
  const engine = `CAST(${SYSTEM_SCHEMA}.no_boolean(${operand}) AS ${type.engine})`;
  return `${SYSTEM_SCHEMA}.truncate_bytes(${engine}, ${type.length})`;
}
