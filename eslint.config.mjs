import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom, from the ground up: a folder imports itself and the folders that are named here. Tests import
 * whatever they test.
 */
const MAY_IMPORT = {
  core: [],
  service: ['core'],
  functions: ['core', 'service'],
  resources: ['core', 'service', 'functions'],
  local: ['core', 'service'],
  cli: ['core', 'service', 'functions', 'local'],
  testkit: ['core', 'service', 'functions', 'resources', 'local', 'cli'],
  reliability: ['core', 'service', 'functions', 'resources', 'local', 'cli', 'testkit'],
  bench: ['core', 'service', 'functions', 'resources', 'local', 'cli', 'testkit', 'reliability'],
};

const FOLDERS = [...Object.keys(MAY_IMPORT), 'tests'];
const zones = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  target: `./${folder}`,
  from: FOLDERS.filter((each) => ![folder, ...others].includes(each)).map((each) => `./${each}`),
  message: `${folder}/ may import only ${[folder, ...others].join(', ')}: see MAY_IMPORT in eslint.config.mjs.`,
}));

/** core/ is pure: no I/O, no AWS SDK, no clock and no chance. */
const PURE = ['node:crypto', 'yaml', 'zod'];

export default tseslint.config(
  { ignores: ['node_modules/', '.sluice/', '.serverless/', '.esbuild/', 'coverage/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/external-module-folders': ['node_modules'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.cjs', '.mjs', '.js', '.json'] })],
    },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', '*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Recursive types need both forms.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      // () => log(text) returns nothing on purpose, and an empty function ignores something.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-empty-function': [
        'error',
        { allow: ['arrowFunctions', 'functions', 'asyncMethods', 'methods'] },
      ],
      // With noUncheckedIndexedAccess a `!` says what the compiler cannot know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // An empty text counts as missing.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // The SDK and Node.js reject with errors.
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      // The code spreads texts into code points on purpose.
      '@typescript-eslint/no-misused-spread': 'off',
      // JSON, regular expressions and other processes may give less than their types say.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A type parameter says what a document is read as.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/order': [
        'error',
        {
          groups: [['builtin', 'external'], 'parent', ['sibling', 'index']],
          'newlines-between': 'never',
          alphabetize: { order: 'asc', caseInsensitive: true },
        },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'PrivateIdentifier', message: 'Write private members with private.' },
        {
          selector: "ImportDeclaration[source.value='zod'] > :not(ImportNamespaceSpecifier, Literal)",
          message:
            "Write import * as z from 'zod': any other form puts all of zod into a bundle, three times as much.",
        },
      ],
    },
  },
  {
    files: ['core/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(?!\\.|(${PURE.join('|')})$)`,
              message: `core/ is pure: it imports only ${PURE.join(', ')}.`,
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.{mjs,cjs,js}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        module: 'readonly',
        require: 'readonly',
        process: 'readonly',
        __dirname: 'readonly',
        __filename: 'readonly',
        console: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
