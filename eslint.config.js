import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const literalSpread = {
  selector: 'ObjectExpression > SpreadElement > ObjectExpression',
  message: 'Write the properties themselves; a spread of a literal says nothing more.',
};
const emptyCast = {
  selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword, TSAsExpression > TSNeverKeyword',
  message: 'A cast through unknown or to never tells the compiler nothing: narrow, or say what it is.',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'data/', 'node_modules/'] },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', literalSpread, emptyCast],
    },
  },
  {
    files: ['test/**/*.ts'],
    // Tests hand in what no caller may.
    rules: { 'no-console': 'off', 'no-restricted-syntax': ['error', literalSpread] },
  },
  // The query builder's expressions are made to be taken apart: `({ eb, and }) => …`.
  { files: ['src/store/sql/*.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  prettier,
);
