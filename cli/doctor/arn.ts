export const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** `arn:aws:iam::123456789012:role/team/copy` is of role `copy`. */
export const nameOfRole = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** The role that a session is of; undefined for who is none. */
export const roleOfSession = (arn: string): string | undefined => /:assumed-role\/([^/]+)\//.exec(arn)?.[1];
