const BETWEEN = /[ \t\r\n]*/y;

/**
 * The JSON documents of a record, in order: agents that aggregate events send several objects in a row, with or without
 * white space between them. Source: Firehose Developer Guide, "Convert input data format".
 * @param text the data of a record.
 * @returns the text of each document. A text that is not a sequence of objects comes back whole, for the JSON parser to
 *   say what is wrong with it.
 */
export function jsonDocuments(text: string): readonly string[] {
  const documents: string[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    const end = endOfObject(text, position);
    if (end === undefined) return documents.length === 0 ? [text] : [...documents, text.slice(position)];
    documents.push(text.slice(position, end));
    position = skipSpace(text, end);
  }
  return documents.length === 0 ? [text] : documents;
}

function skipSpace(text: string, position: number): number {
  BETWEEN.lastIndex = position;
  BETWEEN.exec(text);
  return BETWEEN.lastIndex;
}

/** What opens or closes an object, a list or a text. */
const STRUCTURE = /["{}[\]]/g;
/** The rest of a JSON text after its opening quotation mark. */
const TEXT = /(?:[^"\\]|\\[^])*"/y;

/** @returns the position after the object that begins here; undefined if none begins here, or if it does not end. */
function endOfObject(text: string, start: number): number | undefined {
  if (text[start] !== '{') return undefined;
  let depth = 0;
  STRUCTURE.lastIndex = start;
  for (let found = STRUCTURE.exec(text); found !== null; found = STRUCTURE.exec(text)) {
    const [mark] = found;
    if (mark === '"') {
      TEXT.lastIndex = STRUCTURE.lastIndex;
      if (!TEXT.test(text)) return undefined;
      STRUCTURE.lastIndex = TEXT.lastIndex;
      continue;
    }
    depth += mark === '{' || mark === '[' ? 1 : -1;
    if (depth === 0) return STRUCTURE.lastIndex;
  }
  return undefined;
}
