import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What may import what: handlers and the domain never see the twin, the command line or the console. */
const noTwin = {
  patterns: [
    {
      group: ['**/local/**', '**/cli/**', '**/console/**'],
      message: 'Handlers and the domain reach the twin only through the SDK.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['node_modules/', '.sluice/', '.serverless/', '.esbuild/', 'coverage/'] },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', '*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  { files: ['core/**', 'functions/**'], rules: { 'no-restricted-imports': ['error', noTwin] } },
  {
    files: ['core/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...noTwin.patterns,
            {
              group: ['@aws-sdk/*', 'node:fs', 'node:fs/*', 'node:http', '**/functions/**'],
              message: 'core/ is pure: no I/O and no SDK.',
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
