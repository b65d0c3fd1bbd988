import { expect } from 'vitest';
import {
  ParseError,
  parseScript,
  type ParseOptions,
  type ScriptAction,
  type ScriptTcpPacket,
  type SystemCall,
} from '../../src/index.ts';

/** The only event's action. */
export function actionOf(line: string, options?: ParseOptions): ScriptAction {
  const [event, second] = parseScript(line, options).events;
  if (event === undefined || second !== undefined) throw new Error(`not one event: ${line}`);
  return event.action;
}

/** The only event's TCP packet; `line` is without its time. */
export function tcpOf(line: string, options?: ParseOptions): ScriptTcpPacket {
  const action = actionOf(`0 ${line}`, options);
  if (action.kind !== 'tcp') throw new Error(`not TCP: ${line}`);
  return action;
}

/** The only event's system call; `line` is without its time. */
export function callOf(line: string, options?: ParseOptions): SystemCall {
  const action = actionOf(`0 ${line}`, options);
  if (action.kind !== 'call') throw new Error(`no call: ${line}`);
  return action;
}

/** The error that a script makes. */
export function errorOf(text: string, options?: ParseOptions): ParseError {
  try {
    parseScript(text, options);
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    return error as ParseError;
  }
  throw new Error(`no error in: ${text}`);
}
