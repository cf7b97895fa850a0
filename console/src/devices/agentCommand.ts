/** The shell command that connects an agent as this device. The password goes by the environment: a process list shows arguments. */
export function agentCommand(device: { url: string; loginCode: string; password: string }): string {
  const { url, loginCode, password } = device;
  return (
    `OVD_LOGIN_PASSWD=${shellQuoted(password)} ovd run --url ${shellQuoted(url)} ` +
    `--login-code ${shellQuoted(loginCode)} --source test`
  );
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
