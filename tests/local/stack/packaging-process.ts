import { packageService, type PackageOptions } from '../../../local/stack';

// Run as a process of its own: tells when it has copied the sources and is about to run the tool.
const options = JSON.parse(process.argv[2] ?? '') as PackageOptions;
void packageService({ ...options, onProgress: console.log });
