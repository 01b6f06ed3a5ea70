/** A command: what it is called, what it takes, what it does. Help is made from this. */
import type { ParseArgsConfig } from 'node:util';
import type { Client } from './client.js';
import type { Exit } from './exit.js';

export type Options = NonNullable<ParseArgsConfig['options']>;
export interface OptionHelp {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  readonly help: string;
  /** Shown in help for the value. */
  readonly value?: string;
}

export interface Invocation {
  readonly client: Client;
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  /** Prints the result: an object with --json, otherwise the text. */
  readonly print: (value: unknown, text: string) => void;
  /** One line to the person, not to the output. */
  readonly say: (line: string) => void;
  /** Aborted when the user stops the command. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly examples?: readonly string[];
  readonly options?: Readonly<Record<string, OptionHelp>>;
  /** Number of arguments, at least and at most. */
  readonly takes: readonly [number, number];
  readonly run: (invocation: Invocation) => Promise<Exit>;
}

export const text = (values: Invocation['values'], name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
export const flag = (values: Invocation['values'], name: string): boolean => values[name] === true;
export const texts = (values: Invocation['values'], name: string): readonly string[] => (Array.isArray(values[name]) ? (values[name] as string[]) : []);
