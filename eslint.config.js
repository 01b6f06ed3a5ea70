import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'node_modules/'] },
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      complexity: ['error', 25],
      'max-lines': ['error', { max: 400, skipComments: true, skipBlankLines: true }],
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'no enums' }, { selector: 'ExportDefaultDeclaration', message: 'no default exports' }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      '@typescript-eslint/no-redundant-type-constituents': 'off', // `Day | 'open'` says more than `string`
      '@typescript-eslint/require-await': 'off', // doors are async by type, whether or not they wait
    },
  },
  {
    // The rules are the same on every peer at every time: nothing of the machine, the moment or chance reaches them.
    files: ['chaincode/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'performance', 'Intl'],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }, { object: 'Date', property: 'now' }],
      'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'the time is the transaction\'s' }, { selector: "CallExpression[callee.property.name=/^toLocale/]", message: 'no locale' }, { selector: 'TSEnumDeclaration', message: 'no enums' }],
    },
  },
  { files: ['test/**/*.ts'], rules: {
      '@typescript-eslint/no-floating-promises': 'off', // tap runs what a test returns or registers
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-explicit-any': 'off', // decoded JSON of outside tools
      '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  { files: ['eslint.config.js'], ...tseslint.configs.disableTypeChecked },
);
