import { SYSTEM_SCHEMA } from './scope';
import type { ColumnType } from './types';

export function timestamp(time: Date): string {
  return `TIMESTAMP '${time.toISOString().replace('T', ' ').replace('Z', '')}'`;
}

/** Name of a parameter in the engine's statement; a Redshift parameter may start with a digit. */
export function engineParameter(name: string): string {
  return `p_${name}`;
}

/**
 * An explicit cast to VARCHAR(n) or CHAR(n) cuts, it does not fail:
 * https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html
 */
export function cast(operand: string, type: ColumnType): string {
  const engine = `CAST(${operand} AS ${type.engine})`;
  return type.length === undefined ? engine : `${SYSTEM_SCHEMA}.truncate_bytes(${engine}, ${type.length})`;
}
