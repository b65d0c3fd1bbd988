/** What a file that is not read, or not to its end, has wrong, with a sentence for people. */
export const CAPTURE_FAULTS = {
  empty: 'the file is empty',
  'not-a-capture': 'this is no pcap or pcapng file: it begins with none of their magic numbers',
  compressed: 'the file is compressed; decompress it first',
  'format-version': 'the file has a version of its format that nobody writes',
  'header-truncated': 'the file ends within its header',
  'record-truncated': 'the file ends within a packet; what came before was read',
  'record-length': 'a packet claims a length that no packet has; what came before was read',
  'block-length': 'a block of the file has an impossible length; what came before was read',
  'option-length': 'an option in the file has an impossible length; what came before was read',
  'unknown-interface':
    'a packet names an interface that the file does not describe; what came before was read',
} as const;

/** Why a file was not read, or not to its end: a name of {@link CAPTURE_FAULTS}. */
export type CaptureFault = keyof typeof CAPTURE_FAULTS;
