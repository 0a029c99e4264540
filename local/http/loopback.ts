import type { IncomingMessage } from 'node:http';

const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Checks that a request addresses this machine. Otherwise a foreign domain that resolves to 127.0.0.1 (DNS rebinding)
 * or a page of another site could reach the twin through the user's browser.
 * @returns the reason to refuse the request, or undefined.
 */
export function foreignTo({ headers: { host, origin } }: IncomingMessage): string | undefined {
  if (!isLoopback(`http://${host ?? ''}`)) return `Host "${host ?? ''}" is not a loopback name`;
  if (origin !== undefined && !isLoopback(origin)) return `Origin "${origin}" is not a loopback name`;
  return undefined;
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && loopbackNames.has(new URL(url).hostname);
}
