'use strict';

/**
 * The code in the worker thread of an execution environment: Lambda's Node.js 24 runtime as a handler sees it.
 * It is plain JavaScript, because the thread has no TypeScript loader. Error names and messages are those of AWS's runtime
 * interface client (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client). Messages: `messages.ts`.
 */

const { Buffer } = require('node:buffer');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { format } = require('node:util');
const v8 = require('node:v8');
const vm = require('node:vm');
const { parentPort, threadId, workerData } = require('node:worker_threads');

const taskRoot = process.env.LAMBDA_TASK_ROOT;

/** The running invocation, for log lines. */
let requestId;

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = `Runtime.${name}`;
  }
}

/** Uses `instanceof`: like Lambda, it reports a thrown non-error by the type of its value. */
function errorPayload(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/**
 * Sends all output through the port of the answers, so that a line never arrives after its answer. `process.stdout` passes
 * text on unchanged. `console` writes lines with time, request, level and text.
 */
function redirectOutput() {
  const log = (text) => parentPort.postMessage({ type: 'log', text });
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk, encoding, callback) => {
      log(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
  const levels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...values) =>
      log(`${new Date().toISOString()}\t${requestId}\t${level}\t${format(...values)}\n`);
  }
}

/**
 * In Lambda a function has only its deployment package and the AWS SDK of the managed runtime. The twin unpacks the
 * package below a project whose `node_modules` Node would find by walking up. So a dependency that is missing in the
 * package would work in the twin and fail in AWS.
 */
function confineModules() {
  const root = realpathSync(taskRoot) + path.sep; // resolved file names are real paths
  const inTaskRoot = (file) => file.startsWith(root);
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, ...rest) {
    const ofFunction = parent?.filename !== undefined && inTaskRoot(parent.filename);
    if (!ofFunction || Module.isBuiltin(request)) return resolve.call(this, request, parent, ...rest);
    if (/^@(aws-sdk|smithy)\//.test(request) && workerData.runtimeModules !== undefined) {
      return resolve.call(this, request, parent, false, { paths: [workerData.runtimeModules] });
    }
    const file = resolve.call(this, request, parent, ...rest);
    if (inTaskRoot(file)) return file;
    const error = new Error(`Cannot find module '${request}'\nRequire stack:\n- ${parent.filename}`);
    throw Object.assign(error, { code: 'MODULE_NOT_FOUND', requireStack: [parent.filename] });
  };
}

/** Compiling a smaller module is faster than reading its compiled code. */
const SMALLEST_KEPT = 100_000;

/** A bundle that was compiled from source. Its compiled code is kept for the next environment. */
let compiled;

/**
 * A bundle as the body of a function. Node 20 cannot resolve an `import()` in cached code, so imports of Node's own modules
 * go through a parameter.
 * @returns undefined if there are other imports
 */
function wrapped(content) {
  const body = content.replaceAll(/\bimport\(("node:[\w/]+")\)/g, '__importBuiltin($1)');
  if (/\bimport\(/.test(body)) return undefined;
  return `(function (exports, require, module, __filename, __dirname, __importBuiltin) { ${body}\n})`;
}

/**
 * Loads a bundle from V8's code cache, which halves a cold start. V8 refuses the cache of another version.
 */
function useCompiledCode(directory) {
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    const source = content.length < SMALLEST_KEPT ? undefined : wrapped(content);
    if (source === undefined) return compile.call(this, content, filename, ...rest);
    const file = path.join(directory, createHash('sha256').update(content).digest('hex'));
    let script;
    try {
      const cachedData = existsSync(file) ? readFileSync(file) : undefined;
      script = new vm.Script(source, { filename, columnOffset: -source.indexOf('{') - 2, cachedData });
    } catch {
      // Node's own compilation reports the error, or finds that it is an ES module.
      return compile.call(this, content, filename, ...rest);
    }
    if (script.cachedDataRejected !== false) compiled = { script, file };
    const run = script.runInThisContext();
    const require = Module.createRequire(filename);
    const importBuiltin = (name) => import(name);
    run.call(this.exports, this.exports, require, this, filename, path.dirname(filename), importBuiltin);
  };
}

/** Called after the first invocation, which has compiled more functions than loading has. */
function keepCompiledCode() {
  if (compiled === undefined) return;
  const { script, file } = compiled;
  compiled = undefined;
  try {
    // The package that the folder belongs to may have been removed: it must not come back.
    if (!existsSync(path.dirname(file))) mkdirSync(path.dirname(file));
    const unfinished = `${file}.${process.pid}-${threadId}`;
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, file);
  } catch {
    // The cache only saves time. Without it the next environment compiles the bundle.
  }
}

/** Uses `require` for CommonJS: `import` would make Node scan the whole bundle for exports first. */
async function load(file) {
  if (file.endsWith('.mjs')) return import(pathToFileURL(file).href);
  try {
    return require(file);
  } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ESM' && error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(pathToFileURL(file).href);
  }
}

/** Looks for the module of `functions/list-partitions.handler` in Lambda's order. */
async function loadModule(moduleRoot, moduleName) {
  const stem = path.resolve(taskRoot, moduleRoot, moduleName);
  const file = ['', '.js', '.mjs', '.cjs']
    .map((extension) => stem + extension)
    .find((name) => existsSync(name));
  try {
    if (file === undefined) {
      const error = new Error(`Cannot find module '${moduleName}'\nRequire stack:\n- /var/runtime/index.mjs`);
      throw Object.assign(error, { code: 'MODULE_NOT_FOUND' });
    }
    return await load(file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw Object.assign(new RuntimeError('UserCodeSyntaxError', String(error)), { stack: error.stack });
    }
    if (error?.code === 'MODULE_NOT_FOUND') throw new RuntimeError('ImportModuleError', String(error));
    throw error;
  }
}

function member(value, names) {
  return names
    .split('.')
    .reduce((found, name) => (found && typeof found === 'object' ? found[name] : undefined), value);
}

async function loadHandler(handlerString) {
  if (handlerString.includes('..')) {
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${handlerString}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const parts = /^([^.]*)\.(.*)$/.exec(path.basename(handlerString));
  if (parts === null) throw new RuntimeError('MalformedHandlerName', 'Bad handler');
  const loaded = await loadModule(path.dirname(handlerString), parts[1]);
  const handler = member({ ...loaded }, parts[2]) ?? member(loaded.default, parts[2]);
  if (!handler) throw new RuntimeError('HandlerNotFound', `${handlerString} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw new RuntimeError('HandlerNotFound', `${handlerString} is not a function`);
  if (handler.length >= 3) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  return handler;
}

function contextOf({ requestId: awsRequestId, functionArn, traceId, deadline }) {
  return {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: functionArn,
    awsRequestId,
    tenantId: undefined,
    xRayTraceId: traceId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

function toJson(value) {
  let json;
  try {
    json = JSON.stringify(value === undefined ? null : value);
  } catch {
    json = undefined; // a BigInt, a cycle, a toJSON that throws
  }
  if (json === undefined) throw new RuntimeError('JSONStringifyError', 'Unable to stringify response body');
  return json;
}

function memoryMB() {
  const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics();
  return Math.ceil((heap + external) / 2 ** 20);
}

async function answer(handler, message) {
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    return { type: 'returned', json: toJson(result), memoryMB: memoryMB() };
  } catch (error) {
    const payload = errorPayload(error);
    console.error('Invoke Error', JSON.stringify(payload));
    return { type: 'raised', error: payload, memoryMB: memoryMB() };
  }
}

async function main() {
  redirectOutput();
  confineModules();
  if (workerData.compiledCode !== undefined) useCompiledCode(workerData.compiledCode);
  let handler;
  try {
    handler = await loadHandler(process.env._HANDLER);
  } catch (error) {
    const payload = errorPayload(error);
    console.error('Init Error', JSON.stringify(payload));
    parentPort.postMessage({ type: 'initializationFailed', error: payload });
    return;
  }
  parentPort.on('message', async (message) => {
    requestId = message.requestId;
    process.env._X_AMZN_TRACE_ID = message.traceId;
    // If a handler waits for something that never settles, the process must run out of work and end. A referenced port
    // would keep the thread alive until the timeout.
    parentPort.unref();
    const reply = await answer(handler, message);
    parentPort.ref();
    parentPort.postMessage(reply);
    keepCompiledCode();
  });
  parentPort.postMessage({ type: 'ready' });
}

main();
