import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { agentCommand } from './agentCommand';

it('hands a shell exactly the password, address and code, whatever is in them', () => {
  const password = `it's "$HOME" \`x\` \\ 100%`;
  const command = agentCommand({ url: 'ws://10.0.0.2:8080/ovc', loginCode: '1234', password });
  const script = `ovd() { printf '%s\\n' "$OVD_LOGIN_PASSWD" "$@"; }\n${command}`;
  const seen = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
  expect(seen).toEqual([
    password,
    'run',
    '--url',
    'ws://10.0.0.2:8080/ovc',
    '--login-code',
    '1234',
    '--source',
    'test',
  ]);
});
