import { translateAssignments } from './changes';
import { syntaxError, unsupported } from './errors';
import { translateExpression } from './expression';
import { translateFrom } from './from';
import { readRelationName } from './identifiers';
import { columnNames } from './identifiers';
import { NodeReader, isWord, splitAtCommas, type Node } from './nodes';
import type { Relation, Scope } from './scope';
import type { Merge } from './statement';

/**
 * `MERGE INTO target USING source [alias] ON condition {WHEN … | REMOVE DUPLICATES}`:
 * https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
 */
export function translateMerge(reader: NodeReader, scope: Scope): Merge {
  reader.expect('into');
  const target = scope.refer(scope.resolveTable(readRelationName(reader)));
  if (!isWord(reader.peek(), 'using')) throw unsupported('an alias of the target of MERGE');
  reader.expect('using');
  const sourceNodes = reader.takeUntil((node) => isWord(node, 'on'));
  const source = translateFrom(sourceNodes, scope).sql;
  reader.expect('on');
  const condition = translateExpression(
    reader.takeUntil((node) => isWord(node, 'when', 'remove')),
    scope,
  );
  if (reader.accept('remove', 'duplicates')) {
    reader.expectEnd();
    return removeDuplicates(target, source, condition);
  }
  const [matched, notMatched] = [readMatched(reader, scope), readNotMatched(reader, scope)];
  reader.expectEnd();
  return {
    verb: 'merge',
    target,
    changes: matched === DELETE_MATCHED ? 'DELETE' : 'UPDATE',
    duplicates: `SELECT 1 FROM ${target.sql} JOIN ${source} ON ${condition} GROUP BY ${target.sql}.rowid HAVING count(*) > 1 LIMIT 1`,
    steps: [`MERGE INTO ${target.sql} USING ${source} ON ${condition} ${matched} ${notMatched}`],
  };
}

const DELETE_MATCHED = 'WHEN MATCHED THEN DELETE';

function readMatched(reader: NodeReader, scope: Scope): string {
  reader.expect('when', 'matched');
  if (isWord(reader.peek(), 'and')) throw unsupported('WHEN MATCHED AND');
  reader.expect('then');
  if (reader.accept('delete')) return DELETE_MATCHED;
  reader.expect('update', 'set');
  const assignments = reader.takeUntil((node) => isWord(node, 'when'));
  // WHEN starts the next action only before NOT. Inside CASE it belongs to the expression.
  const all = [...assignments, ...takeCases(reader)];
  return `WHEN MATCHED THEN UPDATE SET ${translateAssignments(all, scope)}`;
}

/** The rest of assignments that contain CASE … WHEN. */
function takeCases(reader: NodeReader): readonly Node[] {
  if (isWord(reader.peek(), 'when') && isWord(reader.peek(1), 'not') && isWord(reader.peek(2), 'matched'))
    return [];
  if (reader.done) return [];
  return [reader.next(), ...reader.takeUntil((node) => isWord(node, 'when')), ...takeCases(reader)];
}

function readNotMatched(reader: NodeReader, scope: Scope): string {
  reader.expect('when', 'not', 'matched', 'then', 'insert');
  const first = reader.acceptGroup();
  const columns = first === undefined ? '' : ` ${columnNames(first)}`;
  reader.expect('values');
  const values = splitAtCommas(reader.expectGroup()).map((value) => translateExpression(value, scope));
  if (values.length === 0) throw syntaxError(')');
  return `WHEN NOT MATCHED THEN INSERT${columns} VALUES (${values.join(', ')})`;
}

/** Replaces the target's matching rows with the source's distinct rows. */
function removeDuplicates(target: Relation, source: string, condition: string): Merge {
  return {
    verb: 'merge',
    target,
    changes: 'DELETE',
    sameWidth: [`SELECT * FROM ${target.sql}`, `SELECT * FROM ${source}`],
    steps: [
      `DELETE FROM ${target.sql} USING ${source} WHERE ${condition}`,
      `INSERT INTO ${target.sql} SELECT DISTINCT * FROM ${source}`,
    ],
  };
}
