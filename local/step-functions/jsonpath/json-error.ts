/** V8's message for a missing member name, with or without an earlier member. */
const missingName = /^Expected (?:double-quoted )?property name .*at position (\d+)/;

/**
 * Why a text is no JSON. For a missing member name it has the message of the service's parser (Jackson), otherwise V8's
 * message.
 */
export function jsonErrorText(text: string, error: Error): string {
  const position = Number(missingName.exec(error.message)?.[1] ?? NaN);
  const found = text[position];
  if (found === undefined) return error.message;
  const lines = text.slice(0, position).split('\n');
  return (
    `Unexpected character ('${found}' (code ${found.charCodeAt(0)})): was expecting double-quote to start field name\n` +
    ' at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ' +
    `line: ${lines.length}, column: ${lines.at(-1)!.length + 1}]`
  );
}
