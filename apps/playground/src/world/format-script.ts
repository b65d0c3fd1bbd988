import { type Call, DEFAULT_UNTIL, type Input, type PacketChoice, type WorldSetup } from './world-setup.ts';

/** The script of a world: what `parseScript` makes the same of. */
export function formatScript({ seed, until, profiles, inputs }: WorldSetup): string {
  const hosts = (['client', 'server'] as const).flatMap((host) => {
    const fields = Object.entries(profiles[host]).map(([name, value]) => `${name}=${text(value)}`);
    return fields.length === 0 ? [] : [`host ${host} ${fields.join(' ')}`];
  });
  return [
    `seed ${seed}`,
    ...(until === DEFAULT_UNTIL ? [] : [`until ${until}`]),
    ...hosts,
    ...inputs.map(formatInput),
  ].join('\n');
}

/** `40 client send 1000` */
function formatInput(input: Input): string {
  const at = number(input.at);
  switch (input.kind) {
    case 'call':
      return `${at} ${input.host} ${formatCall(input.call)}`;
    case 'link': {
      const knobs = Object.entries(input.knobs).map(([name, value]) => `${name}=${text(value)}`);
      return [at, 'link', ...(input.way === null ? [] : [input.way]), ...knobs].join(' ');
    }
    case 'fault': {
      const { verb } = input;
      const what = verb.verb === 'delay' ? `delay ${number(verb.delay)}` : verb.verb;
      return `${at} ${what} ${formatChoice(input.packets)}`;
    }
  }
}

/** `send 1000` */
function formatCall(call: Call): string {
  switch (call.call) {
    case 'listen':
      return `listen ${call.backlog}`;
    case 'connect':
      return call.port === null ? 'connect' : `connect ${call.port}`;
    case 'send':
    case 'recv':
      return `${call.call} ${call.bytes}`;
    case 'read':
    case 'accept':
      return `${call.call} ${call.isOn ? 'on' : 'off'}`;
    case 'shutdown':
      return `shutdown ${call.how}`;
    case 'linger':
      return `linger ${call.seconds ?? 'off'}`;
    case 'set':
      return `set ${call.option} ${call.value}`;
    case 'flood':
      return `flood ${call.count} ${number(call.every)}`;
    case 'close':
    case 'unlisten':
    case 'crash':
    case 'dup':
    case 'error':
    case 'again':
    case 'exit':
      return call.call;
  }
}

function formatChoice({ kind, octets, way, count }: PacketChoice): string {
  const words = count.by === 'all' ? [] : [count.by, String(count.n)];
  return [
    ...words,
    kind,
    ...(kind === 'larger' ? [String(octets)] : []),
    ...(way === null ? [] : [way]),
  ].join(' ');
}

function text(value: unknown): string {
  return typeof value === 'number' ? number(value) : String(value);
}

function number(value: number): string {
  if (value === Infinity) return 'none';
  // Never 1e-7, which is no number here.
  return String(Number(value.toFixed(6)));
}
