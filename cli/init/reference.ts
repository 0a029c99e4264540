import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { SERVICE_DIRECTORY } from '../shared/service-directory';

/** What datasets/reference.yml says about an option, by its path: `target.key`. */
export type Reference = ReadonlyMap<string, string>;

/** The first sentence about each option of a dataset file. */
export function readReference(directory = SERVICE_DIRECTORY): Reference {
  const document = parseDocument(readFileSync(join(directory, 'datasets/reference.yml'), 'utf8'));
  const sentences = new Map<string, string>();
  if (isMap(document.contents)) collect(document.contents, '', sentences);
  return sentences;
}

function collect(map: YAMLMap, path: string, sentences: Map<string, string>): void {
  map.items.forEach(({ key, value }, index) => {
    if (!isScalar(key)) return;
    const own = `${path}${String(key.value)}`;
    // The parser gives the comment before the first key to the map.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    if (comment) sentences.set(own, firstSentence(comment));
    if (isMap(value)) collect(value, `${own}.`, sentences);
  });
}

/** A comment's last paragraph is about the option; those before it are about the file. */
function firstSentence(comment: string): string {
  const paragraph = comment.split(/\n\s*\n/).at(-1) ?? '';
  const text = paragraph.replace(/\s*\n\s*/g, ' ').trim();
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}
