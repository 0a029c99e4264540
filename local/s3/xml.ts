import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { malformedXml } from './errors';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

// The packages that these classes move to are not needed before this one drops them.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
  // A carriage return must be a reference: a parser would read it as a line feed.
  tagValueProcessor: (_name, value) =>
    String(value).replace(/[&<>"'\r\n]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`),
});

/** An answer's body. Undefined members and empty arrays are omitted; an array repeats its element. */
export function renderXml(root: string, content: object): string {
  return document(root, { '@xmlns': NAMESPACE, ...content });
}

/** S3's errors have no namespace. */
export function renderError(content: object): string {
  return document('Error', content);
}

function document(root: string, content: object): string {
  return builder.build({ '?xml': { '@version': '1.0', '@encoding': 'UTF-8' }, [root]: content });
}

/**
 * Parses a request's body. All values stay texts.
 * @param lists names of elements that may be repeated; their values are always arrays.
 * @returns the root element's content.
 * @throws ServiceError MalformedXML
 */
export function parseXml(text: string, root: string, lists: readonly string[]): Record<string, unknown> {
  // A document type could define entities, and no client sends one.
  if (text.includes('<!DOCTYPE')) throw malformedXml();
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (XMLValidator.validate(text) !== true) throw malformedXml();
  const parser = new XMLParser({
    ignoreAttributes: true,
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    // Decodes numeric references, such as &#xD; for a carriage return in a key.
    htmlEntities: true,
    isArray: (name) => lists.includes(name),
  });
  const parsed = contentOf(() => parser.parse(text) as Record<string, unknown>)[root];
  if (parsed === undefined) throw malformedXml();
  return typeof parsed === 'string' ? {} : (parsed as Record<string, unknown>);
}

/** The parser refuses what the validator takes: elements in elements in elements. */
function contentOf<Content>(parse: () => Content): Content {
  try {
    return parse();
  } catch {
    throw malformedXml();
  }
}
