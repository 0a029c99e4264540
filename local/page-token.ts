/** The token of a page that starts at a position of a list. */
export const tokenOf = (position: number): string => Buffer.from(`from:${position}`).toString('base64url');

/** @returns the position where a token's page starts; undefined for a text that is no token of the twin. */
export function positionOf(token: string): number | undefined {
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  return match ? Number(match[1]) : undefined;
}
