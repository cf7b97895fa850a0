import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Process } from '../harness/process.js';
import { journey } from '../harness/scene.js';

const SCHEMATHESIS = fileURLToPath(new URL('../../.tools/schemathesis/bin/schemathesis', import.meta.url));
const OPENAPI = fileURLToPath(new URL('../../openapi.json', import.meta.url));
/** Generated requests for each operation, at most. */
const EXAMPLES = 15;
// The first never ends; the others would end the session under test.
const LEFT_OUT = [
  'events',
  'logout',
  'end_my_session',
  'change_my_password',
  'change_user',
  'delete_user',
  'end_user_sessions',
  'delete_key',
  'delete_tenant',
];

journey(
  'whatever is sent to the API: no failure of the cloud, and no answer that its document does not know',
  async (scene) => {
    accessSync(SCHEMATHESIS, constants.X_OK);
    const ovc = await scene.ovc({
      config:
        '[limits]\nrequests_per_second = 0\n[account]\nfailures_per_address = 1000000\nfailures_per_user = 1000000\n',
    });
    const { tenants } = await ovc.api('GET', '/me');
    const scopes = ['view', 'see_live', 'see_recordings', 'control', 'configure', 'call_any', 'manage_people'];
    const { key } = await ovc.api('POST', `/tenants/${tenants[0].id}/keys`, { name: 'schemathesis', scopes });
    // It keeps what it finds where it runs.
    const cwd = await scene.folder();
    for (const [who, token] of [
      ['the administrator', await ovc.token()],
      ['an API key', key],
    ]) {
      const run = scene.watch(
        new Process(
          'schemathesis',
          SCHEMATHESIS,
          [
            'run',
            OPENAPI,
            ...['--url', ovc.url, '--header', `Authorization: Bearer ${token}`],
            ...[
              '--checks',
              'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
            ],
            ...['--phases', 'examples,coverage,fuzzing', '--max-examples', String(EXAMPLES), '--seed', '1'],
            ...['--request-timeout', '10', '--no-color', '--warnings', 'off'],
            ...LEFT_OUT.flatMap((operation) => ['--exclude-operation-id', operation]),
          ],
          { cwd },
        ),
      );
      await run.exit;
      assert.equal(run.ended?.code, 0, `as ${who}:\n${run.output}`);
      const requests = Number(/(\d+) generated/.exec(run.output)?.[1]);
      assert.ok(requests > 1000, `as ${who}, only ${requests} requests were sent`);
      // Whoever asked could ask until the end.
      await ovc.call('GET', '/me', undefined, token);
    }
    assert.equal((await fetch(`${ovc.url}/readyz`)).status, 200);
  },
  { within: 600_000 },
);
