import { columnDefinition } from './column-definition';
import { SqlError, unsupported } from './errors';
import { readRelationName } from './identifiers';
import { textOf, type NodeReader } from './nodes';
import type { Relation, Scope } from './scope';
import type { StatementOf, Unbound } from './statement';

type AlterTable = Unbound<StatementOf<'add-column' | 'rename-table' | 'rename-column'>>;

/** `ALTER TABLE … ADD [COLUMN] …`, `RENAME TO …`, `RENAME [COLUMN] … TO …`. */
export function translateAlterTable(reader: NodeReader, scope: Scope): AlterTable {
  if (!reader.accept('table')) throw unsupported(`ALTER ${textOf(reader.peek()).toUpperCase()}`);
  const table = scope.refer(scope.resolveTable(readRelationName(reader)));
  if (reader.accept('rename')) return rename(table, reader);
  if (!reader.accept('add')) throw unsupported(`ALTER TABLE … ${textOf(reader.peek()).toUpperCase()}`);
  reader.accept('column');
  const { column, distkey, sortkey } = columnDefinition(reader, scope);
  if (distkey || sortkey) throw unsupported('a DISTKEY or SORTKEY of an added column');
  // https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
  if (column.required && column.defaultValue === undefined) {
    throw new SqlError(
      'ERROR: ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression',
    );
  }
  return { verb: 'add-column', table, column };
}

function rename(table: Relation, reader: NodeReader): AlterTable {
  if (reader.accept('to')) {
    const to = reader.expectIdentifier();
    reader.expectEnd();
    return { verb: 'rename-table', table, to };
  }
  reader.accept('column');
  const from = reader.expectIdentifier();
  reader.expect('to');
  const to = reader.expectIdentifier();
  reader.expectEnd();
  return { verb: 'rename-column', table, from, to };
}
