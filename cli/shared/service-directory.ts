import { resolve } from 'node:path';

/** The checkout that the command runs from. */
export const SERVICE_DIRECTORY = resolve(__dirname, '../..');
