import { signal } from '@preact/signals';
import { say, sentenceOf, showCapture } from '../state/store.ts';
import type { CaptureContents } from '../world/capture-recording.ts';

/** What is being read; empty: nothing. */
export const progress = signal('');
/** The capture that is open; `null`: none. */
export const capture = signal<CaptureContents | null>(null);

/** Asks for a file, and opens it. */
export function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.pcap,.pcapng,.cap,.dmp,.gz';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file !== undefined) void openFile(file);
  });
  input.click();
}

/** Reads a capture in this page; it goes nowhere else. What is wrong with it is said in a sentence. */
export async function openFile(file: File): Promise<void> {
  say('');
  progress.value = `Reading ${file.name} …`;
  try {
    const { readCapture } = await import('../world/capture-recording.ts');
    const contents = await readCapture(file.name, chunksOf(file), (bytes) => {
      progress.value = `Reading ${file.name}: ${Math.round((100 * bytes) / Math.max(1, file.size))} %`;
    });
    capture.value = contents;
    const [first] = contents.connections;
    if (first !== undefined) showCapture(contents, first);
  } catch (error) {
    say(sentenceOf(error));
  } finally {
    progress.value = '';
  }
}

/** The bytes of a file, unpacked if it is gzipped. */
async function* chunksOf(file: File): AsyncGenerator<Uint8Array> {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const stream = isGzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
