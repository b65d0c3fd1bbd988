// Every host has it, but it is no part of the language, and this package compiles without a host's types.
declare const TextDecoder: new (label: 'utf-8') => { decode(bytes: Uint8Array): string };

/** The text that the bytes hold in UTF-8; U+FFFD where they hold none. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
