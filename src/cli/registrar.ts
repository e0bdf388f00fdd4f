import type { Command } from 'commander';
import type { Context } from './context.ts';

export type Action = (command: Command, context: Context) => number | Promise<number>;

export type Bind = (action: Action) => (...given: unknown[]) => Promise<void>;

/** Adds commands to the program in one manner: description, action, examples. */
export class Registrar {
  readonly #parent: Command;
  readonly #bind: Bind;

  constructor(parent: Command, bind: Bind) {
    this.#parent = parent;
    this.#bind = bind;
  }

  add(name: string, description: string, action: Action, examples: readonly string[]): Command {
    const command = this.#parent.command(name).description(description).action(this.#bind(action));
    return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n`);
  }

  /** Commands of one subject: `loadgate consent give`, `loadgate consent withdraw`. */
  group(name: string, description: string): Registrar {
    const parent = this.#parent.command(name).description(description);
    return new Registrar(parent.helpCommand(false), this.#bind);
  }
}

/** Adds --json to a command. */
export function withJson(command: Command, what: string): Command {
  return command.option('--json', `print ${what} as JSON`);
}
