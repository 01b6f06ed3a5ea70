/** One's own account at the gateway. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';

/** Answers typed at the terminal without being shown, or lines of standard input. @throws CliError where they end too soon */
async function readSecrets(questions: readonly string[], say: (line: string) => void): Promise<string[]> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => { done(); } });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY });
  const lines = reader[Symbol.asyncIterator]();
  const answers: string[] = [];
  try {
    for (const question of questions) {
      if (process.stdin.isTTY) say(question);
      const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
      if (done === true) throw new CliError(EXIT.usage, 'the passwords are read from the terminal, or from standard input: the old one and the new one, a line each');
      answers.push(value);
    }
    return answers;
  } finally {
    reader.close();
  }
}

const password: Command = {
  summary: 'change your own password; all your sessions end', usage: '', takes: [0, 0],
  examples: ['password --key clerk.key.json', 'password --key clerk.key.json < old-and-new.txt'],
  run: async ({ client, print, say }) => {
    const typed = process.stdin.isTTY;
    const [old = '', next = '', again = next] = await readSecrets(['old password:', 'new password (12 characters or more):', ...(typed ? ['new password again:'] : [])], say);
    if (again !== next) throw new CliError(EXIT.usage, 'the two new passwords differ; nothing was changed');
    const session = (await (await client.send('PUT', '/api/session/password', JSON.stringify({ old, new: next }), 'application/json')).json()) as { staff: string };
    print({ changed: true, staff: session.staff }, 'changed; all other sessions have ended');
    return EXIT.ok;
  },
};

export const accountCommands: Readonly<Record<string, Command>> = { password };
