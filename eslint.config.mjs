/** Only what needs types, and rules of our own; everything else is Biome's (docs/adr/0006-checks.md). */
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const rawColour = {
  selector:
    'Literal[value=/#[0-9a-fA-F]{6}\\b|\\b(bg|text|border|fill|stroke)-(gray|slate|zinc|neutral|red|green|blue|amber|yellow)-\\d/]',
  message: 'Use a token of app/tokens.css: colours live in one place.',
}
const clocks = [
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'The engine draws from engine/random.ts.',
  },
  { selector: "NewExpression[callee.name='Date']", message: 'The engine is given the time.' },
  { selector: "MemberExpression[object.name='Date']", message: 'The engine is given the time.' },
  { selector: "MemberExpression[object.name='performance']", message: 'The engine is given the time.' },
]

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      '.next',
      'dist',
      'generated',
      'agent',
      'reports',
      '**/*.mjs',
      '**/*.cjs',
      'next-env.d.ts',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.base],
    plugins: { 'react-hooks': reactHooks },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/only-throw-error': [
        'error',
        { allow: [{ from: 'package', package: 'next', name: 'NEXT_REDIRECT' }] },
      ],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: false, skipComments: false }],
    },
  },
  {
    // What a test or a benchmark reads back as JSON is checked by what it then expects of it.
    files: ['**/*.test.{ts,tsx}', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': ['error', 800],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['engine/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...clocks] },
  },
  {
    files: ['app/**/*.tsx', 'components/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { 'no-restricted-syntax': ['error', rawColour] },
  },
)
