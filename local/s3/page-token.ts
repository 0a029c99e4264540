import { invalidArgument } from './errors';

/** The token of a listing's next page. Opaque to the client. */
export function writeToken(next: string): string {
  return Buffer.from(`1:${next}`).toString('base64');
}

/** @throws ServiceError InvalidArgument for a text that is no token */
export function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith('1:') || writeToken(text.slice(2)) !== token) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return text.slice(2);
}
