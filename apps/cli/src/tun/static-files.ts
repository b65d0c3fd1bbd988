import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import send from 'send';
import { directoryListing } from './directory-listing.ts';

/** Answers a request with a file below `root`, or with what is in a directory that has no index.html. */
export function serveFile(root: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const path = pathOf(request.url ?? '/');
  const stream = send(request, path, { root, index: false });
  stream.on('directory', (_response: ServerResponse, directory: string) => {
    if (!path.endsWith('/')) redirect(`${path.replace(/^\/+/, '/')}/`, response);
    else {
      showDirectory(root, path, directory, request, response).catch((error: NodeJS.ErrnoException) => {
        if (response.headersSent) response.destroy(error);
        else response.writeHead(error.code === 'EACCES' ? 403 : 500).end();
      });
    }
  });
  stream.pipe(response);
}

/** Without the query, and without the server's name where a proxy was asked (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/';
}

async function showDirectory(
  root: string,
  path: string,
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (await isFile(join(directory, 'index.html'))) {
    send(request, `${path}index.html`, { root, index: false }).pipe(response);
    return;
  }
  const page = Buffer.from(await directoryListing(directory, decodeURIComponent(path)));
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': page.length });
  response.end(page);
}

/** `path` as it was asked for, and so encoded. */
function redirect(path: string, response: ServerResponse): void {
  response.writeHead(301, { Location: path, 'Content-Length': 0 }).end();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
