import { packageService } from '../../../local/stack';

/** A process of its own, to be killed while it packages. */
const [serviceDirectory = '', packageDirectory = ''] = process.argv.slice(2);
void packageService({ serviceDirectory, packageDirectory, stage: 'local', onProgress: console.log });
