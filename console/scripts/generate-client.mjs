// Writes src/api/schema.d.ts from the cloud's openapi.json. With --check it writes nothing and fails where the two differ.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../openapi.json', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

const banner = '// Generated from openapi.json by `npm run gen`. Do not edit.\n\n';
const wanted = banner + astToString(await openapiTS(source, { alphabetize: true }));

if (process.argv.includes('--check')) {
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present !== wanted) {
    process.stderr.write('src/api/schema.d.ts is not what openapi.json says: run `npm run gen`\n');
    process.exit(1);
  }
} else {
  await writeFile(target, wanted);
}
