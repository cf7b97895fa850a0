/** The shell command that connects an agent as this device. The password goes by the environment: a process list shows arguments. */
export function agentCommand(device: { url: string; loginCode: string; password: string }): string {
  return [
    `OVD_LOGIN_PASSWD=${shellQuoted(device.password)} ovd run`,
    `--url ${shellQuoted(device.url)}`,
    `--login-code ${shellQuoted(device.loginCode)} --source test`,
  ].join(' \\\n  ');
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
